//! Why a member is in or out.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Error, Object, SimpleObject};
use entity::ids::{SegmentId, TransactionId};
use entity::transaction;

use crate::error::Fault;
use crate::graphql::loaders::{Part, Reader, each_part, load_each};
use crate::graphql::scalars::DateTime;
use crate::graphql::segments::MembershipVia;
use crate::graphql::transactions::Transaction;
use crate::members;
use crate::rules::{self, Clause, Explanation};
use crate::transactions;

/// Whether a member belongs to a segment, and why or why not. The clauses are those of the rule that decides, or decided
/// last, as things are now; there are none where no rule ever did. Null where there is no such member.
#[derive(SimpleObject)]
pub(crate) struct MembershipExplanation {
    is_member: bool,
    since: Option<DateTime>,
    via: Option<MembershipVia>,
    /// Pinned in (true), pinned out (false), or neither.
    pinned: Option<bool>,
    /// The rule's tree in document order; `path` is as in UserError.field.
    clauses: Vec<ClauseOutcome>,
}

/// A part of a rule, and what it found for a member.
pub(crate) struct ClauseOutcome(Clause);

impl MembershipExplanation {
    pub(crate) fn new(explanation: &Explanation) -> Self {
        let Explanation { belongs, pinned, clauses } = explanation;
        Self {
            is_member: belongs.is_some(),
            since: belongs.map(|(since, _)| DateTime(since)),
            via: belongs.map(|(_, via)| via.into()),
            pinned: *pinned,
            clauses: clauses.iter().cloned().map(ClauseOutcome).collect(),
        }
    }
}

/// A part of a rule, and what it found for a member.
#[Object]
impl ClauseOutcome {
    async fn path(&self) -> &[String] {
        &self.0.path
    }

    async fn text(&self) -> &str {
        &self.0.text
    }

    async fn holds(&self) -> bool {
        self.0.holds
    }

    /// What was found for this member, for example 431.20 or PL.
    async fn observed(&self) -> Option<&str> {
        self.0.observed.as_deref()
    }

    /// The nearest thing that would turn the outcome, for example: 68.80 more spending.
    async fn would_flip(&self) -> Option<&str> {
        self.0.would_flip.as_deref()
    }

    /// From when on the outcome may turn by the passing of time alone.
    async fn due_at(&self) -> Option<DateTime> {
        self.0.due_at.map(DateTime)
    }

    /// Up to ten of the transactions that were counted.
    async fn evidence(&self, ctx: &Context<'_>) -> Result<Vec<Transaction>, Error> {
        let documents = self.0.evidence.iter().copied().map(Document).collect();
        Ok(load_each(ctx, documents).await?.into_iter().map(Transaction::new).collect())
    }
}

/// The arguments of `Segment.explain`.
#[derive(Clone, Debug)]
pub(crate) struct ExplainedTo(pub(crate) members::MemberRef);

/// A document by its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Document(TransactionId);

impl Loader<Part<SegmentId, ExplainedTo>> for Reader {
    type Value = Arc<Explanation>;
    type Error = Arc<Fault>;

    async fn load(
        &self,
        keys: &[Part<SegmentId, ExplainedTo>],
    ) -> Result<HashMap<Part<SegmentId, ExplainedTo>, Self::Value>, Self::Error> {
        let read =
            async |segments: Vec<SegmentId>, to: Arc<ExplainedTo>| rules::explain(&self.0, &segments, &to.0).await;
        each_part(keys, read).await
    }
}

impl Loader<Document> for Reader {
    type Value = transaction::Model;
    type Error = Arc<Fault>;

    async fn load(&self, keys: &[Document]) -> Result<HashMap<Document, Self::Value>, Self::Error> {
        let ids: Vec<TransactionId> = keys.iter().map(|document| document.0).collect();
        let rows = transactions::list::by_ids(&self.0, &ids).await.map_err(Arc::new)?;
        Ok(rows.into_iter().map(|row| (Document(row.id), row)).collect())
    }
}
