//! The variables `TESSERA_*`, as texts: figment's own provider would read `00123` as a number and lose its zeros.

use std::ffi::OsString;
use std::path::PathBuf;

use figment::value::{Dict, Map, Value};
use figment::{Metadata, Profile, Provider};

use super::SettingsError;

/// What the environment says.
#[derive(Clone, Debug, Default)]
pub(super) struct Environment {
    /// `TESSERA_CONFIG`: the settings file; not itself a setting of that file.
    pub(super) config: Option<PathBuf>,
    values: Vec<(String, String)>,
}

/// The name of this source among figment's metadata.
pub(super) const NAME: &str = "environment";
/// What all variables of ours begin with.
pub(super) const PREFIX: &str = "TESSERA_";

/// The variables of the process that begin with `TESSERA_`.
pub(super) fn variables() -> Result<Environment, SettingsError> {
    from(std::env::vars_os())
}

/// The same, from any variables.
pub(super) fn from(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Environment, SettingsError> {
    let mut environment = Environment::default();
    for (name, value) in variables {
        let Some(key) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else { continue };
        let Some(value) = value.to_str() else {
            return Err(SettingsError::new(format!("The variable {PREFIX}{key} is not a text in UTF-8.")));
        };
        if key == "CONFIG" {
            environment.config = Some(PathBuf::from(value));
        } else {
            environment.values.push((key.to_lowercase(), value.to_owned()));
        }
    }
    Ok(environment)
}

impl Provider for Environment {
    fn metadata(&self) -> Metadata {
        Metadata::named(NAME)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        let values: Dict = self.values.iter().map(|(key, value)| (key.clone(), Value::from(value.clone()))).collect();
        Ok(Map::from([(Profile::Default, values)]))
    }
}
