//! The 12-month figures roll with the programme's calendar, whichever way and however far its day moves.

mod midnight;
mod travel;

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use tempfile::TempDir;
use tessera::app::App;
use tessera::config::Settings;
use tests::{Database, TestApp};

/// A day from its text.
pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A programme in Europe/Warsaw that stands at the end of a day.
pub fn standing(today: NaiveDate) -> impl FnOnce(&mut Settings) {
    move |settings| {
        settings.today = Some(today);
        settings.time_zone = engine::calendar::Zone::from_name("Europe/Warsaw");
    }
}

/// The same database, opened anew on another day. The first server keeps its file.
pub async fn reopened(first: &TestApp, today: NaiveDate) -> TestApp {
    let folder = TempDir::new().unwrap();
    TestApp::open(first.database, first.url.clone(), folder, standing(today)).await
}

/// The same database on another day, before anything was rolled to it.
pub async fn unrolled(first: &TestApp, today: NaiveDate) -> (Arc<App>, TempDir) {
    let folder = TempDir::new().unwrap();
    let mut settings = Settings {
        database_url: first.url.as_str().into(),
        metrics_listen: None,
        data_dir: folder.path().to_path_buf(),
        ..Settings::default()
    };
    standing(today)(&mut settings);
    (App::open(settings).await.unwrap(), folder)
}

/// Whether a day is one of the 12 months before another day, that day included: written out, so that it shares nothing
/// with the calendar of the engine.
pub fn within_12_months(day: NaiveDate, today: NaiveDate) -> bool {
    let year_before = NaiveDate::from_ymd_opt(today.year() - 1, today.month(), today.day());
    let year_before = year_before.unwrap_or_else(|| NaiveDate::from_ymd_opt(today.year() - 1, 2, 28).unwrap());
    year_before < day && day <= today
}

/// The offset of Warsaw at the first and at the last millisecond of a day: clocks change at 2 and 3 in the morning of the
/// last Sundays of March and October.
pub fn offsets(day: NaiveDate) -> [&'static str; 2] {
    let last_sunday = |month: u32| {
        let end = NaiveDate::from_ymd_opt(day.year(), month, 31).unwrap();
        end - chrono::TimeDelta::days(end.weekday().num_days_from_sunday().into())
    };
    let (forward, backward) = (last_sunday(3), last_sunday(10));
    let begins_in_summer = forward < day && day <= backward;
    let ends_in_summer = forward <= day && day < backward;
    [begins_in_summer, ends_in_summer].map(|summer| if summer { "+02:00" } else { "+01:00" })
}

/// The first and the last millisecond of a day in Warsaw.
pub fn ends(day: NaiveDate) -> [String; 2] {
    let [first, last] = offsets(day);
    [format!("{day}T00:00:00.000{first}"), format!("{day}T23:59:59.999{last}")]
}

/// Runs a test on a programme that stands at the end of a day.
pub fn run<F: Future<Output = ()>>(database: Database, today: &str, body: impl FnOnce(Arc<TestApp>) -> F) {
    tests::run_with(database, standing(day(today)), body);
}
