//! The link to a download: a token that says what was asked, by whom, and until when.

use chrono::{DateTime, TimeDelta, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::asker::Asker;
use super::exported::Of;
use super::layout::{Format, Layout};
use crate::app::App;
use crate::auth::Purpose;
use crate::error::Fault;

/// A link as it is given out.
#[derive(Clone, Debug)]
pub struct Link {
    /// Where it leads.
    pub url: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// The name that the file will have.
    pub file_name: String,
    /// Members at the time of asking.
    pub rows: i64,
}

/// What a link is good for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) of: Of,
    pub(super) format: Format,
    pub(super) layout: Layout,
    /// The name of the file, which was promised.
    pub(super) file: String,
}

/// A link that somebody opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Opened<T> {
    /// The link's own name, by which it is known to have been used.
    pub(super) id: String,
    pub(super) asker: Asker,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) asked: T,
}

/// How long a link works.
const LIFE: TimeDelta = TimeDelta::minutes(10);
/// Links to segments.
pub(super) const DOWNLOAD: Purpose = Purpose { typ: "dl+jwt", audience: "tessera/downloads" };
/// Links to the rejects of jobs.
pub(super) const REJECTS: Purpose = Purpose { typ: "rj+jwt", audience: "tessera/rejects" };
/// No link of ours is longer.
const LONGEST: usize = 4_096;

/// The token of a link, and when it ends.
pub(super) fn sign<T: Serialize>(
    app: &App,
    purpose: Purpose,
    asker: Asker,
    asked: T,
) -> Result<(String, DateTime<Utc>), Fault> {
    let now = app.clock.real();
    let until = now + LIFE;
    Ok((app.tokens.seal(purpose, &asker.text(), asked, now, until)?, until))
}

/// What a token says; none where it is none of ours, or one for something else. It may have ended.
pub(super) fn read<T: DeserializeOwned>(app: &App, purpose: Purpose, token: &str) -> Option<Opened<T>> {
    if token.len() > LONGEST {
        return None;
    }
    let sealed = app.tokens.unseal::<T>(purpose, token, app.clock.real())?;
    let asker = Asker::read(&sealed.sub)?;
    let expires_at = DateTime::from_timestamp(sealed.exp, 0)?;
    Some(Opened { id: sealed.jti, asker, expires_at, asked: sealed.about })
}
