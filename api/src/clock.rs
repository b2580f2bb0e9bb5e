//! The one place that asks for the time. `--today` lets the programme's clock stand still; tokens, rates and leases use
//! the real one.

use chrono::{DateTime, NaiveDate, Utc};
use engine::calendar::{Millis, Zone};

/// Tells the time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    standing: Option<NaiveDate>,
}

impl Clock {
    /// A clock that stands at the end of a day, or runs where none is given.
    pub fn new(standing: Option<NaiveDate>) -> Self {
        Self { standing }
    }

    /// The real time, for tokens, rates, leases and durations.
    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn real(&self) -> DateTime<Utc> {
        Utc::now()
    }

    /// The real time in milliseconds.
    pub fn real_millis(&self) -> Millis {
        self.real().timestamp_millis()
    }

    /// The programme's time: the last millisecond of the standing day, or the real time.
    pub fn now(&self, zone: Zone) -> Millis {
        match self.standing {
            Some(day) => zone.span(day, day).until - 1,
            None => self.real_millis(),
        }
    }

    /// The programme's current day.
    pub fn today(&self, zone: Zone) -> NaiveDate {
        self.standing.unwrap_or_else(|| zone.day_of(self.real_millis()))
    }
}
