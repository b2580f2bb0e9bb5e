//! Lays the sources over one another and remembers where each value came from.

use std::path::{Path, PathBuf};

use figment::error::Kind;
use figment::providers::{Format, Serialized, Toml};
use figment::{Figment, Metadata};

use super::environment::{self, Environment};
use super::{Flags, SettingsError};

/// The merged sources.
pub(super) struct Sources {
    figment: Figment,
    /// What they say together.
    pub(super) given: Flags,
}

/// Where a value came from.
enum Origin {
    Flag,
    Variable,
    File(PathBuf),
}

/// The file that is read where no other is named.
const FILE: &str = "tessera.toml";

/// Reads the file and lays environment and flags over it.
pub(super) fn gather(flags: &Flags, environment: Environment) -> Result<Sources, SettingsError> {
    let file = settings_file(flags.config.as_deref().or(environment.config.as_deref()))?;
    let mut figment = Figment::new();
    if let Some(file) = &file {
        figment = figment.merge(Toml::file_exact(file));
    }
    figment = figment.merge(environment).merge(Serialized::defaults(flags));
    match figment.extract() {
        Ok(given) => Ok(Sources { figment, given }),
        Err(error) => Err(sentence(&figment, error, file.as_deref().unwrap_or(Path::new(FILE)))),
    }
}

impl Sources {
    /// The name of a setting as its source spells it, for the start of a sentence.
    pub(super) fn name_of(&self, key: &str) -> String {
        self.figment.find_metadata(key).map_or_else(|| key.to_owned(), |source| origin(source).spelt(key))
    }
}

/// The file that is named, which must be there, or the usual one where it is.
fn settings_file(named: Option<&Path>) -> Result<Option<PathBuf>, SettingsError> {
    match named {
        None => Ok(Some(PathBuf::from(FILE)).filter(|file| file.exists())),
        Some(file) if file.is_file() => Ok(Some(file.to_owned())),
        Some(file) => Err(SettingsError::new(format!("The settings file {} does not exist.", file.display()))),
    }
}

fn sentence(figment: &Figment, error: figment::Error, file: &Path) -> SettingsError {
    let key = error.path.join(".");
    SettingsError::new(match error.kind {
        Kind::UnknownField(unknown, known) => {
            let origin = figment.find_metadata(&unknown).map_or(Origin::File(file.to_owned()), origin);
            let known: Vec<String> = known.iter().map(|key| origin.key(key)).collect();
            format!("{} is not a setting. The settings are: {}.", origin.spelt(&unknown), known.join(", "))
        }
        Kind::InvalidType(found, expected) if !key.is_empty() => {
            let origin = error.metadata.as_ref().map_or(Origin::File(file.to_owned()), origin);
            format!("{} must be {expected}, not {found}.", origin.spelt(&key))
        }
        kind => format!("{} cannot be read: {}", file.display(), first_line(&kind.to_string())),
    })
}

fn origin(source: &Metadata) -> Origin {
    match source.source.as_ref().and_then(|source| source.file_path()) {
        Some(path) => Origin::File(path.to_owned()),
        None if source.name == environment::NAME => Origin::Variable,
        None => Origin::Flag,
    }
}

impl Origin {
    fn key(&self, key: &str) -> String {
        match self {
            Self::Flag => format!("--{}", key.replace('_', "-")),
            Self::Variable => format!("{}{}", environment::PREFIX, key.to_uppercase()),
            Self::File(_) => key.to_owned(),
        }
    }

    fn spelt(&self, key: &str) -> String {
        let name = self.key(key);
        match self {
            Self::Flag => format!("The flag {name}"),
            Self::Variable => format!("The variable {name}"),
            Self::File(path) => format!("The key {name} in {}", path.display()),
        }
    }
}

/// TOML's own messages draw the place of the mistake over several lines.
fn first_line(message: &str) -> String {
    let mut lines = message.lines().map(str::trim).filter(|line| !line.is_empty());
    let (first, last) = (lines.next().unwrap_or_default(), lines.next_back());
    match last {
        Some(last) => format!("{first}: {last}."),
        None => format!("{first}."),
    }
}
