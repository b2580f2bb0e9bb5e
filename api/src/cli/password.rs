//! Passwords come from standard input, never from the command line, where other people of the machine could see them.

use std::io;

use clap::Args;

use super::failure::Failure;

/// Where a password comes from.
#[derive(Args)]
pub(super) struct PasswordSource {
    /// Read the password from standard input, its first line; without this a random one is made and printed
    #[arg(long)]
    password_stdin: bool,
}

impl PasswordSource {
    /// The password given; none where one is to be made.
    pub(super) fn read(&self) -> Result<Option<String>, Failure> {
        if !self.password_stdin {
            return Ok(None);
        }
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        let password = line.trim_end_matches(['\r', '\n']);
        if password.is_empty() {
            return Err(Failure::usage(
                "--password-stdin was given, but standard input has no password in its first line.",
            ));
        }
        Ok(Some(password.to_owned()))
    }
}
