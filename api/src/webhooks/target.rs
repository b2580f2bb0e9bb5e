//! Where deliveries may go.

use std::net::IpAddr;
use std::time::Duration;

use url::{Host, Url};

use super::address::is_public;

/// The longest URL.
const LONGEST: usize = 2_000;
/// How long the look-up of a name may take while an endpoint is made.
const LOOK_UP: Duration = Duration::from_secs(5);
/// What is said of an address that is not public.
pub(super) const NOT_PUBLIC: &str = "leads to an address that is not of the public internet";

/// Why a URL cannot be used, as the rest of a sentence.
pub(super) type Wrong = &'static str;

/// The URL in its one spelling, if deliveries may go there as far as the text tells. `allow_private` lets it lead to
/// private addresses, and without TLS.
pub(super) fn read(text: &str, allow_private: bool) -> Result<Url, Wrong> {
    if text.len() > LONGEST {
        return Err("is longer than 2,000 bytes");
    }
    let url = Url::parse(text.trim()).map_err(|_| "is not a URL such as https://shop.example.com/hook")?;
    match url.scheme() {
        "https" => {}
        "http" if allow_private => {}
        "http" => return Err("must begin with https: what is delivered would be read on its way"),
        _ => return Err("must begin with https"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user's name or password: deliveries are signed");
    }
    if url.fragment().is_some() {
        return Err("must not have a fragment, which is never sent");
    }
    if !allow_private && literal(&url).is_some_and(|address| !is_public(address)) {
        return Err(NOT_PUBLIC);
    }
    Ok(url)
}

/// The address of a URL whose host is one: it is connected to without looking anything up.
pub(super) fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(address) => Some(address.into()),
        Host::Ipv6(address) => Some(address.into()),
        Host::Domain(_) => None,
    }
}

/// Looks the host up, and refuses it where one of its addresses is not public. It is looked up again at each delivery.
pub(super) async fn look_up(url: &Url) -> Result<(), Wrong> {
    let Some(Host::Domain(name)) = url.host() else { return Ok(()) };
    let found = tokio::time::timeout(LOOK_UP, tokio::net::lookup_host((name, 0))).await;
    let Ok(Ok(addresses)) = found else { return Err("has a host that cannot be found") };
    let mut none = true;
    for address in addresses {
        none = false;
        if !is_public(address.ip()) {
            return Err(NOT_PUBLIC);
        }
    }
    if none { Err("has a host that cannot be found") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_read_as_the_client_will_read_it() {
        for good in
            ["https://hooks.example.com/a?b=c", "HTTPS://Hooks.Example.com:8443", "https://8.8.8.8/", " https://a.b "]
        {
            assert!(read(good, false).is_ok(), "{good}");
        }
        for (wrong, why) in [
            ("", "is not a URL"),
            ("/hook", "is not a URL"),
            ("https://", "is not a URL"),
            ("https://a b/", "is not a URL"),
            ("http://hooks.example.com/", "must begin with https"),
            ("ftp://hooks.example.com/", "must begin with https"),
            ("file:///etc/passwd", "must begin with https"),
            ("https://me@hooks.example.com/", "must not hold a user"),
            ("https://me:secret@hooks.example.com/", "must not hold a user"),
            ("https://hooks.example.com/#a", "must not have a fragment"),
            ("https://127.0.0.1/", NOT_PUBLIC),
            // Spellings of the same address.
            ("https://2130706433/", NOT_PUBLIC),
            ("https://0x7f.1/", NOT_PUBLIC),
            ("https://127.1/", NOT_PUBLIC),
            ("https://0177.0.0.1/", NOT_PUBLIC),
            ("https://[::1]/", NOT_PUBLIC),
            ("https://[::ffff:169.254.169.254]/", NOT_PUBLIC),
        ] {
            let said = read(wrong, false).unwrap_err();
            assert!(said.starts_with(why), "{wrong}: {said}");
        }
        assert!(read(&format!("https://a.example/{}", "x".repeat(2_000)), false).is_err());
        for inside in ["http://127.0.0.1:8080/hook", "http://localhost/hook", "https://[::1]/"] {
            assert!(read(inside, true).is_ok(), "{inside}");
        }
        assert!(read("ftp://localhost/", true).is_err());
    }
}
