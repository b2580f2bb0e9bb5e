//! The order of the sources, and the sentence for each mistake.

use std::ffi::OsString;
use std::path::Path;

use super::*;

/// Loads from a file's text, variables and flags.
fn load(file: &str, variables: &[(&str, &str)], flags: &[&str]) -> Result<Settings, String> {
    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        flags: Flags,
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tessera.toml");
    std::fs::write(&path, file).unwrap();
    let arguments = ["tessera", "--config", path.to_str().unwrap()].into_iter().chain(flags.iter().copied());
    let command: Command = clap::Parser::try_parse_from(arguments).map_err(|error| error.to_string())?;
    let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    let environment = environment::from(variables).map_err(|error| error.to_string())?;
    let sources = sources::gather(&command.flags, environment).map_err(|error| without(error, &path))?;
    read::settings(&sources).map_err(|error| without(error, &path))
}

fn without(error: SettingsError, path: &Path) -> String {
    error.to_string().replace(path.to_str().unwrap(), "tessera.toml")
}

fn refusal(file: &str, variables: &[(&str, &str)], flags: &[&str]) -> String {
    load(file, variables, flags).map(|_| ()).unwrap_err()
}

#[test]
fn flags_go_over_variables_over_the_file_over_defaults() {
    let port = |file, variables: &[(&str, &str)], flags: &[&str]| load(file, variables, flags).unwrap().listen.port();
    let file = "listen = \"127.0.0.1:1\"";
    let variable = [("TESSERA_LISTEN", "127.0.0.1:2")];
    assert_eq!(port("", &[], &[]), 8080);
    assert_eq!(port(file, &[], &[]), 1);
    assert_eq!(port(file, &variable, &[]), 2);
    assert_eq!(port(file, &variable, &["--listen", "127.0.0.1:3"]), 3);
}

#[test]
fn every_spelling_of_the_file_is_understood() {
    let settings = load(
        "today = 1998-06-30\ndev = true\ngross_margin = 0.35\ncors_origins = [\"https://a.example\"]\ncurrency = 'USD'",
        &[
            ("TESSERA_TRUSTED_PROXIES", "10.0.0.5, fd00::/8"),
            ("TESSERA_OWNER_PASSWORD", "0012345678"),
            ("HOME", "/root"),
        ],
        &["--metrics-listen", "off", "--time-zone=Europe/Warsaw"],
    )
    .unwrap();
    assert_eq!(settings.today.unwrap().to_string(), "1998-06-30");
    assert!(settings.dev && settings.lens);
    assert_eq!(settings.gross_margin.unwrap().to_string(), "0.35");
    assert_eq!(settings.cors_origins, ["https://a.example"]);
    assert_eq!(settings.currency.unwrap().code(), "USD");
    assert_eq!(settings.time_zone.unwrap().name(), "Europe/Warsaw");
    assert_eq!(settings.trusted_proxies.len(), 2);
    assert_eq!(&*settings.owner_password.unwrap(), "0012345678");
    assert_eq!(settings.metrics_listen, None);
    assert!(!load("lens = 'off'", &[], &[]).unwrap().lens && !load("", &[("TESSERA_LENS", "off")], &[]).unwrap().lens);
    assert!(load("lens = 'off'", &[], &["--lens", "on"]).unwrap().lens);
    assert!(
        !settings.webhook_allow_private
            && load("webhook_allow_private = true", &[], &[]).unwrap().webhook_allow_private
    );
    assert!(load("", &[], &["--webhook-allow-private"]).unwrap().webhook_allow_private);
    assert!(load("", &[], &["--dev"]).unwrap().dev && !load("dev = true", &[], &["--dev=false"]).unwrap().dev);
}

#[test]
fn the_public_address_may_have_a_path_and_ends_without_a_slash() {
    for (given, kept) in [
        ("https://a.example", "https://a.example"),
        ("http://a.example:8080/", "http://a.example:8080"),
        ("https://a.example/tessera/", "https://a.example/tessera"),
    ] {
        assert_eq!(load("", &[], &["--public-url", given]).unwrap().public_url.as_deref(), Some(kept));
    }
}

#[test]
fn an_unknown_key_is_named_with_its_source_and_the_keys_there_are() {
    let file = refusal("listn = '127.0.0.1:1'", &[], &[]);
    assert!(
        file.starts_with("The key listn in tessera.toml is not a setting. The settings are: database_url, listen,"),
        "{file}"
    );
    let table = refusal("[server]\nlisten = '127.0.0.1:1'", &[], &[]);
    assert!(table.starts_with("The key server in tessera.toml is not a setting."), "{table}");
    let variable = refusal("", &[("TESSERA_LISTN", "127.0.0.1:1")], &[]);
    assert!(
        variable.starts_with("The variable TESSERA_LISTN is not a setting. The settings are: TESSERA_DATABASE_URL, "),
        "{variable}"
    );
    assert!(refusal("", &[], &["--listn", "1"]).contains("--listen"));
}

#[test]
fn a_bad_value_is_named_with_its_source_and_what_is_allowed() {
    let address = "it must be an address and a port, such as 127.0.0.1:8080 or [::]:8080.";
    assert_eq!(refusal("listen = 8080", &[], &[]), format!("The key listen in tessera.toml says \"8080\"; {address}"));
    assert_eq!(
        refusal("", &[("TESSERA_LISTEN", "localhost")], &[]),
        format!("The variable TESSERA_LISTEN says \"localhost\"; {address}")
    );
    assert_eq!(refusal("", &[], &["--listen", ""]), format!("The flag --listen is empty; {address}"));
    for (key, value) in [
        ("--metrics-listen", "on"),
        ("--dev=maybe", ""),
        ("--today", "1998-6-30"),
        ("--today", "1998-02-30"),
        ("--public-url", "a.example"),
        ("--public-url", "ftp://a.example"),
        ("--public-url", "https://"),
        ("--public-url", "https://me@a.example"),
        ("--public-url", "https://a.example/?x=1"),
        ("--public-url", "https://a.example/#x"),
        ("--cors-origins", "https://a.example/path"),
        ("--cors-origins", "*"),
        ("--trusted-proxies", "10.0.0.0/40"),
        ("--lens", "true"),
        ("--upload-bytes", "0"),
        ("--upload-bytes", "4G"),
        ("--uploads=-1", ""),
        ("--webhook-allow-private=yes", ""),
        ("--log", "loud=very"),
        ("--log", "inof"),
        ("--currency", "EURO"),
        ("--time-zone", "Warsaw"),
        ("--gross-margin", "1.01"),
        ("--gross-margin", "0.1234567"),
        ("--reward-cost-per-point", "NaN"),
        ("--return-handling-cost=-1", ""),
        ("--owner-email", "owner"),
        ("--keep-audit", "0"),
        ("--keep-audit", "never"),
        ("--keep-deliveries", "0"),
        ("--keep-pushes", "6"),
        ("--requests-per-minute", "0"),
        ("--partner-requests-per-minute", "many"),
        ("--requests-at-once", "0"),
        ("--wrong-tokens-per-minute", "1.5"),
        ("--oidc-jwks", "http://a.example/jwks"),
        ("--oidc-jwks", "ftp://a.example/jwks"),
        ("--oidc-jwks", "https://me@a.example/jwks"),
        ("--oidc-algorithms", "HS256"),
        ("--oidc-algorithms", "none"),
        ("--oidc-roles", "admin"),
        ("--oidc-roles", "admin=BOSS"),
        ("--oidc-roles", "=ADMIN"),
        ("--oidc-email-verified", "true"),
        ("--database-url", "mysql://host/name"),
    ] {
        let flags: Vec<&str> = [key, value].into_iter().filter(|part| !part.is_empty()).collect();
        let sentence = refusal("", &[], &flags);
        let name = key.split('=').next().unwrap_or_default();
        assert!(sentence.starts_with(&format!("The flag {name} ")) && sentence.ends_with('.'), "{sentence}");
    }
    assert_eq!(
        refusal("listen = ['a']", &[], &[]),
        "The key listen in tessera.toml must be a text or a number, not sequence."
    );
}

#[test]
fn an_outside_issuer_needs_all_of_its_settings() {
    let all = [
        "oidc_issuer = 'https://a.example'",
        "oidc_audience = 'tessera'",
        "oidc_jwks = 'https://a.example/jwks'",
        "oidc_roles = ['a=b=OWNER', 'c = ADMIN']",
    ];
    let oidc = load(&all.join("\n"), &[], &[]).unwrap().oidc.unwrap();
    assert_eq!(
        (oidc.role_claim.as_str(), oidc.algorithms.as_slice()),
        ("roles", [jsonwebtoken::Algorithm::RS256].as_slice())
    );
    assert_eq!(oidc.roles.iter().map(|(value, _)| value.as_str()).collect::<Vec<_>>(), ["a=b", "c"]);
    for missing in 0..all.len() {
        let some: Vec<&str> =
            all.iter().enumerate().filter(|(place, _)| *place != missing).map(|(_, line)| *line).collect();
        assert!(refusal(&some.join("\n"), &[], &[]).starts_with("An outside issuer needs the settings"));
    }
    assert!(refusal("oidc_role_claim = 'x'", &[], &[]).starts_with("An outside issuer needs"));
    assert!(refusal("oidc_email_verified = 'assumed'", &[], &[]).starts_with("An outside issuer needs"));
    assert_eq!(oidc.email_verified, EmailVerified::Required);
    let assumed = load(&all.join("\n"), &[], &["--oidc-email-verified", "assumed"]).unwrap().oidc.unwrap();
    assert_eq!(assumed.email_verified, EmailVerified::Assumed);
    assert!(load("", &[], &[]).unwrap().oidc.is_none());
    for here in
        ["http://127.0.0.1:1/jwks", "http://[::1]:1/jwks", "http://localhost/jwks", "/etc/jwks.json", "jwks.json"]
    {
        let file = all.join("\n").replace("https://a.example/jwks", here);
        assert!(load(&file, &[], &[]).unwrap().oidc.is_some(), "{here}");
    }
    assert_eq!(load("keep_audit = 30", &[], &[]).unwrap().keep_audit, Some(30));
    assert_eq!(load("keep_audit = 'forever'", &[], &[]).unwrap().keep_audit, None);
    assert_eq!(load("keep_pushes = 'forever'", &[], &[]).unwrap().keep_pushes, None);
    assert_eq!(load("", &[], &[]).unwrap().keep_deliveries, Some(30));
    assert_eq!(load("requests_at_once = 3", &[], &[]).unwrap().limits.requests_at_once, 3);
}

#[test]
fn the_usual_file_may_be_missing() {
    assert!(!Path::new("tessera.toml").exists(), "this test runs where there is no settings file");
    let sources = sources::gather(&Flags::default(), environment::Environment::default()).ok().unwrap();
    assert_eq!(read::settings(&sources).unwrap().issuer, "tessera");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let broken = refusal("listen = ", &[], &[]);
    assert!(broken.starts_with("tessera.toml cannot be read: ") && !broken.contains('\n'), "{broken}");
    let flags = Flags { config: Some("/nowhere/tessera.toml".into()), ..Flags::default() };
    let missing = sources::gather(&flags, environment::Environment::default()).err().unwrap();
    assert_eq!(missing.to_string(), "The settings file /nowhere/tessera.toml does not exist.");
}

#[test]
fn secrets_are_long_enough_and_never_shown() {
    let short = refusal("", &[("TESSERA_TOKEN_SECRET", "hunter2")], &[]);
    assert!(short.starts_with("The variable TESSERA_TOKEN_SECRET must be a secret of at least 32 bytes"), "{short}");
    assert!(!short.contains("hunter2"));
    assert!(!refusal("database_url = 'mysql://me:hunter2@host/name'", &[], &[]).contains("hunter2"));
    let settings = load(
        "",
        &[
            ("TESSERA_TOKEN_SECRET", "hunter2-hunter2-hunter2-hunter2-hunter2"),
            ("TESSERA_OWNER_PASSWORD", "hunter2"),
            ("TESSERA_DATABASE_URL", "postgres://me:hunter2@host/name"),
        ],
        &[],
    );
    assert!(!format!("{settings:?}").contains("hunter2"));
}
