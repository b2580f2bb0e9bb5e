//! What is changed.

use super::{ADMIN, ANALYST, FREE, OWNER, Row, row};

pub const ROWS: &[Row] = &[
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
];
