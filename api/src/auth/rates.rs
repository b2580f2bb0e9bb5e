//! How often sign-in may be tried: by address, so that one attacker cannot try many accounts, and by account, so that
//! many addresses cannot try one.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::error::{Fault, FaultKind};

const TOO_MANY: &str = "too many sign-ins";

/// The rates of sign-in of one server process.
pub struct SignInRates {
    by_address: DefaultKeyedRateLimiter<IpAddr>,
    by_account: DefaultKeyedRateLimiter<String>,
}

impl Default for SignInRates {
    fn default() -> Self {
        // 60 an hour per address and 10 in 15 minutes per account, the whole of it at once if need be.
        Self { by_address: limiter(60, Duration::from_secs(3600)), by_account: limiter(10, Duration::from_secs(900)) }
    }
}

impl SignInRates {
    /// Counts one try; a fault that says when to come back where it is one too many.
    ///
    /// The account is the folded e-mail as it was typed, whether anyone has it or not.
    pub fn check(&self, address: IpAddr, account: &str) -> Result<(), Fault> {
        check(&self.by_address, &address, TOO_MANY)?;
        check(&self.by_account, &account.chars().take(300).collect(), TOO_MANY)
    }

    /// Forgets addresses and accounts that are quiet again.
    pub fn forget_quiet(&self) {
        self.by_address.retain_recent();
        self.by_account.retain_recent();
    }
}

/// So many times within a while, the whole of it at once if need be.
pub(super) fn limiter<K: Clone + std::hash::Hash + Eq>(times: u32, within: Duration) -> DefaultKeyedRateLimiter<K> {
    let times = NonZeroU32::new(times).unwrap_or(NonZeroU32::MIN);
    let quota = Quota::with_period(within / times.get()).unwrap_or(Quota::per_hour(times));
    RateLimiter::keyed(quota.allow_burst(times))
}

/// Counts one; a fault that says when to come back where it is one too many.
pub(super) fn check<K: Clone + std::hash::Hash + Eq>(
    limiter: &DefaultKeyedRateLimiter<K>,
    key: &K,
    what: &str,
) -> Result<(), Fault> {
    limiter.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        Fault::of(FaultKind::RateLimited { seconds: wait.as_secs() + 1 }, what)
    })
}
