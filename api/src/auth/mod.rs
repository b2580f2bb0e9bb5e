//! Who calls: people with a password, sessions that end at once, tokens that name them.

mod caller;
mod key;
pub mod ops;
mod outside;
mod password;
mod rates;
mod recent;
mod request_rates;
mod store;
mod token;

pub use caller::{Caller, authenticate};
pub use key::{KeyError, read_or_make as read_or_make_key};
pub use outside::{NO_SESSION, Outside, OutsidePerson};
pub use password::random as random_password;
pub use rates::{SignInRates, network_of};
pub use recent::RecentSessions;
pub use request_rates::{Bearer, RequestRates};
pub use token::{Purpose, Tokens};
