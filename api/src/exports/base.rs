//! Where the server is found from outside, for links that lead back to it.

use axum::http::HeaderValue;
use axum::http::uri::Authority;

use crate::config::Settings;

/// How a request reached the server.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    /// The host that the client named.
    pub host: Option<HeaderValue>,
    /// Whether a proxy that is trusted says that it was reached by HTTPS.
    pub secure: bool,
}

impl Reached {
    /// The address before the path, without a slash at its end.
    ///
    /// Where no `public_url` is set, it is the one that the caller used. Whoever lies about the host gets a link that leads
    /// nowhere, and nobody else sees it: answers are never kept in a cache.
    pub(super) fn base(&self, settings: &Settings) -> String {
        if let Some(url) = &settings.public_url {
            return url.clone();
        }
        let scheme = if self.secure { "https" } else { "http" };
        match self.host.as_ref().and_then(authority) {
            Some(host) => format!("{scheme}://{host}"),
            None => format!("{scheme}://{}", settings.listen),
        }
    }
}

/// The host and port of a header, where it holds nothing else.
fn authority(host: &HeaderValue) -> Option<Authority> {
    let authority = Authority::try_from(host.as_bytes()).ok()?;
    let plain = !authority.as_str().contains('@') && !authority.host().is_empty();
    plain.then_some(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_leads_where_the_caller_came_from() {
        let settings = Settings::default();
        let base = |host: &'static str, secure| {
            let host = Some(HeaderValue::from_static(host)).filter(|host| !host.is_empty());
            Reached { host, secure }.base(&settings)
        };
        assert_eq!(base("shop.example:8443", true), "https://shop.example:8443");
        assert_eq!(base("[::1]:8080", false), "http://[::1]:8080");
        for nonsense in ["", "a b", "me@evil.example", "evil.example/path", "evil.example?x", "<script>"] {
            assert_eq!(base(nonsense, false), "http://127.0.0.1:8080", "{nonsense}");
        }
        let settings = Settings { public_url: Some("https://a.example/tessera".to_owned()), ..Settings::default() };
        let host = Some(HeaderValue::from_static("b.example"));
        assert_eq!(Reached { host, secure: false }.base(&settings), "https://a.example/tessera");
    }
}
