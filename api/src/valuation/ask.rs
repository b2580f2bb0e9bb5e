//! The model is fitted because somebody asks, or because what is kept is not of this night, or was reckoned with something
//! that the programme does not say any more.

use chrono::NaiveDate;
use engine::calendar::FIRST_DAY;
use entity::job;
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::plan::yesterday;
use super::{JOB, store};
use crate::app::App;
use crate::audit::{self, By, Changes, Entry, Object};
use crate::db::{self, Lock};
use crate::error::{Fault, Refusal, RefusalCode, Stop};
use crate::jobs::{self, NewJob};

/// What a job is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Arguments {
    /// The day at whose end the model looks at the customers; none: yesterday, whenever the job begins.
    pub(super) as_of: Option<NaiveDate>,
    /// Somebody asked for a model: where there can be none, that is a failure.
    pub(super) asked: bool,
}

/// A job that failed, or was cancelled, is not begun again by itself for so long.
const REST: i64 = 3_600_000;

/// Asks for a model as of the end of a day, yesterday where none is given. Whoever asks for what is under way is answered the
/// job that does it; where that is the night's, which makes do without a model, it is asked for from then on.
pub async fn ask(app: &App, by: By<'_>, as_of: Option<NaiveDate>) -> Result<job::Model, Stop> {
    let job = db::retry(|| async {
        let today = app.clock.today(app.program().zone);
        if let Some(day) = as_of.filter(|day| !(FIRST_DAY..=today).contains(day)) {
            let message = format!("{day} does not lie between {FIRST_DAY} and today");
            return Err(Refusal::new(RefusalCode::Invalid, message, &["asOf"]).into());
        }
        let txn = app.db.begin().await?;
        db::lock(&txn, Lock::ValueModel).await?;
        let open = store::open_job(&txn).await?;
        if let Some(open) = &open {
            let of_open: Arguments = serde_json::from_str(&open.arguments)?;
            if of_open.as_of != as_of || open.cancelling {
                let message = "the model is being fitted: wait until that has ended, or stop it";
                return Err(Refusal::new(RefusalCode::NotAllowed, message, &["asOf"]).into());
            }
            if of_open.asked {
                return Ok(open.clone());
            }
        }
        let arguments = json!(Arguments { as_of, asked: true });
        let job = match open {
            Some(open) => {
                let asked = store::ask_open(&txn, open.id, &arguments.to_string()).await?;
                asked.ok_or_else(|| db::raced("the model was fitted"))?
            }
            None => jobs::enqueue(app, &txn, by, NewJob { kind: JOB, arguments }).await?,
        };
        let changes = Changes::none().new_field("asOf", as_of.unwrap_or_else(|| yesterday(today)));
        let object = Object::one("Job", job.id.0, JOB);
        audit::write(app, &txn, by, Entry { action: by.action("fitValueModel"), object, changes }).await?;
        txn.commit().await?;
        Ok::<_, Stop>(job)
    })
    .await?;
    jobs::wake(app);
    Ok(job)
}

/// The programme was changed: what is kept follows, where it was reckoned with something else.
pub async fn program_changed(app: &App) -> Result<(), Stop> {
    if store::latest(app.db.reader()).await?.is_some() {
        keep_up(app).await?;
    }
    Ok(())
}

/// Sees to it that what is kept is of this night, of the programme as it is, and of the shop as large as it is; true where a
/// job was queued for that. Looking costs two small reads.
pub async fn keep_up(app: &App) -> Result<bool, Stop> {
    let today = app.clock.today(app.program().zone).to_string();
    if is_kept_up(app.db.reader(), app, &today).await? {
        return Ok(false);
    }
    let queued = db::retry(|| async {
        let txn = app.db.begin().await?;
        db::lock(&txn, Lock::ValueModel).await?;
        // Another process may have been first.
        let is_done = is_kept_up(&txn, app, &today).await?;
        let lately = app.clock.real_millis() - REST;
        let arguments = json!(Arguments { as_of: None, asked: false });
        if is_done || store::is_open_or_ended_after(&txn, &arguments.to_string(), lately).await? {
            return Ok(false);
        }
        jobs::enqueue(app, &txn, By::command("tessera serve"), NewJob { kind: JOB, arguments }).await?;
        txn.commit().await?;
        Ok::<_, Stop>(true)
    })
    .await?;
    if queued {
        jobs::wake(app);
    }
    Ok(queued)
}

async fn is_kept_up(db: &impl ConnectionTrait, app: &App, today: &str) -> Result<bool, Fault> {
    Ok(store::groups_on(db).await?.as_deref() == Some(today) && !store::has_grown(db, app.clock.real_millis()).await?)
}
