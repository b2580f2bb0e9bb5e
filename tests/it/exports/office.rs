//! The files in a real spreadsheet: LibreOffice opens and saves them, and there is no formula.

use std::path::Path;
use std::process::{Command, Stdio};

use tests::{Database, TestApp};

use super::contents::{TEXTS, shop};
use super::{download, execute};

const LAYOUTS: [&str; 5] = ["FULL", "CONSTANT_CONTACT", "MAILCHIMP", "HUBSPOT", "SALESFORCE"];

fn is_there() -> bool {
    let version = Command::new("soffice").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Opens files as a person does by a double click, and saves them in a form that can be read.
fn saved(folder: &Path, names: &[String]) -> Vec<String> {
    let mut command = Command::new("soffice");
    command.arg(format!("-env:UserInstallation=file://{}", folder.join("office").display()));
    // Commas, quotes, UTF-8, from the first line, columns as they come, and formulas are looked for.
    command.args([
        "--headless",
        "--convert-to",
        "fods",
        "--infilter=CSV:44,34,76,1,,0,false,true,false,false,false,-1",
    ]);
    let output = command.args(names).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    names.iter().map(|name| std::fs::read_to_string(folder.join(name.replace(".csv", ".fods"))).unwrap()).collect()
}

async fn body(app: std::sync::Arc<TestApp>) {
    if !is_there() {
        println!("LEFT OUT: there is no soffice on this machine, so that no spreadsheet opens the files");
        return;
    }
    shop(&app).await;
    // Every column that holds somebody's words holds each of the words once.
    for (place, (text, _)) in TEXTS.iter().enumerate() {
        let text = text.replace('\'', "''");
        let columns = ["last_name", "email", "phone", "gender", "street", "postal_code", "region", "country", "tier"];
        let set = columns.map(|column| format!("{column} = '{text}'")).join(", ");
        execute(&app, &format!("UPDATE member SET {set} WHERE number = 'n{place}'")).await;
    }
    let mut names = Vec::new();
    for layout in LAYOUTS {
        let name = format!("{layout}.csv");
        std::fs::write(app.folder().join(&name), download(&app, "all", "CSV", layout).await.text).unwrap();
        names.push(name);
    }
    // Without the guard there would be formulas: what is looked for is there to be found.
    let bare: String = std::fs::read_to_string(app.folder().join("FULL.csv")).unwrap().replace("'=", "=");
    std::fs::write(app.folder().join("bare.csv"), bare).unwrap();
    names.push("bare.csv".to_owned());
    let mut sheets = saved(app.folder(), &names);
    assert!(sheets.pop().unwrap().contains("table:formula="), "a formula would be seen");
    for (layout, sheet) in LAYOUTS.iter().zip(sheets) {
        assert!(!sheet.contains("table:formula="), "{layout}");
        // The texts came through, and our numbers are numbers.
        assert!(sheet.contains("HYPERLINK") && sheet.contains("gęślą"), "{layout}");
        assert_eq!(sheet.contains("office:value=\"-14.05\""), *layout == "FULL", "{layout}");
    }
}

#[test]
fn no_spreadsheet_finds_a_formula() {
    tests::run(Database::Sqlite, body);
}
