//! Answers to surveys as the schema shows them.

mod mutation;
mod surveys;

pub(super) use mutation::FeedbackMutation;
pub(super) use surveys::FeedbackQuery;
