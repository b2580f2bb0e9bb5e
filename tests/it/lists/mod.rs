//! What the tests of lists share: a shop at random, a model of its lists, and a client that asks for parts of them.

pub mod asked;
mod lister;
pub mod model;
mod people;
pub mod rows;
mod world;

pub use lister::Lister;
pub use people::Person;
pub(crate) use world::over_a_shop;
pub use world::{TODAY, World, run};
