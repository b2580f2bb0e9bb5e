//! The house rules that no lint can hold. Each failure says what to do about it.

mod files;

use std::collections::BTreeSet;

use files::{File, files};

/// Who may use whom inside api: a module uses only modules of lower ranks, and in the base also of its own. `app` puts
/// the base and the first rooms together and is passed to everybody, so that it has no rank.
const RANKS: &[(u8, &[&str])] = &[
    (BASE, &["clock", "config", "db", "error", "global_id", "ingest", "patch", "shutdown", "telemetry", "text_input"]),
    (1, &["audit", "changes"]),
    (2, &["auth", "figures", "jobs"]),
    (3, &["erased", "facts", "webhooks"]),
    (4, &["membership"]),
    (5, &["members", "program"]),
    (6, &["feedback", "points", "segments", "transactions"]),
    (7, &["campaigns", "partners"]),
    (8, &["demo", "exports", "imports", "insights", "privacy", "rules", "valuation", "verify", "watch"]),
    (9, &["graphql", "retention", "worker"]),
    (10, &["schema"]),
    (11, &["http", "housekeeping"]),
    (12, &["cli"]),
];
const BASE: u8 = 0;
const UNRANKED: &[&str] = &["app", "lib", "main"];

#[test]
fn no_file_is_longer_than_400_lines() {
    let long = files(&["."], &["rs", "ts", "tsx", "mjs"]).into_iter().filter(|file| file.text.lines().count() > 400);
    complain(long.map(|file| file.path), "is longer than 400 lines: split it where its subjects part");
}

#[test]
fn every_file_says_first_what_it_is() {
    let silent = rust_files().into_iter().filter(|file| !file.text.starts_with("//! "));
    complain(silent.map(|file| file.path), "does not begin with //! and a sentence on what the file is for: write it");
}

#[test]
fn sql_stands_in_stores_alone() {
    let words =
        ["SELECT ", "INSERT INTO ", "DELETE FROM ", " SET ", " WHERE ", "ON CONFLICT", "CREATE TABLE", "EntityTrait"];
    let found = files(&["api/src"], &["rs"])
        .into_iter()
        .filter(|file| !is_store(file))
        .flat_map(|file| lines_with(&file, &words));
    complain(found, "speaks SQL: move it into the room's store.rs");
}

#[test]
fn only_the_face_names_async_graphql() {
    let faces = ["api/src/graphql/", "api/src/http/", "api/src/schema"];
    let rooms =
        files(&["api/src"], &["rs"]).into_iter().filter(|file| !faces.iter().any(|face| file.path.starts_with(face)));
    let found = rooms.flat_map(|file| lines_with(&file, &["async_graphql"]));
    complain(found, "names async-graphql: a room knows nothing of GraphQL; put that into api/src/graphql");
}

#[test]
fn rooms_use_only_lower_ranks() {
    let mut found = Vec::new();
    for file in files(&["api/src"], &["rs"]) {
        let own = module_of(&file);
        if UNRANKED.contains(&own.as_str()) {
            continue;
        }
        let Some(rank) = rank_of(&own) else {
            found.push(format!("{} has no rank: give the module {own} one in tests/it/tidy.rs", file.path));
            continue;
        };
        for used in modules_used(&file) {
            let higher = rank_of(&used).is_none_or(|used| used >= rank && used != BASE);
            if used != own && !UNRANKED.contains(&used.as_str()) && higher {
                found.push(format!(
                    "{} uses {used}, which does not lie below {own}: turn the dependency round",
                    file.path
                ));
            }
        }
    }
    complain(found, "(architecture.md, the house)");
}

#[test]
fn crates_know_only_what_lies_below_them() {
    let pure = ["sea_orm", "tokio", "axum", "async_graphql", "std::fs", "std::net", "entity::", "tessera::"];
    let engine = files(&["engine/src"], &["rs"]).into_iter().flat_map(|file| lines_with(&file, &pure));
    complain(engine, "does not belong into the engine, which is pure: no I/O, no clock, no database, no GraphQL");
    let migration =
        files(&["migration/src"], &["rs"]).into_iter().flat_map(|file| lines_with(&file, &["entity::", "engine::"]));
    complain(migration, "is not frozen in time: a migration spells out its tables and names nothing that may change");
    let entity =
        files(&["entity/src"], &["rs"]).into_iter().flat_map(|file| lines_with(&file, &["tessera::", "migration::"]));
    complain(entity, "points upwards: entities know nothing of who uses them");
}

#[test]
fn time_and_environment_are_asked_in_one_place() {
    let asked = ["Utc::now", "Local::now", "SystemTime::now", "env::var"];
    let allowed = ["api/src/clock.rs", "api/src/config/"];
    let others = files(&["api", "engine", "entity", "migration"], &["rs"]).into_iter();
    let others = others.filter(|file| !allowed.iter().any(|place| file.path.starts_with(place)));
    let found = others.flat_map(|file| lines_with(&file, &asked));
    complain(found, "asks the time or the environment: take it from App.clock or App.settings");
}

#[test]
fn nothing_is_called_utils() {
    let vague = ["utils.rs", "util.rs", "helpers.rs", "common.rs", "misc.rs"];
    let found = rust_files().into_iter().filter(|file| vague.contains(&file.name()) || file.path.contains("/utils/"));
    complain(found.map(|file| file.path), "has a name that says nothing: name it after what is in it");
}

#[test]
fn every_make_target_is_explained_and_there() {
    let makefile = &files(&["Makefile"], &[])[0];
    let rules = makefile.text.lines().filter_map(|line| line.split_once(':'));
    let is_target =
        |name: &str| !name.is_empty() && name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-');
    let targets: Vec<(&str, &str)> = rules.filter(|(name, _)| is_target(name)).collect();
    let silent = targets.iter().filter(|(name, rest)| !rest.contains(" ## ") && !name.starts_with("require-"));
    complain(
        silent.map(|(name, _)| (*name).to_owned()),
        "is not explained: write ## and a sentence behind it for make help",
    );
    let names: BTreeSet<&str> = targets.iter().map(|(name, _)| *name).collect();
    for name in ["run", "test", "test-long", "bench", "lint", "fmt", "graphiql", "clean", "help"] {
        assert!(names.contains(name), "the Makefile has no target {name}");
    }
}

#[test]
fn the_readme_shows_the_two_commands() {
    let readme = &files(&["README.md"], &[])[0].text;
    for command in ["make run", "make test"] {
        assert!(readme.contains(command), "README.md does not say {command}: it is how everybody begins");
    }
}

/// Spelt in two parts, so that this file does not find itself.
#[test]
fn no_file_knows_whose_machine_it_was_written_on() {
    let places = [concat!("/wo", "rk/"), concat!("/ho", "me/"), concat!("/ro", "ot/"), concat!("/Us", "ers/")];
    let found = files(&["."], &[]).into_iter().flat_map(|file| {
        let lines = file.text.lines().enumerate().filter(|(_, line)| places.iter().any(|place| line.contains(place)));
        lines.map(|(index, _)| format!("{}:{}", file.path, index + 1)).collect::<Vec<_>>()
    });
    complain(found, "names a place on somebody's machine: say it relative to the project");
}

fn rust_files() -> Vec<File> {
    files(&["api", "engine", "entity", "migration", "tests"], &["rs"])
}

/// A room's `store.rs`, or one of several, each with its subject before it.
fn is_store(file: &File) -> bool {
    file.path.starts_with("api/src/db/")
        || file.name() == "store.rs"
        || file.name().ends_with("_store.rs")
        || file.path.contains("/store/")
}

fn lines_with(file: &File, words: &[&str]) -> Vec<String> {
    let lines = file.code().filter(|(_, line)| words.iter().any(|word| line.contains(word)));
    lines.map(|(number, line)| format!("{}:{number} ({})", file.path, line.trim())).collect()
}

/// The module right below the crate that a file belongs to.
fn module_of(file: &File) -> String {
    let inside = file.path.trim_start_matches("api/src/");
    inside.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned()
}

fn rank_of(module: &str) -> Option<u8> {
    RANKS.iter().find(|(_, modules)| modules.contains(&module)).map(|(rank, _)| *rank)
}

/// The modules right below the crate that a file names, in `crate::a::…` and in `use crate::{a, b::…}`.
fn modules_used(file: &File) -> BTreeSet<String> {
    let code: String = file.code().map(|(_, line)| line.to_owned() + "\n").collect();
    let mut used = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            Some(group) => used.extend(names_of_group(group)),
            None => used.extend(first_name(after)),
        }
    }
    used.retain(|name| name.starts_with(|first: char| first.is_ascii_lowercase()));
    used
}

/// The first names in a group such as `a, b::{c, d}, e}`.
fn names_of_group(group: &str) -> Vec<String> {
    let (mut depth, mut names, mut start) = (1, Vec::new(), true);
    for (index, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => start = true,
            _ if start && !letter.is_whitespace() => {
                names.extend(group.get(index..).and_then(first_name));
                start = false;
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names
}

fn first_name(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect();
    (!name.is_empty()).then_some(name)
}

fn complain(found: impl IntoIterator<Item = String>, advice: &str) {
    let found: Vec<String> = found.into_iter().map(|what| format!("{what} {advice}")).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}
