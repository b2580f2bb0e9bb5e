//! Which pages may connect. A browser opens a socket to wherever a page says, and asks nobody before: it only tells where
//! the page is from.

use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Uri};

use crate::config::Settings;
use crate::exports::Reached;

/// Whether the page's origin is in the list, or ours. What is no page sends none.
pub(super) fn may(headers: &HeaderMap, settings: &Settings, reached: &Reached) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) => true,
        (Some(origin), None) => settings.cors_origins.contains(origin) || is_ours(origin, headers, settings, reached),
        (Some(_), Some(_)) => false,
    }
}

/// Whether the page came from the host that it connects to. The scheme may be a proxy's, of which we do not know.
fn is_ours(origin: &HeaderValue, headers: &HeaderMap, settings: &Settings, reached: &Reached) -> bool {
    let authority =
        |uri: &str| uri.parse::<Uri>().ok().and_then(|uri| uri.authority().map(|own| own.as_str().to_lowercase()));
    let Some(own) = origin.to_str().ok().and_then(authority) else { return false };
    let public = settings.public_url.as_deref().and_then(authority);
    let hosts = [reached.host.as_ref(), headers.get(HOST)].into_iter().flatten();
    public.as_ref() == Some(&own) || hosts.filter_map(|host| host.to_str().ok()).any(|host| host.to_lowercase() == own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_of_ours_or_of_the_list_may() {
        let settings = Settings {
            cors_origins: vec![HeaderValue::from_static("https://dashboard.example.com")],
            public_url: Some("https://tessera.example.com/api".to_owned()),
            ..Settings::default()
        };
        for (origin, allowed) in [
            (None, true),
            (Some("https://dashboard.example.com"), true),
            (Some("http://dashboard.example.com"), false),
            (Some("http://localhost:8080"), true),
            (Some("http://LOCALHOST:8080"), true),
            (Some("http://localhost"), false),
            (Some("https://tessera.example.com"), true),
            (Some("https://evil.example.com"), false),
            (Some("null"), false),
            (Some(""), false),
        ] {
            let mut headers = HeaderMap::from_iter([(HOST, HeaderValue::from_static("localhost:8080"))]);
            if let Some(origin) = origin {
                headers.insert(ORIGIN, HeaderValue::from_static(origin));
            }
            let reached = Reached { host: None, secure: false };
            assert_eq!(may(&headers, &settings, &reached), allowed, "{origin:?}");
        }
    }
}
