//! How much a caller may ask for.

/// The limits of requests, each for one server process.
#[derive(Clone, Copy, Debug)]
pub struct RequestLimits {
    /// Of a person, a minute.
    pub requests_per_minute: u32,
    /// Of a partner's token, a minute.
    pub partner_requests_per_minute: u32,
    /// How many of a caller run at once; the others wait for them.
    pub requests_at_once: u32,
    /// How many tokens of an address may be wrong, a minute.
    pub wrong_tokens_per_minute: u32,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            requests_per_minute: 600,
            partner_requests_per_minute: 5_000,
            requests_at_once: 10,
            wrong_tokens_per_minute: 60,
        }
    }
}
