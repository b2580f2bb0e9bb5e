//! What was: random operations against a plain model, and the log read while others write it.

mod at_once;
mod compare;
mod instants;
mod model;
mod walk;
