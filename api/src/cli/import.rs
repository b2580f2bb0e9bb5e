//! `tessera import`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::failure::Failure;
use super::output::say;
use super::with_app;
use crate::config::Settings;
use crate::imports;

/// Read members, transactions, points, feedback or a list from CSV
///
/// Reads a file of any size, plain or .gz, also while a server runs on the same database.
/// Good rows are kept; bad rows are written to a file of their own with line, field and
/// reason. After an interruption the same command goes on where it stopped, and a file that
/// was read before changes nothing.
///
/// --map tells which column fills which field, as field=column pairs; without it each
/// column that bears a field's name fills it. The fields, the needed ones first:
///   members       number; enrolled_at, first_name, last_name, email, phone, gender,
///                 birth_date, street, postal_code, city, region, country, tier,
///                 marketing_consent, attributes, label.KEY
///   transactions  document, at, amount; member, kind, channel, location, source,
///                 returns_document, label.KEY, member.FIELD; with --lines also sku,
///                 name, brand, category, quantity, and unit_price in place of amount
///   points        document, member, kind, points, at; origin, member.FIELD
///   feedback      document, member, survey, score, at; comment, member.FIELD
///   segment       number
/// document=@line numbers the documents by line, for a file without such a column. An empty
/// member is an anonymous sale, every other empty cell leaves its field as it is.
/// member.country=COLUMN and the like fill the members' profiles, and the latest row wins.
/// A list of members goes into a segment, named by its key, that is active: those who belong
/// already are known, and numbers that nobody has are rejected. Nobody is taken out.
/// A time without an offset is local to the programme. A pair with a comma in it stands in
/// quotes: --map 'number=id,"last_name=Name, family"'.
///
/// Examples:
///   tessera import members customers.csv \
///       --map number=id,email=email,first_name=first,enrolled_at=joined
///   tessera import transactions cdnow_master_transactions.csv --create-members \
///       --map member=customer_id,at=date,amount=amount,document=@line
///   tessera import transactions invoices.csv.gz --lines --negative-is-return \
///       --map document=invoice,member=customer,at=time,sku=code,quantity=qty,unit_price=price
///   tessera import points ledger.csv \
///       --map document=id,member=card,kind=type,points=points,at=booked
///   tessera import feedback answers.csv --create-members \
///       --map document=@line,member=card,survey=form,score=nps,comment=why,at=answered
///   tessera import segment winter-mailing list.csv --map number=card
#[derive(Args)]
#[command(verbatim_doc_comment, allow_missing_positional = true)]
pub(super) struct Import {
    /// What the file's rows are
    kind: Kind,
    /// segment: the key of the segment
    key: Option<String>,
    /// The file: CSV with a header line, or .ndjson with an object a line, in UTF-8; .gz is unpacked
    file: PathBuf,
    /// Which column fills which field
    #[arg(long, value_name = "FIELD=COLUMN,…", value_parser = pairs)]
    map: Vec<Pairs>,
    /// Make members of unknown numbers; without it their rows are rejected
    #[arg(long)]
    create_members: bool,
    /// transactions: each row is a line, and the lines of one document are one transaction, wherever they stand
    #[arg(long)]
    lines: bool,
    /// transactions: a negative amount is a return
    #[arg(long)]
    negative_is_return: bool,
    /// transactions: where the documents come from; a document is known by its source and number [default: pos, or the
    /// file's name with document=@line]
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Where the rejected rows go [default: in the current folder, the file's name and .rejects.csv]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Customers and their profiles
    Members,
    /// Sales and returns
    Transactions,
    /// Points earned, redeemed, expired and adjusted
    Points,
    /// Answers to surveys, with scores from 0 to 10
    Feedback,
    /// Members who come to a segment
    Segment,
}

impl Import {
    pub(super) async fn run(self, settings: Settings) -> Result<ExitCode, Failure> {
        let options = self.options()?;
        let summary = with_app(settings, async |app| imports::run(app, options).await.map_err(failure)).await?;
        say(summary);
        Ok(ExitCode::SUCCESS)
    }

    fn options(self) -> Result<imports::Options, Failure> {
        for (flag, given) in [("--lines", self.lines), ("--negative-is-return", self.negative_is_return)] {
            if given && self.kind != Kind::Transactions {
                return Err(Failure::usage(format!("{flag} is for transactions alone.")));
            }
        }
        if self.create_members && self.kind == Kind::Members {
            return Err(Failure::usage(
                "--create-members is for transactions, points and feedback: members are always made.",
            ));
        }
        match (self.kind == Kind::Segment, &self.key) {
            (true, None) => {
                return Err(Failure::usage("The segment's key is missing: tessera import segment KEY FILE."));
            }
            (false, Some(key)) => {
                return Err(Failure::usage(format!("{key} is one file too many: a key stands only behind segment.")));
            }
            _ => {}
        }
        Ok(imports::Options {
            kind: self.kind.into(),
            format: imports::Format::of(&self.file),
            file: self.file,
            segment: self.key,
            map: self.map.into_iter().flat_map(|Pairs(pairs)| pairs).collect(),
            create_members: self.create_members,
            lines: self.lines,
            negative_is_return: self.negative_is_return,
            source: self.source,
            rejects: self.rejects,
        })
    }
}

/// The pairs of one `--map`.
#[derive(Clone)]
struct Pairs(Vec<(String, String)>);

fn pairs(text: &str) -> Result<Pairs, String> {
    imports::pairs(text).map(Pairs)
}

/// A mistake in the command is told apart from what went wrong while it was carried out.
fn failure(error: anyhow::Error) -> Failure {
    match error.downcast::<imports::Mistake>() {
        Ok(mistake) => Failure::usage(mistake.to_string()),
        Err(error) => error.into(),
    }
}

impl From<Kind> for imports::Kind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Members => Self::Members,
            Kind::Transactions => Self::Transactions,
            Kind::Points => Self::Points,
            Kind::Feedback => Self::Feedback,
            Kind::Segment => Self::Segment,
        }
    }
}
