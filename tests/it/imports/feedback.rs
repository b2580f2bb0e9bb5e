//! Files of answers to surveys.

use std::fmt::Write;

use tessera::imports::{self, Kind, Options};
use tests::{TestApp, command, on_both};

use super::resume::interrupted;
use super::{books, counts, file, import, options, query, same};

const ANSWERS: &str = "\
document,member,survey,score,at,comment,member.country
f1,m1,NPS,9,2026-01-05,\"Fine,\r\nthank you\",PL
f2,m1,nps,10.0,2026-01-06 12:30,,
f1,m2, nps ,0,2026-01-06,,
f3,m2,nps,11,2026-01-06,,SE
f4,,nps,5,2026-01-06,,SE
f5,m2,nps,7.5,2026-01-06,,SE
f6,m2,,7,2026-01-06,,SE
f7,m2,nps,,2026-01-06,,SE
f8,m2,nps,7,yesterday,,SE
f1,m1,NPS,9,2026-01-05,\"Fine,
thank you\",PL
f1,m1,NPS,8,2026-01-05,,SE
,m2,nps,8,2026-01-05,,SE
f9,m2,nps,8,2026-01-05,a\tb,SE
";

const ROWS: u32 = 30_000;

/// Answers of a few hundred members; now and then one that is out of bounds, and one that was given before.
fn many() -> String {
    let mut text = "document,member,survey,score,at,comment\n".to_owned();
    for row in 0..ROWS {
        let row = if row % 997 == 996 { row - 400 } else { row };
        let (member, survey, score, day) = (row % 400, row % 3, row * 7 % 12, 1 + row % 28);
        writeln!(text, "f{row},m{member},survey {survey},{score},2025-03-{day:02},comment {row}").unwrap();
    }
    text
}

fn given(app: &TestApp, text: &str) -> Options {
    Options { create_members: true, ..options(Kind::Feedback, file(app, "answers.csv", text), "") }
}

on_both! {
    async fn answers_come_in(app) {
        let report = import(&app, given(&app, ANSWERS)).await;
        assert_eq!(counts(&report), [3, 0, 1, 9]);
        assert!(report.to_string().starts_with("13 feedback responses: 3 new, 1 known already, 9 rejected in "), "{report}");
        let columns = ["m.number", "m.country", "f.document", "f.survey", "f.survey_folded", "f.score", "f.comment"];
        let rest = "member AS m JOIN feedback AS f ON f.member_id = m.id ORDER BY m.number, f.document";
        let expected = ["m1|PL|f1|NPS|nps|9|Fine,\nthank you", "m1|PL|f2|nps|nps|10|-", "m2|-|f1|nps|nps|0|-"];
        assert_eq!(query(&app.app, &columns, rest).await, expected);
        let rejects = std::fs::read_to_string(report.rejects_file.unwrap()).unwrap();
        assert_eq!(rejects, "line,field,reason
6,score,must lie between 0 and 10
7,member,must not be blank
8,score,is not a whole number such as 9
9,survey,must not be blank
10,score,must not be blank
11,at,\"is not a time such as 2026-01-31T15:04:05+01:00, 2026-01-31 15:04 or 2026-01-31\"
14,document,this document is recorded with another body; give the answer a document of its own
15,document,must not be blank
16,comment,must not hold control characters
");
    }

    async fn answers_without_numbers_count_their_lines_and_strangers_are_left_out(app) {
        let text = "who,form,nps,when\nm1,a,1,2026-01-05\nm1,a,1,2026-01-05\n";
        let map = "document=@line,member=who,survey=form,score=nps,at=when";
        let answers = |name: &str| options(Kind::Feedback, file(&app, name, text), map);
        let report = import(&app, answers("strangers.csv")).await;
        assert_eq!(counts(&report), [0, 0, 0, 2]);
        let rejects = std::fs::read_to_string(report.rejects_file.unwrap()).unwrap();
        assert!(rejects.contains("2,member,there is no such member; --create-members would make one"), "{rejects}");
        for (name, expected) in [("a.csv", [2, 0, 0, 0]), ("b.csv", [2, 0, 0, 0]), ("a.csv", [0, 0, 2, 0])] {
            let report = import(&app, Options { create_members: true, ..answers(name) }).await;
            assert_eq!(counts(&report), expected, "{name}");
        }
        let documents = query(&app.app, &["document"], "feedback ORDER BY document").await;
        assert_eq!(documents, ["a.csv:2", "a.csv:3", "b.csv:2", "b.csv:3"]);
    }

    async fn an_interrupted_file_goes_on_where_it_stopped(app) {
        let text = many();
        let clean = TestApp::start(app.database).await;
        let whole = import(&clean, given(&clean, &text)).await;
        assert!(whole.created > 20_000 && whole.duplicates > 20 && whole.rejected > 2_000, "{whole}");
        let options = given(&app, &text);
        let stopped = interrupted(&app, options.clone()).await;
        let rest = import(&app, options.clone()).await;
        assert_eq!(rest.resumed_at, Some(u64::try_from(stopped).unwrap()));
        assert_eq!((rest.rows, counts(&rest)), (whole.rows, counts(&whole)));
        let rejects = |path: Option<std::path::PathBuf>| std::fs::read_to_string(path.unwrap()).unwrap();
        assert_eq!(rejects(rest.rejects_file), rejects(whole.rejects_file));
        same(&books(&app.app).await, &books(&clean.app).await);
        let again = import(&app, options).await;
        let known = whole.created + whole.duplicates;
        assert_eq!((again.resumed_at, counts(&again)), (None, [0, 0, known, whole.rejected]));
        clean.verify().await;
        clean.stop().await;
    }

    async fn mistakes_and_the_command(app) {
        file(&app, "a.csv", "id,who,nps,when\nf1,m1,10,2026-01-05\n");
        let tessera = |arguments: &str| command(&app.url, app.folder()).args(arguments.split_whitespace()).output().unwrap();
        for (arguments, sentence) in [
            ("a.csv", "Feedback responses need the field document: give --map document=COLUMN."),
            ("a.csv --map document=id,member=who,score=nps,at=when", "Feedback responses need the field survey: give --map survey=COLUMN."),
            ("a.csv --map points=nps", "Feedback responses have no field \"points\". The fields are document, member, survey, score, at, comment, member."),
            ("a.csv --lines", "--lines is for transactions alone."),
            ("a.csv --source x", "for transactions alone."),
            ("x a.csv", "a key stands only behind segment."),
        ] {
            let output = tessera(&format!("import feedback {arguments}"));
            let error = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(error.contains(sentence) && output.status.code() == Some(2), "{arguments}: {error}");
        }
        let output = tessera("import feedback a.csv --create-members --map document=id,member=who,survey=id,score=nps,at=when");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && text.starts_with("1 feedback responses: 1 new, 0 known already, 0 rejected in "), "{output:?}");
        let mistake = imports::run(&app.app, options(Kind::Feedback, app.folder().join("none.csv"), "")).await.unwrap_err();
        assert!(mistake.to_string().contains("none.csv cannot be read"), "{mistake}");
    }
}
