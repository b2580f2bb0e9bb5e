//! The command line as a stranger meets it.

use clap::{CommandFactory, Parser};

use super::Cli;

fn parse(line: &str) -> Result<Cli, String> {
    let words = line.split_whitespace().filter(|word| *word != "\\");
    Cli::try_parse_from(words).map_err(|error| error.to_string())
}

#[test]
fn clap_finds_no_contradiction() {
    Cli::command().debug_assert();
}

#[test]
fn every_command_says_what_it_does_and_shows_an_example() {
    for command in Cli::command().get_subcommands() {
        let (name, long) = (command.get_name(), command.get_long_about().map(ToString::to_string).unwrap_or_default());
        assert!(
            long.contains("Example") && long.contains(&format!("tessera {name}")),
            "tessera {name} --help shows no example: {long}"
        );
        let short = command.get_about().map(ToString::to_string).unwrap_or_default();
        assert!((10..=70).contains(&short.len()) && !short.ends_with('.'), "{name}: {short}");
        for argument in command.get_arguments().filter(|argument| !argument.is_global_set()) {
            assert!(argument.get_help().is_some(), "tessera {name}: {} is not explained", argument.get_id());
        }
    }
}

#[test]
fn every_setting_is_a_flag_of_every_command() {
    for line in
        ["tessera serve --listen 127.0.0.1:0", "tessera --listen 127.0.0.1:0 user list --today 1998-06-30 --dev"]
    {
        parse(line).map(|_| ()).unwrap();
    }
}

#[test]
fn the_imports_of_real_data_parse() {
    for line in [
        "tessera import transactions cdnow_master_transactions.csv --create-members \
         --map member=customer_id,at=date,amount=amount,document=@line",
        "tessera import transactions online_retail_lines.csv.gz --lines --negative-is-return --create-members \
         --map document=invoice_no,member=customer_id,at=timestamp,sku=stock_code,name=description,quantity=quantity,unit_price=unit_price,member.country=country",
    ] {
        parse(line).map(|_| ()).unwrap();
    }
}

#[test]
fn a_wrong_command_line_is_told_so() {
    for (line, said) in [
        ("tessera import members", "<FILE>"),
        ("tessera import members a.csv --map number", "it must be FIELD=COLUMN"),
        ("tessera import orders a.csv --map a=b", "possible values: members, transactions, points, feedback, segment"),
        ("tessera token a@b.c --minutes 0", "1..=43200"),
        ("tessera demo --remove --seed 3", "cannot be used with"),
        ("tessera serv", "serve"),
    ] {
        let error = parse(line).map(|_| ()).unwrap_err();
        assert!(error.contains(said), "{line}: {error}");
    }
}

const README: &str = include_str!("../../../README.md");

#[test]
fn the_readmes_commands_parse() {
    let readme = README.replace("\\\n", " ");
    let commands: Vec<&str> = readme.lines().map(str::trim).filter(|line| line.starts_with("tessera ")).collect();
    assert!(commands.len() > 2, "{commands:?}");
    for command in commands {
        parse(command).map(|_| ()).unwrap_or_else(|error| panic!("README: {command}: {error}"));
    }
}

#[test]
fn the_readme_lists_every_command_and_every_setting() {
    let cli = Cli::command();
    for name in cli.get_subcommands().map(clap::Command::get_name) {
        assert!(README.contains(&format!("| `tessera {name}` |")), "README.md does not list the command {name}");
    }
    for flag in cli.get_arguments().filter(|flag| flag.is_global_set() && flag.get_id() != "config") {
        assert!(
            README.contains(&format!("\n| `{}` |", flag.get_id())),
            "README.md does not list the setting {}",
            flag.get_id()
        );
    }
}
