//! A partner registers its segments and pushes who belongs to them.

use async_graphql::{Context, Enum, Error, ID, InputObject, Object, SimpleObject};
use entity::push;

use crate::global_id::GlobalId;
use crate::graphql::access::{PARTNER_PUSH, partner};
use crate::graphql::app;
use crate::graphql::connection::int;
use crate::graphql::errors::{UserError, refused};
use crate::graphql::loaders::load;
use crate::graphql::refs::{MemberRef, SegmentRef};
use crate::graphql::scalars::{DateTime, Url};
use crate::graphql::segments::{Segment, SegmentPayload, changed};
use crate::partners::{self, Problem, ProblemCode, Push, Receipt};
use crate::segments::{self, ExternalSegment};

/// A segment of the partner's own.
#[derive(InputObject)]
pub(crate) struct RegisterExternalSegmentInput {
    /// The partner's own key for it.
    key: String,
    name: String,
    description: Option<String>,
    /// Where the partner shows it.
    external_url: Option<Url>,
    /// A membership lapses that many days after it was last pushed. 1 to 3,650; never when absent.
    expires_after_days: Option<i32>,
}

/// Who comes to a segment, and who leaves it.
#[derive(InputObject)]
pub(crate) struct PushSegmentMembersInput {
    segment: SegmentRef,
    /// 1 to 128 characters; kept for 7 days at least.
    idempotency_key: String,
    /// The instant of receipt when absent. Older than what is stored for a member: STALE for that member; more than 5 minutes ahead: INVALID.
    emitted_at: Option<DateTime>,
    /// At most 50,000 in both lists.
    join: Option<Vec<MemberRef>>,
    leave: Option<Vec<MemberRef>>,
}

/// What came of a push.
#[derive(SimpleObject)]
pub(crate) struct PushSegmentMembersPayload {
    receipt: Option<PushReceipt>,
    user_errors: Vec<UserError>,
}

/// What came of a push.
#[derive(Clone)]
pub(crate) struct PushReceipt {
    row: push::Model,
    /// As the call that is answered has them; none where the receipt is read.
    problems: Option<Vec<Problem>>,
    replayed: bool,
}

impl PushReceipt {
    /// Of a push that is read.
    pub(crate) fn new(row: push::Model) -> Self {
        Self { row, problems: None, replayed: false }
    }
}

/// What came of a push.
#[Object]
impl PushReceipt {
    pub(crate) async fn id(&self) -> ID {
        GlobalId::Push(self.row.id).text().into()
    }

    /// Null once it is removed.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Error> {
        Ok(load(ctx, self.row.segment_id).await?.map(Segment::new))
    }

    async fn idempotency_key(&self) -> &str {
        &self.row.idempotency_key
    }

    /// As the partner said; null where it did not.
    async fn emitted_at(&self) -> Option<DateTime> {
        self.row.emitted_at.map(DateTime)
    }

    async fn received_at(&self) -> DateTime {
        DateTime(self.row.received_at)
    }

    async fn joined(&self) -> i32 {
        int(self.row.joiners)
    }

    async fn left(&self) -> i32 {
        int(self.row.leavers)
    }

    async fn unchanged(&self) -> i32 {
        int(self.row.unchanged)
    }

    /// Named members that are not known yet; they join the moment they are.
    async fn pending(&self) -> i32 {
        int(self.row.pending)
    }

    /// True when this answer is that of an earlier call with the same key.
    async fn replayed(&self) -> bool {
        self.replayed
    }

    /// The first 1,000.
    async fn problems(&self) -> Result<Vec<PushProblem>, Error> {
        match &self.problems {
            Some(problems) => Ok(shown(problems)),
            None => Ok(shown(&partners::problems(&self.row.problems)?)),
        }
    }

    async fn problem_count(&self) -> i32 {
        int(self.row.problem_count)
    }
}

/// A named member that was left out.
#[derive(SimpleObject)]
pub(crate) struct PushProblem {
    /// For example ["leave", "17"].
    pub(crate) path: Vec<String>,
    /// As the call wrote it; empty where the receipt is read later, because names are not kept with it.
    pub(crate) member: String,
    pub(crate) code: PushProblemCode,
    pub(crate) message: String,
}

/// Why a named member was left out.
#[derive(Enum, Copy, Clone, Debug, PartialEq, Eq)]
#[graphql(remote = "ProblemCode")]
pub(crate) enum PushProblemCode {
    /// Nobody has this name.
    UnknownMember,
    /// The person was erased and stays so.
    ErasedMember,
    /// More than one member has this e-mail.
    Ambiguous,
    /// To come in and to leave in one call.
    InBothLists,
    /// Something later was said of the member before.
    Stale,
    /// This cannot be the name of a member.
    Malformed,
}

/// Problems as they are shown.
pub(super) fn shown(problems: &[Problem]) -> Vec<PushProblem> {
    let one = |problem: &Problem| PushProblem {
        path: problem.path.clone(),
        member: problem.member.clone(),
        code: problem.code.into(),
        message: problem.code.message().to_owned(),
    };
    problems.iter().map(one).collect()
}

#[derive(Default)]
pub(crate) struct PushMutation;

#[Object]
impl PushMutation {
    /// An upsert by key: a repeat answers the same segment and updates its name, description, address and expiry.
    #[graphql(guard = "PARTNER_PUSH")]
    async fn register_external_segment(
        &self,
        ctx: &Context<'_>,
        input: RegisterExternalSegmentInput,
    ) -> Result<SegmentPayload, Error> {
        let caller = partner(ctx)?;
        let RegisterExternalSegmentInput { key, name, description, external_url, expires_after_days } = input;
        let new = ExternalSegment {
            key,
            name,
            description,
            external_url: external_url.map(|url| url.0),
            expires_after_days: expires_after_days.map(i64::from),
        };
        changed(segments::register(app(ctx), caller.by(), caller.owner(), &new).await)
    }

    /// The same call with the same idempotencyKey answers the same and changes nothing.
    #[graphql(guard = "PARTNER_PUSH")]
    async fn push_segment_members(
        &self,
        ctx: &Context<'_>,
        input: PushSegmentMembersInput,
    ) -> Result<PushSegmentMembersPayload, Error> {
        let PushSegmentMembersInput { segment, idempotency_key, emitted_at, join, leave } = input;
        let members = |list: Option<Vec<MemberRef>>| list.unwrap_or_default().into_iter().map(Into::into).collect();
        let push = Push {
            segment: segment.into(),
            idempotency_key,
            emitted_at: emitted_at.map(|at| at.0),
            join: members(join),
            leave: members(leave),
        };
        let (receipt, user_errors) = refused(partners::push(app(ctx), partner(ctx)?, &push).await)?;
        let receipt = receipt.map(|Receipt { push, problems, replayed }| PushReceipt {
            row: push,
            problems: Some(problems),
            replayed,
        });
        Ok(PushSegmentMembersPayload { receipt, user_errors })
    }
}
