//! `make bench`: measures Tessera on this machine, beside others that do the same work in the same run.

mod args;
mod cluster;
mod fill;
mod http;
mod lines;
mod load;
mod peer;
mod postgraphile;
mod process;
mod report;
mod run;
mod scene;
mod shop;
mod tessera;

use anyhow::Result;
use clap::Parser;

use args::{Cli, Command};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match Cli::parse().command {
        Command::Run(arguments) => runtime.block_on(run::run(&arguments)),
        Command::Peer(arguments) => runtime.block_on(peer::serve(arguments)),
        Command::Ask(arguments) => runtime.block_on(lines::ask(&arguments)),
        Command::Fill(arguments) => {
            let written = scene::fill_database(&arguments.database_url, &arguments.size())?;
            println!("{} memberships, {} events", written.memberships, written.events);
            Ok(())
        }
    }
}
