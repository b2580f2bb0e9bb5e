//! Commands that cannot be meant: one sentence, before anything begins. And the command that can.

use std::process::Output;

use tests::{Database, TestApp, command, on_both, run};

use super::{file, query};

fn tessera(app: &TestApp, arguments: &str) -> Output {
    let mut command = command(&app.url, app.folder());
    command.args(arguments.split_whitespace()).output().unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn a_mistake_is_told_before_anything_begins() {
    run(Database::Sqlite, async |app| {
        file(&app, "sales.csv", "no,when,total,who\nd1,2026-01-05,1.00,m1\n");
        file(&app, "semicolons.csv", "no;when\nd1;2026-01-05\n");
        file(&app, "empty.csv", "");
        file(&app, "taken.csv", "not,mine\n");
        let long = format!("{}.csv", "s".repeat(90));
        file(&app, &long, "when,total\n2026-01-05,1.00\n");
        let map = "--map document=no,at=when,amount=total";
        for (arguments, sentence) in [
            (
                "sales.csv --map document=no,at=date,amount=total".to_owned(),
                "The file has no column \"date\". Its columns are no, when, total, who.",
            ),
            (
                "sales.csv --map document=no,date=when".to_owned(),
                "Transactions have no field \"date\". The fields are document, at, member,",
            ),
            (
                "sales.csv --map document=no,at=when".to_owned(),
                "Transactions need the field amount: give --map amount=COLUMN.",
            ),
            ("sales.csv".to_owned(), "Transactions need the field document: give --map document=COLUMN."),
            ("semicolons.csv".to_owned(), "The file's columns are no;when."),
            ("empty.csv".to_owned(), "empty.csv is empty: its first line must name the columns."),
            ("none.csv".to_owned(), "none.csv cannot be read"),
            (".".to_owned(), ". is not a file."),
            (format!("sales.csv {map},document=@line"), "The field document is filled from two columns"),
            (format!("sales.csv {map} --create-members"), "only where the field member has a column"),
            (format!("sales.csv {map},sku=no"), "Transactions have no field \"sku\""),
            (
                "sales.csv --lines --map document=@line,at=when,amount=total,sku=who".to_owned(),
                "document needs a column",
            ),
            (
                "sales.csv --lines --map document=no,at=when,amount=total,unit_price=total,sku=who".to_owned(),
                "name one of them",
            ),
            (format!("sales.csv {map} --rejects sales.csv"), "is the file that is to be read"),
            (format!("sales.csv {map} --rejects taken.csv"), "holds something else than rejects"),
            (format!("sales.csv {map} --rejects none/r.csv"), "its folder is not there"),
            (format!("sales.csv {map},source=who --source x"), "by --source and by a column"),
            (
                format!("{long} --map document=@line,at=when,amount=total"),
                "The file's name must have at most 80 characters",
            ),
            (format!("sales.csv {map} --source {}", "s".repeat(101)), "--source must have at most 100 characters."),
        ] {
            let output = tessera(&app, &format!("import transactions {arguments}"));
            let error = said(&output.stderr);
            assert!(error.contains(sentence) && error.starts_with("error: "), "{arguments}: {error}");
            assert_eq!(error.lines().count(), 1, "{arguments}: {error}");
            assert_ne!(output.status.code(), Some(0), "{arguments}");
        }
        assert_eq!(tessera(&app, "import transactions sales.csv").status.code(), Some(2));
        assert_eq!(query(&app.app, &["COUNT(*)"], "import").await, ["0"]);
        assert_eq!(std::fs::read_to_string(app.folder().join("taken.csv")).unwrap(), "not,mine\n");
    });
}

on_both! {
    async fn the_command_says_what_became_of_the_file(app) {
        file(&app, "Sales, all.csv", "no,\"when, local\",total,who\nd1,2026-01-05,1.00,m1\nd2,2026-01-05,1.00,\nd3,2026-01-05,x,\n");
        std::fs::create_dir(app.folder().join("data")).unwrap();
        std::fs::rename(app.folder().join("Sales, all.csv"), app.folder().join("data/all.csv")).unwrap();
        let mut command = command(&app.url, app.folder());
        command.args(["import", "transactions", "data/all.csv", "--create-members", "--map", "document=no,\"at=when, local\"", "--map", "amount=total,member=who"]);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", said(&output.stderr));
        let text = said(&output.stdout);
        assert!(text.starts_with("3 transactions: 2 new, 0 known already, 1 rejected in "), "{text}");
        assert!(text.ends_with("What was rejected is in all.csv.rejects.csv, with line, field and reason.\n"), "{text}");
        let rejects = std::fs::read_to_string(app.folder().join("all.csv.rejects.csv")).unwrap();
        assert_eq!(rejects, "line,field,reason\n4,amount,is not a number such as 1234.50\n");
    }
}
