//! `tessera user`

use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use entity::kinds::Role;

use super::failure::Failure;
use super::output::say;
use super::password::PasswordSource;
use super::with_app;
use crate::app::App;
use crate::audit::By;
use crate::auth::{self, ops::NewUser};
use crate::config::Settings;

/// Look after the people who may sign in
///
/// The first start of `tessera serve` makes an owner; this adds others, gives new
/// passwords, and shuts people out.
///
/// Examples:
///   tessera user add ann@example.com --name "Ann Arden" --role analyst
///   tessera user password ann@example.com
///   pass show tessera/ann | tessera user password ann@example.com --password-stdin
///   tessera user disable ann@example.com
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(super) struct User {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Add a person
    Add {
        /// The e-mail address to sign in with
        email: String,
        /// The person's name
        #[arg(long)]
        name: String,
        /// What the person may do
        #[arg(long)]
        role: RoleName,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Give a person another password and end all their sessions
    Password {
        /// The person's e-mail address
        email: String,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// List everybody
    List,
    /// Shut a person out: no sign-in, and all their sessions end at once
    Disable {
        /// The person's e-mail address
        email: String,
    },
    /// Let a disabled person in again
    Enable {
        /// The person's e-mail address
        email: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleName {
    /// Everything, users and the programme too
    Owner,
    /// Everything on segments, members and data
    Admin,
    /// Looks at everything but users, changes nothing
    Analyst,
}

impl User {
    pub(super) async fn run(self, settings: Settings) -> Result<ExitCode, Failure> {
        with_app(settings, async |app| self.action.run(app).await).await?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Action {
    async fn run(self, app: &App) -> Result<(), Failure> {
        match self {
            Self::Add { email, name, role, password } => add(app, &email, &name, role.into(), password).await,
            Self::Password { email, password } => set_password(app, &email, password).await,
            Self::List => list(app).await,
            Self::Disable { email } => {
                auth::ops::set_active(app, &email, false).await?;
                say(format!("{email} is shut out."));
                Ok(())
            }
            Self::Enable { email } => {
                auth::ops::set_active(app, &email, true).await?;
                say(format!("{email} may sign in again."));
                Ok(())
            }
        }
    }
}

async fn add(app: &App, email: &str, name: &str, role: Role, source: PasswordSource) -> Result<(), Failure> {
    let given = source.read()?;
    let made = given.is_none();
    let password = given.unwrap_or_else(auth::random_password);
    let new = NewUser { email: email.to_owned(), name: name.to_owned(), role, password: password.clone() };
    let user = auth::ops::add_user(app, By::command("tessera user"), new).await?;
    say(format!("{} is added as {}.", user.email, user.role.word()));
    show(made.then_some(&password));
    Ok(())
}

async fn set_password(app: &App, email: &str, source: PasswordSource) -> Result<(), Failure> {
    let given = source.read()?;
    let made = given.is_none();
    let password = auth::ops::set_password(app, email, given).await?;
    say(format!("{email} has another password; all sessions with the old one ended."));
    show(made.then_some(&password));
    Ok(())
}

async fn list(app: &App) -> Result<(), Failure> {
    let users = auth::ops::users(app).await?;
    let width = users.iter().map(|user| user.email.chars().count()).max().unwrap_or(0);
    for user in users {
        let disabled = if user.active { "" } else { "  (disabled)" };
        say(format!("{:width$}  {:7}  {}{disabled}", user.email, user.role.word(), user.name));
    }
    Ok(())
}

fn show(password: Option<&String>) {
    if let Some(password) = password {
        say(format!("The password, shown this once: {password}"));
    }
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Owner => Self::Owner,
            RoleName::Admin => Self::Admin,
            RoleName::Analyst => Self::Analyst,
        }
    }
}
