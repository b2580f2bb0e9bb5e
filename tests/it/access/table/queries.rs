//! What is asked, and listened to.

use super::{ADMIN, ANALYST, OWNER, Row, row};

pub const ROWS: &[Row] = &[
    row("Query.node", ANALYST, "{ node(id: \"nothing\") { id } }"),
    row("Query.viewer", ANALYST, "{ viewer { role user { email } } }"),
    row("Query.program", ANALYST, "{ program { name today } }"),
    row("Query.segments", ANALYST, "{ segments { totalCount nodes { name memberCount createdBy } } }"),
    row("Query.segment", ANALYST, "{ segment(ref: {key: \"some\"}) { name members { nodes { number } } } }"),
    row("Query.tags", ANALYST, "{ tags { tag segments } }"),
    row(
        "Query.members",
        ANALYST,
        "{ members { totalCount nodes { number email transactions { nodes { document } } } } }",
    ),
    row(
        "Query.member",
        ANALYST,
        "{ member(ref: {number: \"m1\"}) { number segments { nodes { key } } pointsEntries { nodes { points } } } }",
    ),
    row("Query.memberships", ANALYST, "{ memberships(member: {number: \"m1\"}, segments: [{key: \"some\"}]) }"),
    row(
        "Query.valueSnapshot",
        ANALYST,
        "{ valueSnapshot { asOf notes members { revenue { amount } export { rows } } } segment(ref: {key: \"some\"}) {
            profile(by: COUNTRY) { value } snapshot { from } points { earned } nps { score } } }",
    ),
    row(
        "Query.retention",
        ANALYST,
        "{ retention(from: \"2024-01-01\", to: \"2026-01-01\") { cohort size retention } }",
    ),
    row(
        "Query.revenue",
        ANALYST,
        "{ revenue(from: \"2025-01-01\", to: \"2026-01-01\") { date revenue { amount } members } }",
    ),
    row("Query.valueGroups", ANALYST, "{ valueGroups { asOf groups { group members } } }"),
    row("Query.valueBreakdown", ANALYST, "{ valueBreakdown(member: {number: \"m1\"}) { group total { amount } } }"),
    row("Query.valueModel", ANALYST, "{ valueModel { asOf parameters } }"),
    row("Query.rfm", ANALYST, "{ rfm { asOf groups { group members } } }"),
    row("Query.missingMembers", ANALYST, "{ missingMembers(multiple: 3) { missing backTest { flagged } } }"),
    row(
        "Query.pointsAnalysis",
        ANALYST,
        "{ pointsAnalysis(from: \"2024-01-01\") { earned medianDaysToRedeem series { earned } } }",
    ),
    row("Query.nps", ANALYST, "{ nps(survey: \"nps\", segment: {key: \"some\"}) { score responses low } }"),
    row(
        "Query.campaigns",
        ANALYST,
        "{ campaigns { totalCount nodes { name results { basis } audience { nodes { number } } } } }",
    ),
    row("Query.campaign", ANALYST, "{ campaign(id: \"nothing\") { name export { url } } }"),
    row(
        "Query.campaignPlan",
        ANALYST,
        "{ campaignPlan(segment: {key: \"some\"}, holdoutPercent: 10) { heldOut notes } }",
    ),
    row("Query.surveys", ANALYST, "{ surveys { key responses lastAt } }"),
    row(
        "Query.previewRule",
        ANALYST,
        "{ previewRule(rule: {everyone: true}, replacing: {key: \"some\"}) { memberCount wouldJoin sample { number } } }",
    ),
    row("Query.ruleCatalogue", ANALYST, "{ ruleCatalogue { entries { name operators values { value members } } } }"),
    row("Query.users", OWNER, "{ users { totalCount nodes { email role active } } }"),
    row("Query.auditLog", ADMIN, "{ auditLog { nodes { actor action objectName changes ip } } }"),
    row("Query.jobs", ANALYST, "{ jobs { totalCount nodes { kind status error } } }"),
    row(
        "Query.webhookEndpoints",
        ADMIN,
        "{ webhookEndpoints { totalCount nodes { url active deliveries { nodes { status attempts { error } } } } } }",
    ),
    row("Query.job", ANALYST, "{ job(id: \"nothing\") { status } }"),
    row(
        "Subscription.membershipEvents",
        ANALYST,
        "subscription { membershipEvents(segment: {key: \"some\"}) { cursor node { kind member { number } } } }",
    ),
    row("Subscription.segmentUpdated", ANALYST, "subscription { segmentUpdated(segment: {key: \"some\"}) { name } }"),
    row("Subscription.jobProgress", ANALYST, "subscription($job: ID!) { jobProgress(id: $job) { kind status } }"),
];
