//! Segments are made, filled, emptied and removed.

use async_graphql::{Context, Error, ID, InputObject, MaybeUndefined, Object, SimpleObject};

use super::definition;
use super::types::Segment;
use crate::error::Stop;
use crate::global_id::GlobalId;
use crate::graphql::access::{ADMIN, caller};
use crate::graphql::app;
use crate::graphql::connection::size;
use crate::graphql::errors::{UserError, refused};
use crate::graphql::jobs::Job;
use crate::graphql::node::Node;
use crate::graphql::partners::{PushProblem, PushProblemCode};
use crate::graphql::patch::patch;
use crate::graphql::refs::{MemberRef, SegmentRef};
use crate::graphql::rules::{self, RuleInput};
use crate::members::{self, Unresolved};
use crate::patch::Patch;
use crate::segments::{self, Assigned, Assignment, Changed, Duplicate, NewSegment, SegmentPatch, SegmentRow};

/// A segment to be made.
#[derive(InputObject)]
pub(crate) struct CreateSegmentInput {
    name: String,
    /// Made from the name when absent.
    key: Option<String>,
    description: Option<String>,
    tags: Option<Vec<String>>,
    /// Inactive: without members, frozen from the start.
    #[graphql(default = true)]
    active: bool,
    /// DYNAMIC when given, else MANUAL.
    rule: Option<RuleInput>,
    /// MANUAL only; one that is not known makes nothing: NOT_FOUND with its path.
    members: Option<Vec<MemberRef>>,
}

/// A segment after a change.
#[derive(SimpleObject)]
pub(crate) struct SegmentPayload {
    segment: Option<Segment>,
    /// The background evaluation that the change began.
    job: Option<Job>,
    /// What depends on the segment, where that is why it was refused.
    dependents: Vec<Node>,
    user_errors: Vec<UserError>,
}

/// Absent fields stay as they are; null empties. The kind never changes: `rule` on a segment that is not DYNAMIC, or null on one that is, is NOT_ALLOWED.
#[derive(InputObject)]
pub(crate) struct UpdateSegmentInput {
    segment: SegmentRef,
    expected_version: Option<i32>,
    name: MaybeUndefined<String>,
    description: MaybeUndefined<String>,
    tags: MaybeUndefined<Vec<String>>,
    rule: MaybeUndefined<RuleInput>,
    /// EXTERNAL only: a membership lapses that many days after it was last pushed; null: never.
    expires_after_days: MaybeUndefined<i32>,
}

/// Which segment, and how the new one is called.
#[derive(InputObject)]
pub(crate) struct DuplicateSegmentInput {
    segment: SegmentRef,
    name: String,
    /// True: a MANUAL segment of those who belong now.
    #[graphql(default = false)]
    frozen: bool,
}

/// Which segment.
#[derive(InputObject)]
pub(crate) struct SegmentRefInput {
    segment: SegmentRef,
    expected_version: Option<i32>,
}

/// The segment is gone.
#[derive(SimpleObject)]
pub(crate) struct RemoveSegmentPayload {
    removed_segment_id: Option<ID>,
    /// What depends on the segment, where that is why it was refused.
    dependents: Vec<Node>,
    user_errors: Vec<UserError>,
}

/// Members to add to a segment, or to take out.
#[derive(InputObject)]
pub(crate) struct AssignMembersInput {
    segment: SegmentRef,
    /// At most 50,000.
    members: Vec<MemberRef>,
    /// What is said of a pin.
    note: Option<String>,
}

/// What an assignment did.
#[derive(SimpleObject, Default)]
pub(crate) struct AssignMembersPayload {
    segment: Option<Segment>,
    changed: i32,
    unchanged: i32,
    /// Members that do not exist; the others were assigned. The first 1,000.
    problems: Vec<PushProblem>,
    problem_count: i32,
    user_errors: Vec<UserError>,
}

/// Where a rule stands in the inputs.
const RULE: &[&str] = &["input", "rule"];

#[derive(Default)]
pub(crate) struct SegmentMutation;

#[Object]
impl SegmentMutation {
    /// Makes a segment: DYNAMIC with a rule, whose evaluation follows as a job, else MANUAL.
    #[graphql(guard = "ADMIN")]
    async fn create_segment(&self, ctx: &Context<'_>, input: CreateSegmentInput) -> Result<SegmentPayload, Error> {
        let CreateSegmentInput { name, key, description, tags, active, rule, members } = input;
        let members = members.unwrap_or_default().into_iter().map(Into::into).collect();
        let tags = tags.unwrap_or_default();
        let rule = match rule.as_ref().map(|input| rules::rule(input, RULE)).transpose() {
            Ok(rule) => rule,
            Err(refusals) => return changed(Err(Stop::Refused(refusals))),
        };
        let new = NewSegment { name, key, description, tags, active, members, rule };
        changed(segments::create(app(ctx), caller(ctx)?, new).await)
    }

    /// Changes what the segment is called, what is said of it, and its rule; a new rule keeps the membership until its evaluation has landed.
    #[graphql(guard = "ADMIN")]
    async fn update_segment(&self, ctx: &Context<'_>, input: UpdateSegmentInput) -> Result<SegmentPayload, Error> {
        let UpdateSegmentInput { segment, expected_version, name, description, tags, rule, expires_after_days } = input;
        let rule = match patch(rule) {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(input) => match rules::rule(&input, RULE) {
                Ok(rule) => Patch::Set(rule),
                Err(refusals) => return changed(Err(Stop::Refused(refusals))),
            },
        };
        let change = SegmentPatch {
            segment: segment.into(),
            expected_version: expected_version.map(i64::from),
            name: patch(name),
            description: patch(description),
            tags: patch(tags),
            rule,
            expires_after_days: patch(expires_after_days.map_value(i64::from)),
        };
        changed(segments::update(app(ctx), caller(ctx)?, &change).await)
    }

    /// Lets members come and go again.
    #[graphql(guard = "ADMIN")]
    async fn activate_segment(&self, ctx: &Context<'_>, input: SegmentRefInput) -> Result<SegmentPayload, Error> {
        let version = input.expected_version.map(i64::from);
        changed(segments::activate(app(ctx), caller(ctx)?, &input.segment.into(), version).await)
    }

    /// Membership stands still from now on, no events are sent, and nothing new may refer to the segment.
    #[graphql(guard = "ADMIN")]
    async fn deactivate_segment(&self, ctx: &Context<'_>, input: SegmentRefInput) -> Result<SegmentPayload, Error> {
        let version = input.expected_version.map(i64::from);
        let segment = input.segment.into();
        let mut payload = changed(segments::deactivate(app(ctx), caller(ctx)?, &segment, version).await)?;
        payload.dependents = dependents(ctx, &segment, &payload.user_errors).await?;
        Ok(payload)
    }

    /// Makes an active segment with the same description, tags and members.
    #[graphql(guard = "ADMIN")]
    async fn duplicate_segment(
        &self,
        ctx: &Context<'_>,
        input: DuplicateSegmentInput,
    ) -> Result<SegmentPayload, Error> {
        let DuplicateSegmentInput { segment, name, frozen } = input;
        let duplicate = Duplicate { segment: segment.into(), name, frozen };
        changed(segments::duplicate(app(ctx), caller(ctx)?, &duplicate).await)
    }

    /// Removes the segment and its memberships; refused with IN_USE while anything refers to it.
    #[graphql(guard = "ADMIN")]
    async fn remove_segment(&self, ctx: &Context<'_>, input: SegmentRefInput) -> Result<RemoveSegmentPayload, Error> {
        let version = input.expected_version.map(i64::from);
        let segment = input.segment.into();
        let (id, user_errors) = refused(segments::remove(app(ctx), caller(ctx)?, &segment, version).await)?;
        let dependents = dependents(ctx, &segment, &user_errors).await?;
        let removed_segment_id = id.map(|id| GlobalId::Segment(id).text().into());
        Ok(RemoveSegmentPayload { removed_segment_id, dependents, user_errors })
    }

    /// Works on a MANUAL segment; on a DYNAMIC one it pins members in, and they stay whatever the rule says.
    #[graphql(guard = "ADMIN")]
    async fn assign_members(
        &self,
        ctx: &Context<'_>,
        input: AssignMembersInput,
    ) -> Result<AssignMembersPayload, Error> {
        let assignment = assignment(input);
        answer(segments::assign(app(ctx), caller(ctx)?, &assignment).await, &assignment)
    }

    /// On a DYNAMIC segment it pins members out.
    #[graphql(guard = "ADMIN")]
    async fn unassign_members(
        &self,
        ctx: &Context<'_>,
        input: AssignMembersInput,
    ) -> Result<AssignMembersPayload, Error> {
        let assignment = assignment(input);
        answer(segments::unassign(app(ctx), caller(ctx)?, &assignment).await, &assignment)
    }

    /// Removes pins, so that the rule decides again.
    #[graphql(guard = "ADMIN")]
    async fn unpin_members(&self, ctx: &Context<'_>, input: AssignMembersInput) -> Result<AssignMembersPayload, Error> {
        let assignment = assignment(input);
        answer(segments::unpin(app(ctx), caller(ctx)?, &assignment).await, &assignment)
    }
}

pub(crate) fn changed(outcome: Result<Changed, Stop>) -> Result<SegmentPayload, Error> {
    let (done, user_errors) = refused(outcome)?;
    let (segment, job) = done.map(|done| (shown(done.segment), done.job.map(Job::new))).unzip();
    Ok(SegmentPayload { segment, job: job.flatten(), dependents: Vec::new(), user_errors })
}

/// What depends on a segment, where that is why a change was refused.
async fn dependents(
    ctx: &Context<'_>,
    segment: &segments::SegmentRef,
    user_errors: &[UserError],
) -> Result<Vec<Node>, Error> {
    if !user_errors.iter().any(UserError::is_in_use) {
        return Ok(Vec::new());
    }
    match segments::find(app(ctx), std::slice::from_ref(segment)).await?.pop().flatten() {
        Some(segment) => definition::dependents(ctx, segment).await,
        None => Ok(Vec::new()),
    }
}

fn shown(row: SegmentRow) -> Segment {
    Segment::new(std::sync::Arc::new(row))
}

fn assignment(input: AssignMembersInput) -> Assignment {
    let AssignMembersInput { segment, members, note } = input;
    Assignment { segment: segment.into(), members: members.into_iter().map(Into::into).collect(), note }
}

/// How many problems are named.
const NAMED: usize = 1_000;

fn answer(outcome: Result<Assigned, Stop>, assignment: &Assignment) -> Result<AssignMembersPayload, Error> {
    let (done, user_errors) = refused(outcome)?;
    let Some(done) = done else { return Ok(AssignMembersPayload { user_errors, ..AssignMembersPayload::default() }) };
    let problem = |(place, why): &(usize, Unresolved)| problem(*place, *why, &assignment.members[*place]);
    Ok(AssignMembersPayload {
        segment: Some(shown(done.segment)),
        changed: size(done.changed),
        unchanged: size(done.unchanged),
        problems: done.problems.iter().take(NAMED).map(problem).collect(),
        problem_count: size(done.problems.len()),
        user_errors,
    })
}

fn problem(place: usize, why: Unresolved, member: &members::MemberRef) -> PushProblem {
    let code = match why {
        Unresolved::Unknown => PushProblemCode::UnknownMember,
        Unresolved::Erased => PushProblemCode::ErasedMember,
        Unresolved::Ambiguous => PushProblemCode::Ambiguous,
        Unresolved::Malformed => PushProblemCode::Malformed,
    };
    let path = vec!["members".to_owned(), place.to_string()];
    PushProblem { path, member: member.text(), code, message: why.refusal(&[]).message }
}
