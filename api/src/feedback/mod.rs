//! What members answer to surveys: a score from 0 to 10, and what they have to say.

mod input;
pub mod list;
pub mod ops;
mod store;

pub use input::{Checked, FeedbackInput};
pub use store::Survey;
