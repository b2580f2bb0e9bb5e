//! How much one caller may ask for: so many requests a minute, and so many at once, the others of which wait in the
//! caller's own line. So one caller's flood is refused or waits, and does not stand in front of everybody else.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use entity::ids::{PartnerTokenId, SessionId, UserId};
use governor::DefaultKeyedRateLimiter;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::rates::{check, limiter, network_of};
use super::{Caller, NO_SESSION};
use crate::config::RequestLimits;
use crate::error::{Fault, FaultKind};

const MINUTE: Duration = Duration::from_secs(60);

/// What is counted together: all tokens of a session, which are exchanged every few minutes, are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bearer {
    /// A person by a session of ours.
    Session(SessionId),
    /// A person by the outside issuer.
    Outside(UserId),
    /// A partner system by one of its tokens.
    Partner(PartnerTokenId),
}

impl From<&Caller> for Bearer {
    fn from(caller: &Caller) -> Self {
        if caller.session == NO_SESSION { Self::Outside(caller.user) } else { Self::Session(caller.session) }
    }
}

/// The rates of requests of one server process.
pub struct RequestRates {
    people: DefaultKeyedRateLimiter<Bearer>,
    partners: DefaultKeyedRateLimiter<Bearer>,
    wrong_tokens: DefaultKeyedRateLimiter<IpAddr>,
    at_once: usize,
    lines: Mutex<HashMap<Bearer, Arc<Semaphore>>>,
}

impl RequestRates {
    /// Nobody has asked yet.
    pub fn new(limits: &RequestLimits) -> Self {
        Self {
            people: limiter(limits.requests_per_minute, MINUTE),
            partners: limiter(limits.partner_requests_per_minute, MINUTE),
            wrong_tokens: limiter(limits.wrong_tokens_per_minute, MINUTE),
            at_once: limits.requests_at_once as usize,
            lines: Mutex::default(),
        }
    }

    /// Counts a request; a fault that says when to come back where it is one too many.
    pub fn count(&self, bearer: Bearer) -> Result<(), Fault> {
        let limiter = if matches!(bearer, Bearer::Partner(_)) { &self.partners } else { &self.people };
        check(limiter, &bearer, "too many requests")
    }

    /// Counts a token that is not valid. Valid ones from the same address are not held up: they are not guesses.
    pub fn wrong_token(&self, address: IpAddr) -> Result<(), Fault> {
        check(&self.wrong_tokens, &network_of(address), "too many wrong tokens")
    }

    /// Waits until one more of the caller's requests may run, and keeps its place until it is dropped; a fault after so long.
    pub async fn turn(&self, bearer: Bearer, patience: Duration) -> Result<OwnedSemaphorePermit, Fault> {
        let line = {
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(lines.entry(bearer).or_insert_with(|| Arc::new(Semaphore::new(self.at_once))))
        };
        match tokio::time::timeout(patience, line.acquire_owned()).await {
            Ok(Ok(place)) => Ok(place),
            Ok(Err(_)) | Err(_) => Err(Fault::of(FaultKind::RateLimited { seconds: 1 }, "too many requests at once")),
        }
    }

    /// Forgets callers and addresses that are quiet again.
    pub fn forget_quiet(&self) {
        self.people.retain_recent();
        self.partners.retain_recent();
        self.wrong_tokens.retain_recent();
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, line| Arc::strong_count(line) > 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_as_many_wrong_tokens_as_an_address() {
        let rates = RequestRates::new(&RequestLimits { wrong_tokens_per_minute: 3, ..RequestLimits::default() });
        let wrong = |text: &str| rates.wrong_token(text.parse().unwrap());
        for host in 1..=3 {
            wrong(&format!("2001:db8::{host}")).unwrap();
        }
        assert!(wrong("2001:db8::4").is_err());
        wrong("2001:db8:0:1::1").unwrap();
        wrong("192.0.2.1").unwrap();
    }
}
