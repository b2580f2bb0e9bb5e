//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::shop::Size;

/// Measures Tessera on this machine, beside others that do the same work in the same run
#[derive(Parser)]
#[command(name = "bench", max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Measure, and print the table
    Run(Run),
    /// Serve the hand-written peer
    Peer(Peer),
    /// Fill a database whose tables `tessera migrate` made
    Fill(Fill),
    /// Ask a running server one of the pages for some seconds, for a look with a profiler
    Ask(Ask),
}

#[derive(Args)]
pub(crate) struct Run {
    /// The release build of tessera
    #[arg(long, default_value = "target/release/tessera")]
    pub(crate) tessera: PathBuf,
    /// Sizes: members of the shop, each with ten transactions
    #[arg(long, value_delimiter = ',', default_value = "100000,1000000")]
    pub(crate) members: Vec<usize>,
    /// Segments of the shop
    #[arg(long, default_value_t = 200)]
    pub(crate) segments: usize,
    /// Databases
    #[arg(long, value_delimiter = ',', default_value = "postgres,sqlite")]
    pub(crate) databases: Vec<Kind>,
    /// What to measure; everything where nothing is named
    #[arg(long, value_delimiter = ',')]
    pub(crate) only: Vec<Line>,
    /// Seconds that each round of a load is counted
    #[arg(long, default_value_t = 3)]
    pub(crate) seconds: u64,
    /// Rounds: each asks every server once
    #[arg(long, default_value_t = 2)]
    pub(crate) rounds: usize,
    /// Connections of the loads
    #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
    pub(crate) connections: Vec<usize>,
    /// Seed of the made-up shop
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Where the figures go as JSON
    #[arg(long, default_value = "target/bench/figures.json")]
    pub(crate) json: PathBuf,
    /// Where what the bench installs is kept for the next time
    #[arg(long, default_value = "target/bench")]
    pub(crate) cache: PathBuf,
}

#[derive(Args)]
pub(crate) struct Peer {
    /// The database that a Tessera serves too
    #[arg(long)]
    pub(crate) database_url: String,
    /// The file of the key that signs its tokens
    #[arg(long)]
    pub(crate) key: PathBuf,
}

#[derive(Args)]
pub(crate) struct Fill {
    #[arg(long)]
    pub(crate) database_url: String,
    #[arg(long, default_value_t = 100_000)]
    pub(crate) members: usize,
    #[arg(long, default_value_t = 200)]
    pub(crate) segments: usize,
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Args)]
pub(crate) struct Ask {
    /// ADDRESS:PORT of the server
    #[arg(long)]
    pub(crate) address: String,
    /// An access token
    #[arg(long)]
    pub(crate) token: String,
    /// list or members
    #[arg(long, default_value = "list")]
    pub(crate) page: Line,
    /// Any other query, without variables, in the place of a page
    #[arg(long)]
    pub(crate) query: Option<String>,
    #[arg(long, default_value_t = 16)]
    pub(crate) connections: usize,
    #[arg(long, default_value_t = 5)]
    pub(crate) seconds: u64,
    /// The segment of the page of members
    #[arg(long, default_value_t = 200)]
    pub(crate) segment: usize,
    /// The server's process, whose processor is then told
    #[arg(long)]
    pub(crate) process: Option<u32>,
    /// PostgreSQL's first process
    #[arg(long)]
    pub(crate) database_process: Option<u32>,
}

/// A database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    Postgres,
    Sqlite,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Line {
    /// The page of the segments
    List,
    /// A segment with its first 50 members
    Members,
    /// A partner pushes 50,000 numbers
    Push,
    /// 50,000 members are assigned
    Assign,
    /// A file of transactions is imported
    Import,
    /// Everybody is downloaded
    Download,
    /// Who was there when
    History,
    /// Rules over everybody, one and fifty
    Rules,
    /// Figures over everybody
    Insights,
    /// The models of purchases and spending
    Value,
    /// A new rule moves half of the members
    Evaluate,
    /// A thousand documents with no rules and with two hundred
    Ingest,
    /// A page and a small assignment at each size
    Sizes,
    /// The demo shop and the sales of CDNOW
    Shops,
    /// `tessera verify` after everything
    Verify,
}

impl Run {
    /// Whether a line is wanted.
    pub(crate) fn wants(&self, line: Line) -> bool {
        self.only.is_empty() || self.only.contains(&line)
    }
}

impl Kind {
    /// Its name in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
        }
    }
}

impl Fill {
    /// The size of the shop.
    pub(crate) fn size(&self) -> Size {
        Size { members: self.members, transactions: self.members * 10, segments: self.segments, seed: self.seed }
    }
}
