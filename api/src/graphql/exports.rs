//! Links to downloads.

use async_graphql::{Enum, SimpleObject};

use super::connection::int;
use super::scalars::{DateTime, Url};
use crate::exports::{Format, Layout, Link};

/// How a file is written.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "Format")]
pub(super) enum ExportFormat {
    /// RFC 4180, UTF-8, with a header. A text that a spreadsheet would take for a formula has a ' before it.
    Csv,
    /// One JSON object a line, with the API's names whatever the layout's headings are.
    Ndjson,
}

/// Which columns a file has, and the headings of a CSV file.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
pub(super) enum ExportLayout {
    /// Every column.
    Full,
    /// Headings as Constant Contact imports them.
    ConstantContact,
    Mailchimp,
    Hubspot,
    Salesforce,
}

impl From<ExportLayout> for Layout {
    fn from(layout: ExportLayout) -> Self {
        match layout {
            ExportLayout::Full => Self::Full,
            ExportLayout::ConstantContact => Self::ConstantContact,
            ExportLayout::Mailchimp => Self::Mailchimp,
            ExportLayout::Hubspot => Self::Hubspot,
            ExportLayout::Salesforce => Self::Salesforce,
        }
    }
}

/// A file to be fetched from `url` within ten minutes, once, without a header. The file shows one moment, that of the
/// fetching, and says in `X-Row-Count` how many rows it has.
#[derive(SimpleObject)]
pub(super) struct ExportLink {
    url: Url,
    expires_at: DateTime,
    file_name: String,
    /// Rows at the time of asking.
    rows: i32,
}

impl From<Link> for ExportLink {
    fn from(Link { url, expires_at, file_name, rows }: Link) -> Self {
        Self { url: Url(url), expires_at: DateTime(expires_at.timestamp_millis()), file_name, rows: int(rows) }
    }
}
