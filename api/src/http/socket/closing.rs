//! Why a socket is closed: the codes of the protocol, those of RFC 6455, and a reason that a person can read.

use std::borrow::Cow;

use axum::extract::ws::{CloseFrame, Utf8Bytes};

/// How a socket ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closing {
    /// None where the other end is gone or has closed already.
    pub(super) code: Option<u16>,
    reason: Cow<'static, str>,
}

impl Closing {
    /// The other end has closed, or is gone.
    pub(super) const GONE: Self = Self { code: None, reason: Cow::Borrowed("") };
    /// The server stops.
    pub(super) const GOING_AWAY: Self = Self::because(1001, "the server stops");
    /// Not what RFC 6455 has.
    pub(super) const NO_WEBSOCKET: Self = Self::because(1002, "this is no message of a WebSocket");
    /// A message over the limit.
    pub(super) const TOO_BIG: Self = Self::because(1009, "a message may have 64 kB at most");
    /// Messages are not taken: `after` brings what was missed over a new socket.
    pub(super) const TOO_SLOW: Self = Self::because(1013, "messages are not taken in time");
    /// Pings are not answered.
    pub(super) const SILENT: Self = Self::because(1013, "two pings were not answered");
    /// As many sockets of the caller are open as may be.
    pub(super) const TOO_MANY: Self = Self::because(1013, "you have too many sockets open");
    /// As many strangers came as may be, and this one has waited longest.
    pub(super) const DISPLACED: Self = Self::because(1013, "too many sockets do not say whose they are");
    /// As many wrong tokens came from the address as may, for now.
    pub(super) const TOO_MANY_TOKENS: Self = Self::because(1013, "too many wrong tokens");
    /// The caller cannot be looked up.
    pub(super) const UNAVAILABLE: Self = Self::because(1013, "the database cannot be reached");
    /// A subscription before the acknowledgement.
    pub(super) const UNAUTHORIZED: Self = Self::because(4401, "Unauthorized");
    /// The token has ended, or its session, or what its holder may do is not the same any more.
    pub(super) const ENDED: Self = Self::because(4401, "the token or its session has ended");
    /// The token is none of ours.
    pub(super) const FORBIDDEN: Self = Self::because(4403, "Forbidden");
    /// Another protocol.
    pub(super) const OTHER_PROTOCOL: Self = Self::because(4406, "Subprotocol not acceptable");
    /// No initialisation in time.
    pub(super) const TOO_LATE: Self = Self::because(4408, "Connection initialisation timeout");
    /// A second initialisation.
    pub(super) const INITIALISED: Self = Self::because(4429, "Too many initialisation requests");

    const fn because(code: u16, reason: &'static str) -> Self {
        Self { code: Some(code), reason: Cow::Borrowed(reason) }
    }

    /// A message that cannot be understood.
    pub(super) const fn malformed(reason: &'static str) -> Self {
        Self::because(4400, reason)
    }

    /// An id that another operation has.
    pub(super) fn taken(id: &str) -> Self {
        Self { code: Some(4409), reason: format!("Subscriber for {id} already exists").into() }
    }

    /// The frame that says so; none where nobody is there to read it.
    pub(super) fn frame(&self) -> Option<CloseFrame> {
        // A frame for control has 125 bytes at most, two of which are the code.
        let reason = self.reason.get(..self.reason.floor_char_boundary(120)).unwrap_or_default();
        Some(CloseFrame { code: self.code?, reason: Utf8Bytes::from(reason) })
    }
}
