//! Who sits at the other end: the address, past proxies that are trusted, and the token.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::{Extensions, HeaderMap, HeaderName};
use ipnet::IpNet;

use super::negotiate::only;
use crate::exports::Reached;

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The address of the client: the peer's, or where the peer is a trusted proxy, the one that the last trusted proxy saw.
///
/// What stands further left was written by whoever that is and is not believed.
pub(super) fn address(extensions: &Extensions, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let mut address = peer(extensions);
    let hops: Vec<&str> = headers.get_all(FORWARDED).iter().filter_map(|value| value.to_str().ok()).collect();
    for hop in hops.iter().flat_map(|hops| hops.split(',')).rev() {
        if !is_any_of(address, trusted) {
            break;
        }
        match hop_address(hop.trim()) {
            Some(hop) => address = hop,
            None => break,
        }
    }
    address
}

/// Whether the peer is a proxy whose headers are believed.
pub(super) fn is_trusted(extensions: &Extensions, trusted: &[IpNet]) -> bool {
    is_any_of(peer(extensions), trusted)
}

/// How the client reached the server. What a proxy says of it is believed where the proxy is trusted.
pub(super) fn reached(extensions: &Extensions, headers: &HeaderMap, trusted: &[IpNet]) -> Reached {
    let trusted = is_trusted(extensions, trusted);
    let said = |name: HeaderName| headers.get(name).filter(|_| trusted);
    let secure = said(FORWARDED_PROTO).is_some_and(|scheme| scheme == "https");
    Reached { host: said(FORWARDED_HOST).or_else(|| headers.get(HOST)).cloned(), secure }
}

/// The token of the header `authorization`; other schemes than `Bearer` say nothing here.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = only(headers, AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// Nobody's address where there is no connection, which is in tests.
fn peer(extensions: &Extensions) -> IpAddr {
    extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |ConnectInfo(peer)| peer.ip().to_canonical())
}

fn is_any_of(address: IpAddr, networks: &[IpNet]) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

/// Some proxies add the port.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let address = hop.parse::<IpAddr>().or_else(|_| hop.parse::<SocketAddr>().map(|socket| socket.ip()));
    address.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn seen(peer: &str, forwarded: &[&str], trusted: &[&str]) -> String {
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
        let values = forwarded.iter().map(|value| (FORWARDED, HeaderValue::from_str(value).unwrap()));
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        address(&extensions, &values.collect(), &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let peer = "10.0.0.1:5000";
        let proxies: &[&str] = &["10.0.0.0/8"];
        assert_eq!(seen(peer, &["1.2.3.4"], &[]), "10.0.0.1");
        assert_eq!(seen("9.9.9.9:1", &["1.2.3.4"], proxies), "9.9.9.9");
        assert_eq!(seen(peer, &[], proxies), "10.0.0.1");
        assert_eq!(seen(peer, &["1.2.3.4"], proxies), "1.2.3.4");
        assert_eq!(seen(peer, &["6.6.6.6, 1.2.3.4"], proxies), "1.2.3.4");
        assert_eq!(seen(peer, &["6.6.6.6, 1.2.3.4, 10.0.0.2"], proxies), "1.2.3.4");
        assert_eq!(seen(peer, &["6.6.6.6", "1.2.3.4", "10.0.0.2"], proxies), "1.2.3.4");
        assert_eq!(seen(peer, &["10.0.0.3, 10.0.0.2"], proxies), "10.0.0.3");
        assert_eq!(seen(peer, &["1.2.3.4:567"], proxies), "1.2.3.4");
        assert_eq!(seen(peer, &["[2001:db8::1]:567"], proxies), "2001:db8::1");
        assert_eq!(seen(peer, &["::ffff:1.2.3.4"], proxies), "1.2.3.4");
        assert_eq!(seen(peer, &["1.2.3.4, nonsense"], proxies), "10.0.0.1");
        assert_eq!(seen("[::ffff:10.0.0.1]:1", &["1.2.3.4"], proxies), "1.2.3.4");
    }

    #[test]
    fn a_bearer_token_is_found() {
        let token = |values: &[&str]| {
            let values = values.iter().map(|value| (AUTHORIZATION, HeaderValue::from_str(value).unwrap()));
            bearer(&values.collect()).map(str::to_owned)
        };
        assert_eq!(token(&["Bearer abc"]).as_deref(), Some("abc"));
        assert_eq!(token(&["bearer  abc"]).as_deref(), Some("abc"));
        for nothing in [&[][..], &[""], &["Bearer"], &["Bearer "], &["Basic abc"], &["Bearer a", "Bearer b"]] {
            assert_eq!(token(nothing), None, "{nothing:?}");
        }
    }
}
