//! `make bench`: measures Tessera on this machine, beside others that do the same work in the same run.

mod args;
mod cdnow;
mod cluster;
mod csv;
mod documents;
mod fill;
mod http;
mod insights;
mod lines;
mod load;
mod peer;
mod postgraphile;
mod process;
mod python;
mod report;
mod rules;
mod run;
mod scene;
mod shop;
mod sql;
mod tessera;

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser;

use args::{Cli, Command};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run_command(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run_command(command: Command) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match command {
        // Who interrupts finds no server running and no folder left behind.
        Command::Run(arguments) => runtime.block_on(async {
            tokio::select! {
                done = Box::pin(run::run(&arguments)) => done,
                _ = tokio::signal::ctrl_c() => bail!("interrupted"),
            }
        }),
        Command::Peer(arguments) => runtime.block_on(peer::serve(arguments)),
        Command::Ask(arguments) => runtime.block_on(lines::ask(&arguments)),
        Command::Fill(arguments) => {
            let written = scene::fill_database(&arguments.database_url, &arguments.size())?;
            println!("{} memberships, {} events", written.memberships, written.events);
            Ok(())
        }
    }
}
