//! The log of who changed what.
