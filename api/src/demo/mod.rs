//! The demo: two years of a made-up shop, to try things on. The same seed makes the same shop.

mod answers;
mod basket;
mod buyer;
mod campaigns;
mod catalogue;
mod chance;
mod customer;
mod goods;
mod ledger;
mod names;
mod passersby;
mod person;
mod places;
mod plan;
mod prices;
mod remove;
mod remove_days_store;
mod remove_store;
mod report;
mod rhythm;
mod rules;
mod store;
mod tasting;
#[cfg(test)]
mod tests;
mod write;

use std::sync::Arc;

use chrono::Months;

use crate::app::App;
use crate::audit::{self, By};
use crate::program::{self, ProgramPatch};
use crate::{db, figures};
use plan::{Plan, Shop};
use store::Course;

pub use report::{Outcome, Removed, Report};

/// What the log calls it.
const COMMAND: &str = "tessera demo";

/// Which shop to make up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The same seed makes the same shop, when it is made on the same day.
    pub seed: u64,
    /// How many customers it knows, guests included.
    pub members: u32,
}

/// How far it is: so many of so many parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Parts that are done.
    pub done: u32,
    /// All parts.
    pub of: u32,
}

/// Makes the demo, or goes on with one that was begun: then with its own last day. Does nothing where it is there
/// already; another one than was asked for is an error.
pub async fn run(app: &App, options: Options, progress: &(dyn Fn(Progress) + Sync)) -> anyhow::Result<Report> {
    // Documents count in the 12 months of the day to which the figures were rolled: let that be today.
    figures::roll::to_today(app).await?;
    let (course, outcome) = match store::course(app.db.writer()).await? {
        None => (begin(app, options).await?, Outcome::Made),
        Some(course) if course.leaving => {
            anyhow::bail!("the demo is being taken away: finish that with `tessera demo --remove` first")
        }
        Some(course) if (course.plan.seed, course.plan.members) != (options.seed, options.members) => {
            let Plan { seed, members, until } = course.plan;
            anyhow::bail!(
                "this database holds another demo, of seed {seed} with {members} members up to {until}: \
                take it away first with `tessera demo --remove`"
            )
        }
        Some(course) if course.finished => (course, Outcome::AlreadyThere),
        Some(course) => (course, Outcome::Completed),
    };
    if outcome != Outcome::AlreadyThere {
        make(app, &course, progress).await?;
    }
    let holdings = store::holdings(app.db.writer()).await?;
    Ok(Report { outcome, plan: course.plan, holdings })
}

/// Goes on with a demo that was begun and is not whole, whatever it was begun with; none where there is no such demo.
pub async fn resume(app: &App, progress: &(dyn Fn(Progress) + Sync)) -> anyhow::Result<Option<Report>> {
    match store::course(app.db.writer()).await? {
        Some(Course { plan, finished: false, leaving: false, .. }) => {
            run(app, Options { seed: plan.seed, members: plan.members }, progress).await.map(Some)
        }
        _ => Ok(None),
    }
}

/// Takes the demo away with everything that was recorded of its customers since, and nothing else.
pub async fn remove(app: &App, progress: &(dyn Fn(Progress) + Sync)) -> anyhow::Result<Removed> {
    let Some(course) = store::course(app.db.writer()).await? else {
        return Ok(Removed(None));
    };
    let of = course.plan.members;
    let deleted = remove::remove(app, &course.plan, &|done| progress(Progress { done, of })).await?;
    Ok(Removed(Some(deleted)))
}

/// Whether there is a demo, or a part of one.
pub async fn present(app: &App) -> anyhow::Result<bool> {
    Ok(store::course(app.db.reader()).await?.is_some())
}

/// Whether nobody has used the database yet: nobody may sign in, and there are no members.
pub async fn unused(app: &App) -> anyhow::Result<bool> {
    Ok(!store::used(app.db.reader()).await?)
}

/// Lets the programme of an unused database begin with the two years of the demo, where nobody said when it began: it would
/// have begun today, and every figure since the launch would be empty.
pub async fn launch(app: &App) -> anyhow::Result<()> {
    let today = app.clock.today(app.program().zone);
    if app.settings.launched_on.is_none() {
        let launched_on = today.checked_sub_months(Months::new(24));
        program::update(app, By::command(COMMAND), ProgramPatch { launched_on, ..ProgramPatch::default() }).await?;
    }
    Ok(())
}

async fn begin(app: &App, options: Options) -> anyhow::Result<Course> {
    if store::names_taken(app.db.writer()).await? {
        anyhow::bail!(
            "this database holds members or documents that begin with {}, which the demo did not make: \
            it would get mixed up with them",
            plan::PREFIX
        )
    }
    let until = app.clock.today(app.program().zone);
    let plan = Plan { seed: options.seed, members: options.members, until };
    if !store::begin(app.db.writer(), &plan, app.clock.real_millis()).await? {
        anyhow::bail!("another command is making the demo at the same time")
    }
    Ok(Course { plan, position: 0, finished: false, leaving: false })
}

async fn make(app: &App, course: &Course, progress: &(dyn Fn(Progress) + Sync)) -> anyhow::Result<()> {
    let (until, today) = (course.plan.until, app.clock.today(app.program().zone));
    if today < until {
        anyhow::bail!("the demo was begun with data up to {until}, and today is {today}: go on with it on that day")
    }
    let shop = Arc::new(Shop::new(course.plan, app.program().currency, app.program().zone));
    let of = shop.units();
    let told = |done: u32| progress(Progress { done, of });
    told(course.position);
    write::write(app, Arc::clone(&shop), course.position, &told).await?;
    campaigns::make(app, &shop).await?;
    db::retry(|| async {
        let txn = app.db.begin().await?;
        store::finish(&txn, app.clock.real_millis()).await?;
        let made = store::holdings(&txn).await?;
        audit::write(app, &txn, By::command(COMMAND), made.entry()).await?;
        Ok(txn.commit().await?)
    })
    .await?;
    Ok(())
}
