//! An import that was interrupted goes on; one that is done begins anew and finds nothing to do.

use std::time::Duration;

use tessera::imports::{self, Kind, Options};
use tests::{TestApp, on_both, random};

use super::{books, counts, file, import, options, query, same, shop};

async fn position(app: &TestApp) -> i64 {
    let rows = query(&app.app, &["COALESCE(SUM(position), 0)"], "import").await;
    rows[0].parse().unwrap()
}

/// Interrupts an import once it has committed something, and answers how far it came.
pub async fn interrupted(app: &TestApp, given: Options) -> i64 {
    let running = tokio::spawn({
        let app = app.app.clone();
        async move { imports::run(&app, given).await.map(drop) }
    });
    while position(app).await == 0 {
        assert!(!running.is_finished(), "{:?}", running.await);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    running.abort();
    let ended = running.await;
    assert!(ended.is_err(), "the import was done before it could be interrupted");
    position(app).await
}

on_both! {
    async fn the_same_command_goes_on_where_it_stopped(app) {
        let mut random = random("resume");
        let (sales, lines) = (shop::sales(30_000, &mut random), shop::lines(12_000, 500, &mut random));
        let clean = TestApp::start(app.database).await;
        for (name, text) in [("sales.csv", sales), ("lines.csv", lines)] {
            let (path, lines) = (file(&app, name, &text), name == "lines.csv");
            let given = |path| Options { create_members: true, lines, negative_is_return: lines, ..options(Kind::Transactions, path, "") };
            let whole = import(&clean, given(file(&clean, name, &text))).await;
            let before = position(&app).await;
            assert_eq!(before, 0);
            let stopped = interrupted(&app, given(path.clone())).await;
            let rest = import(&app, given(path.clone())).await;
            assert_eq!(rest.resumed_at, Some(u64::try_from(stopped).unwrap()), "{name}");
            assert_eq!((rest.rows, counts(&rest)), (whole.rows, counts(&whole)), "{name}");
            assert!(rest.rejected > 50, "{rest}");
            let rejects = |path: Option<std::path::PathBuf>| std::fs::read_to_string(path.unwrap()).unwrap();
            assert_eq!(rejects(rest.rejects_file), rejects(whole.rejects_file), "{name}");
            same(&books(&app.app).await, &books(&clean.app).await);
            let again = import(&app, given(path)).await;
            assert_eq!((again.resumed_at, counts(&again)), (None, [0, 0, whole.created, whole.rejected]), "{name}");
            // The next file begins at 0 once more.
            query_none(&app, "DELETE FROM import").await;
        }
        clean.verify().await;
        clean.stop().await;
    }

    async fn a_changed_file_and_a_changed_command_begin_anew(app) {
        let mut random = random("changed");
        let path = file(&app, "sales.csv", shop::sales(20_000, &mut random));
        let given = Options { create_members: true, ..options(Kind::Transactions, path.clone(), "") };
        interrupted(&app, given.clone()).await;
        let other = Options { source: Some("other".to_owned()), ..given.clone() };
        let report = import(&app, other).await;
        assert_eq!((report.resumed_at, report.duplicates), (None, 0));
        let text = std::fs::read_to_string(&path).unwrap().replace("a lot", "1.00");
        std::fs::write(&path, text).unwrap();
        let report = import(&app, given).await;
        // What is still rejected are returns that name a return.
        assert!(report.resumed_at.is_none() && report.rejected < 100, "{report}");
        assert!(report.duplicates > 0 && report.created > 0, "{report}");
    }

    async fn two_imports_of_one_file_do_not_meet(app) {
        let mut random = random("two imports");
        let text = shop::sales(20_000, &mut random);
        let given = Options { create_members: true, ..options(Kind::Transactions, file(&app, "sales.csv", &text), "") };
        let (one, two) = tokio::join!(imports::run(&app.app, given.clone()), imports::run(&app.app, given.clone()));
        for error in [&one, &two].into_iter().filter_map(|outcome| outcome.as_ref().err()) {
            assert!(error.to_string().contains("another import of this file is running"), "{error}");
        }
        let (done, rejects) = (one.or(two).unwrap(), format!("{}.rejects.csv", given.file.display()));
        assert_eq!((done.rows, done.created + done.rejected), (20_000, 20_000));
        assert_eq!(std::fs::read_to_string(rejects).unwrap().lines().count() as u64, 1 + done.rejected);
        let clean = TestApp::start(app.database).await;
        import(&clean, Options { file: file(&clean, "sales.csv", &text), ..given }).await;
        same(&books(&app.app).await, &books(&clean.app).await);
        clean.stop().await;
    }

    async fn a_file_that_breaks_off_keeps_what_stands_before(app) {
        let mut text = shop::sales(12_000, &mut random("broken off")).into_bytes();
        text.extend_from_slice(b"d12000,2025-01-01,\"");
        text.resize(text.len() + 3 * 1024 * 1024, b'7');
        let given = Options { create_members: true, ..options(Kind::Transactions, file(&app, "sales.csv", text), "") };
        let error = imports::run(&app.app, given).await.unwrap_err().to_string();
        assert!(error.contains("cannot be read from line 12002 on: a row is longer than 1 MiB"), "{error}");
        assert_eq!(position(&app).await, 10_000);
    }
}

async fn query_none(app: &TestApp, text: &str) {
    use sea_orm::ConnectionTrait;
    app.app.db.writer().execute_unprepared(text).await.unwrap();
}
