//! What the schema shows to a partner: its own things, and of members their number. Whatever is not named here is hidden,
//! so that a new field is hidden until somebody has thought about it.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextResolve, ResolveInfo};
use async_graphql::{ServerError, ServerResult, Value};
use entity::kinds::Scope;

use crate::graphql::RequestScope;

/// Types that are the partner's own throughout, or say nothing of anybody.
const OPEN: &[&str] = &[
    "PageInfo",
    "UserError",
    "SegmentPayload",
    "SegmentConnection",
    "SegmentEdge",
    "SegmentMemberConnection",
    "SegmentMemberEdge",
    "MemberConnection",
    "MemberEdge",
    "MembershipEventConnection",
    "MembershipEventEdge",
    "SegmentChanges",
    "PushSegmentMembersPayload",
    "PushReceipt",
    "PushReceiptConnection",
    "PushReceiptEdge",
    "PushProblem",
    "SegmentSync",
    "SegmentSyncPayload",
    "IngestPayload",
    "IngestProblem",
    "ExportLink",
];

/// Fields of other types, each with the scope that it needs, if it needs one.
const FIELDS: &[(&str, &[&str], Option<Scope>)] = &[
    ("Query", &["viewer"], None),
    ("Query", &["node", "segment", "segments"], Some(Scope::SegmentsRead)),
    (
        "Mutation",
        &[
            "registerExternalSegment",
            "pushSegmentMembers",
            "beginSegmentSync",
            "appendSegmentSync",
            "commitSegmentSync",
            "abortSegmentSync",
        ],
        Some(Scope::SegmentsPush),
    ),
    ("Mutation", &["upsertMembers"], Some(Scope::MembersWrite)),
    ("Mutation", &["recordTransactions", "recordPoints", "recordFeedback"], Some(Scope::TransactionsWrite)),
    ("Viewer", &["partner", "scopes"], None),
    ("Partner", &["id", "key", "name", "active", "createdAt", "lastUsedAt"], None),
    ("Partner", &["segments", "pushes"], Some(Scope::SegmentsRead)),
    (
        "Segment",
        &[
            "id",
            "key",
            "name",
            "description",
            "kind",
            "active",
            "frozenAt",
            "partner",
            "externalUrl",
            "expiresAfterDays",
            "version",
            "createdAt",
            "updatedAt",
            "memberCount",
            "statsAt",
        ],
        None,
    ),
    ("Segment", &["members", "membersAt", "changes", "events", "history"], Some(Scope::SegmentsRead)),
    ("Segment", &["export"], Some(Scope::Export)),
    ("SegmentHistoryPoint", &["date", "memberCount", "joiners", "leavers"], None),
    ("Member", &["id", "number"], None),
    ("MembershipEvent", &["id", "segment", "segmentKey", "segmentName", "member", "kind", "reason", "at"], None),
];

/// Hides from partners what is not theirs: a hidden field is null, and where it cannot be null, FORBIDDEN.
#[derive(Debug)]
pub struct PartnerView;

impl ExtensionFactory for PartnerView {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for PartnerView {
    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        // Each item of a list is asked for once more, by the list's type.
        if info.parent_type.starts_with('[') || info.parent_type.starts_with("__") || info.name.starts_with("__") {
            return next.run(ctx, info).await;
        }
        let scopes = ctx.data_opt::<RequestScope>().and_then(|scope| scope.partner.as_ref());
        let may = scopes.is_some_and(|partner| shown(info.parent_type, info.name, |scope| partner.may(scope)));
        if may {
            return next.run(ctx, info).await;
        }
        let is_root = matches!(info.parent_type, "Query" | "Mutation" | "Subscription");
        if !is_root && !info.return_type.ends_with('!') {
            return Ok(None);
        }
        let message = format!("{}.{} is not shown to this token.", info.parent_type, info.name);
        let mut error = ServerError::new(message, Some(info.field.name.pos));
        error.path = path(&info);
        let code = error.extensions.get_or_insert_default();
        code.set("code", "FORBIDDEN");
        Err(error)
    }
}

fn shown(parent: &str, field: &str, may: impl Fn(Scope) -> bool) -> bool {
    let named = FIELDS.iter().find(|(of, fields, _)| *of == parent && fields.contains(&field));
    match named {
        Some((_, _, scope)) => scope.is_none_or(may),
        None => OPEN.contains(&parent),
    }
}

fn path(info: &ResolveInfo<'_>) -> Vec<async_graphql::PathSegment> {
    let mut path: Vec<async_graphql::PathSegment> = Vec::new();
    let mut node = Some(info.path_node);
    while let Some(at) = node {
        path.push(match at.segment {
            async_graphql::QueryPathSegment::Index(place) => async_graphql::PathSegment::Index(place),
            async_graphql::QueryPathSegment::Name(name) => async_graphql::PathSegment::Field((*name).to_owned()),
        });
        node = at.parent;
    }
    path.reverse();
    path
}
