//! What a person may ask of whoever keeps data about them: that it be erased, and that it be told.

mod erase;
mod person_store;
mod places_store;
mod request;
mod section_store;
mod sweep;

pub use erase::erase;
pub use request::request;
pub use sweep::{SWEEP_JOB, sweep};
