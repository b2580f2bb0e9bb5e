//! How often sign-in may be tried: by address, so that one attacker cannot try many accounts, and by account, so that
//! many addresses cannot try one.

use std::net::{IpAddr, Ipv6Addr};
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
        check(&self.by_address, &network_of(address), TOO_MANY)?;
        check(&self.by_account, &account.chars().take(300).collect(), TOO_MANY)
    }

    /// Forgets addresses and accounts that are quiet again.
    pub fn forget_quiet(&self) {
        self.by_address.retain_recent();
        self.by_account.retain_recent();
    }
}

/// What addresses are counted together by: whoever has one address of IPv6 has the 2^64 others of its network, too.
pub fn network_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn addresses_of_one_network_are_counted_together() {
        for (given, counted) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
            ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ] {
            assert_eq!(network_of(address(given)), address(counted));
        }
    }

    #[test]
    fn a_network_has_as_many_sign_ins_as_an_address() {
        let rates = SignInRates::default();
        for host in 0..60 {
            rates.check(address(&format!("2001:db8::{host:x}")), &host.to_string()).unwrap();
        }
        assert!(rates.check(address("2001:db8::ffff"), "x").is_err());
        rates.check(address("2001:db8:0:1::1"), "x").unwrap();
    }
}
