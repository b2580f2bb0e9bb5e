//! The table: who may ask for a field of a root at least, and a call that is valid for whoever may.

use entity::kinds::Role;
use serde_json::json;
use tests::TestApp;

/// Who may at least.
#[derive(Clone, Copy)]
pub enum Lowest {
    /// Everyone, without a token.
    Free,
    /// Callers of this role or one that can do more.
    Role(Role),
    /// Partner systems, and nobody else.
    Partner,
}

pub struct Row {
    /// The field, with its root.
    pub field: &'static str,
    /// Who may.
    pub lowest: Lowest,
    /// What is asked.
    pub call: &'static str,
}

const FREE: Lowest = Lowest::Free;
const ANALYST: Lowest = Lowest::Role(Role::Analyst);
const ADMIN: Lowest = Lowest::Role(Role::Admin);
const OWNER: Lowest = Lowest::Role(Role::Owner);
const PARTNER: Lowest = Lowest::Partner;

const fn row(field: &'static str, lowest: Lowest, call: &'static str) -> Row {
    Row { field, lowest, call }
}

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
    row("Query.retention", ANALYST, "{ retention(from: \"2024-01-01\", to: \"2026-01-01\") { cohort size retention } }"),
    row("Query.revenue", ANALYST, "{ revenue(from: \"2025-01-01\", to: \"2026-01-01\") { date revenue { amount } members } }"),
    row("Query.valueGroups", ANALYST, "{ valueGroups { asOf groups { group members } } }"),
    row("Query.valueBreakdown", ANALYST, "{ valueBreakdown(member: {number: \"m1\"}) { group total { amount } } }"),
    row("Query.valueModel", ANALYST, "{ valueModel { asOf parameters } }"),
    row("Query.rfm", ANALYST, "{ rfm { asOf groups { group members } } }"),
    row("Query.missingMembers", ANALYST, "{ missingMembers(multiple: 3) { missing backTest { flagged } } }"),
    row("Query.pointsAnalysis", ANALYST, "{ pointsAnalysis(from: \"2024-01-01\") { earned medianDaysToRedeem series { earned } } }"),
    row("Query.nps", ANALYST, "{ nps(survey: \"nps\", segment: {key: \"some\"}) { score responses low } }"),
    row("Query.campaigns", ANALYST, "{ campaigns { totalCount nodes { name results { basis } audience { nodes { number } } } } }"),
    row("Query.campaign", ANALYST, "{ campaign(id: \"nothing\") { name export { url } } }"),
    row("Query.campaignPlan", ANALYST, "{ campaignPlan(segment: {key: \"some\"}, holdoutPercent: 10) { heldOut notes } }"),
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
        "Mutation.signIn",
        FREE,
        "mutation { signIn(input: {email: \"nobody@example.org\", password: \"x\"}) { accessToken userErrors { code } } }",
    ),
    row(
        "Mutation.refreshSession",
        FREE,
        "mutation { refreshSession(input: {refreshToken: \"x.y\"}) { accessToken userErrors { code } } }",
    ),
    row("Mutation.signOut", ANALYST, "mutation { signOut(input: {}) { userErrors { code } } }"),
    row(
        "Mutation.changePassword",
        ANALYST,
        "mutation { changePassword(input: {currentPassword: \"not it\", newPassword: \"a new password\"}) {
            userErrors { code } } }",
    ),
    row(
        "Mutation.updateProgram",
        OWNER,
        "mutation { updateProgram(input: {name: \"Another name\"}) { program { name } job { id } userErrors { code } } }",
    ),
    row(
        "Mutation.createUser",
        OWNER,
        "mutation { createUser(input: {email: \"new@example.org\", name: \"New\", role: OWNER, password: \"a new password\"}) {
            user { email } userErrors { code } } }",
    ),
    row(
        "Mutation.updateUser",
        OWNER,
        "mutation { updateUser(input: {id: \"nobody\", role: OWNER}) { user { email } userErrors { code } } }",
    ),
    row(
        "Mutation.fitValueModel",
        ADMIN,
        "mutation { fitValueModel(input: {}) { job { status } userErrors { code } } }",
    ),
    row(
        "Mutation.cancelJob",
        ADMIN,
        "mutation { cancelJob(input: {id: \"nothing\"}) { job { status } userErrors { code } } }",
    ),
    row(
        "Mutation.createWebhookEndpoint",
        ADMIN,
        "mutation { createWebhookEndpoint(input: {url: \"https://8.8.8.8/\", events: [SEGMENT_CREATED]}) {
            endpoint { url } secret userErrors { code } } }",
    ),
    row(
        "Mutation.updateWebhookEndpoint",
        ADMIN,
        "mutation { updateWebhookEndpoint(input: {id: \"nothing\", active: false}) { endpoint { url } userErrors { code } } }",
    ),
    row(
        "Mutation.removeWebhookEndpoint",
        ADMIN,
        "mutation { removeWebhookEndpoint(input: {id: \"nothing\"}) { removedId userErrors { code } } }",
    ),
    row(
        "Mutation.rotateWebhookSecret",
        ADMIN,
        "mutation { rotateWebhookSecret(input: {id: \"nothing\"}) { secret userErrors { code } } }",
    ),
    row(
        "Mutation.redeliverWebhook",
        ADMIN,
        "mutation { redeliverWebhook(input: {id: \"nothing\"}) { delivery { status } userErrors { code } } }",
    ),
    row("Mutation.createSegment", ADMIN, "mutation { createSegment(input: {name: \"Some\"}) { userErrors { code } } }"),
    row(
        "Mutation.updateSegment",
        ADMIN,
        "mutation { updateSegment(input: {segment: {key: \"some\"}, description: \"x\"}) { userErrors { code } } }",
    ),
    row(
        "Mutation.activateSegment",
        ADMIN,
        "mutation { activateSegment(input: {segment: {key: \"some\"}}) { userErrors { code } } }",
    ),
    row(
        "Mutation.deactivateSegment",
        ADMIN,
        "mutation { deactivateSegment(input: {segment: {key: \"none\"}}) { userErrors { code } } }",
    ),
    row(
        "Mutation.duplicateSegment",
        ADMIN,
        "mutation { duplicateSegment(input: {segment: {key: \"some\"}, name: \"Some\"}) { userErrors { code } } }",
    ),
    row(
        "Mutation.removeSegment",
        ADMIN,
        "mutation { removeSegment(input: {segment: {key: \"none\"}}) { userErrors { code } } }",
    ),
    row(
        "Mutation.assignMembers",
        ADMIN,
        "mutation { assignMembers(input: {segment: {key: \"some\"}, members: [{number: \"m1\"}]}) {
            changed userErrors { code } } }",
    ),
    row(
        "Mutation.unassignMembers",
        ADMIN,
        "mutation { unassignMembers(input: {segment: {key: \"some\"}, members: [{number: \"m1\"}]}) {
            changed userErrors { code } } }",
    ),
    row(
        "Mutation.unpinMembers",
        ADMIN,
        "mutation { unpinMembers(input: {segment: {key: \"none\"}, members: [{number: \"m1\"}]}) {
            changed userErrors { code } } }",
    ),
    row(
        "Mutation.createSegmentsFromTemplate",
        ADMIN,
        "mutation { createSegmentsFromTemplate(input: {template: NEW_MEMBERS}) { segments { key } userErrors { code } } }",
    ),
    row(
        "Mutation.upsertMembers",
        ADMIN,
        "mutation { upsertMembers(input: {members: [{number: \"m1\"}]}) { created userErrors { code } } }",
    ),
    row(
        "Mutation.eraseMember",
        ADMIN,
        "mutation { eraseMember(input: {member: {number: \"nobody\"}}) { memberId userErrors { code } } }",
    ),
    row(
        "Mutation.requestMemberData",
        ADMIN,
        "mutation { requestMemberData(input: {member: {number: \"m1\"}}) { data userErrors { code } } }",
    ),
    row(
        "Mutation.recordTransactions",
        ADMIN,
        "mutation { recordTransactions(input: {transactions: [
            {document: \"d1\", member: {number: \"m1\"}, amount: \"1.00\", at: \"2024-01-01T00:00:00Z\"}]}) {
            created userErrors { code } } }",
    ),
    row(
        "Mutation.recordPoints",
        ADMIN,
        "mutation { recordPoints(input: {entries: [
            {document: \"p1\", member: {number: \"m1\"}, kind: EARNED, points: 1, at: \"2024-01-01T00:00:00Z\"}]}) {
            created userErrors { code } } }",
    ),
    row(
        "Mutation.recordFeedback",
        ADMIN,
        "mutation { recordFeedback(input: {responses: [
            {document: \"f1\", member: {number: \"m1\"}, survey: \"nps\", score: 9, at: \"2024-01-01T00:00:00Z\"}]}) {
            created userErrors { code } } }",
    ),
    row(
        "Mutation.createCampaign",
        ADMIN,
        "mutation { createCampaign(input: {name: \"c\", segment: {key: \"some\"}, startsAt: \"2030-01-01T00:00:00Z\",
            endsAt: \"2030-02-01T00:00:00Z\"}) { userErrors { code } } }",
    ),
    row("Mutation.updateCampaign", ADMIN, "mutation { updateCampaign(input: {id: \"nothing\"}) { userErrors { code } } }"),
    row("Mutation.removeCampaign", ADMIN, "mutation { removeCampaign(input: {id: \"nothing\"}) { userErrors { code } } }"),
    row("Mutation.startCampaign", ADMIN, "mutation { startCampaign(input: {id: \"nothing\"}) { userErrors { code } } }"),
    row("Mutation.endCampaign", ADMIN, "mutation { endCampaign(input: {id: \"nothing\"}) { userErrors { code } } }"),
    row(
        "Mutation.recordCampaignEngagement",
        ADMIN,
        "mutation { recordCampaignEngagement(input: {campaign: \"nothing\", events: []}) { created userErrors { code } } }",
    ),
    row("Query.partners", ADMIN, "{ partners { totalCount nodes { key tokens { name } pushes { nodes { id } } } } }"),
    row(
        "Mutation.createPartner",
        ADMIN,
        "mutation { createPartner(input: {key: \"crm\", name: \"CRM\"}) { userErrors { code } } }",
    ),
    row(
        "Mutation.updatePartner",
        ADMIN,
        "mutation { updatePartner(input: {id: \"nothing\", name: \"x\"}) { userErrors { code } } }",
    ),
    row(
        "Mutation.createPartnerToken",
        ADMIN,
        "mutation { createPartnerToken(input: {partner: \"nothing\", name: \"x\", scopes: [EXPORT]}) { token userErrors { code } } }",
    ),
    row(
        "Mutation.revokePartnerToken",
        ADMIN,
        "mutation { revokePartnerToken(input: {id: \"nothing\"}) { token userErrors { code } } }",
    ),
    row(
        "Mutation.registerExternalSegment",
        PARTNER,
        "mutation { registerExternalSegment(input: {key: \"s\", name: \"s\"}) { userErrors { code } } }",
    ),
    row(
        "Mutation.pushSegmentMembers",
        PARTNER,
        "mutation { pushSegmentMembers(input: {segment: {key: \"s\"}, idempotencyKey: \"k\"}) { userErrors { code } } }",
    ),
    row(
        "Mutation.beginSegmentSync",
        PARTNER,
        "mutation { beginSegmentSync(input: {segment: {key: \"s\"}}) { userErrors { code } } }",
    ),
    row(
        "Mutation.appendSegmentSync",
        PARTNER,
        "mutation { appendSegmentSync(input: {sync: \"nothing\", part: 0, members: []}) { userErrors { code } } }",
    ),
    row(
        "Mutation.commitSegmentSync",
        PARTNER,
        "mutation { commitSegmentSync(input: {sync: \"nothing\"}) { userErrors { code } } }",
    ),
    row(
        "Mutation.abortSegmentSync",
        PARTNER,
        "mutation { abortSegmentSync(input: {sync: \"nothing\"}) { userErrors { code } } }",
    ),
    row(
        "Subscription.membershipEvents",
        ANALYST,
        "subscription { membershipEvents(segment: {key: \"some\"}) { cursor node { kind member { number } } } }",
    ),
    row("Subscription.segmentUpdated", ANALYST, "subscription { segmentUpdated(segment: {key: \"some\"}) { name } }"),
    row("Subscription.jobProgress", ANALYST, "subscription($job: ID!) { jobProgress(id: $job) { kind status } }"),
];

/// Something for the calls to find.
pub async fn prepare(app: &TestApp) {
    let made = app
        .graphql(
            "mutation { upsertMembers(input: {members: [{number: \"m1\", email: \"m1@example.org\"}]}) { created }
                createSegment(input: {name: \"Some\", members: [{number: \"m1\"}]}) { userErrors { code } } }",
            json!({}),
        )
        .await;
    assert_eq!(made, json!({"upsertMembers": {"created": 1}, "createSegment": {"userErrors": []}}));
}
