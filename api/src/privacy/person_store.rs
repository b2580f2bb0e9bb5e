//! What is stored about a person: a section for each place.

use super::section_store::Kind::{Day, Flag, Halves, Instant, Int, Json, Money, Share, Text};
use super::section_store::Section;

/// Who the person is, with the sums that are kept.
pub(super) const PROFILE: Section = Section {
    name: "profile",
    columns: &[
        ("number", Text, "m.number"),
        ("enrolledAt", Instant, "m.enrolled_at"),
        ("firstName", Text, "m.first_name"),
        ("lastName", Text, "m.last_name"),
        ("email", Text, "m.email"),
        ("phone", Text, "m.phone"),
        ("gender", Text, "m.gender"),
        ("birthDate", Text, "m.birth_date"),
        ("street", Text, "m.street"),
        ("postalCode", Text, "m.postal_code"),
        ("city", Text, "m.city"),
        ("region", Text, "m.region"),
        ("country", Text, "m.country"),
        ("tier", Text, "m.tier"),
        ("marketingConsent", Flag, "m.marketing_consent"),
        ("attributes", Json, "m.attributes"),
        ("recordedAt", Instant, "m.created_at"),
        ("changedAt", Instant, "m.updated_at"),
        ("purchases", Int, "k.transactions"),
        ("spending", Money, "k.spending"),
        ("spendingLast12Months", Money, "k.spending_12m"),
        ("firstPurchaseAt", Instant, "k.first_purchase_at"),
        ("lastPurchaseAt", Instant, "k.last_purchase_at"),
        ("pointsEarned", Int, "k.points_earned"),
        ("pointsRedeemed", Int, "k.points_redeemed"),
        ("pointsExpired", Int, "k.points_expired"),
        ("pointsAdjusted", Int, "k.points_adjusted"),
        ("pointsBalance", Int, "k.points_balance"),
    ],
    key: "m.id",
    from: "member AS m JOIN member_metrics AS k ON k.member_id = m.id WHERE m.id = $1",
};

/// Sales and returns.
pub(super) const TRANSACTIONS: Section = Section {
    name: "transactions",
    columns: &[
        ("source", Text, "t.source"),
        ("document", Text, "t.document"),
        ("kind", Text, "t.kind"),
        ("at", Instant, "t.at"),
        ("amount", Money, "t.amount"),
        ("channel", Text, "t.channel"),
        ("location", Text, "t.location"),
        ("returnsDocument", Text, "t.returns_document"),
        ("labels", Json, "t.labels"),
    ],
    key: "t.id",
    from: "\"transaction\" AS t WHERE t.member_id = $1 ORDER BY t.at, t.id",
};

/// Their lines, by document.
pub(super) const LINES: Section = Section {
    name: "lines",
    columns: &[
        ("sku", Text, "i.sku"),
        ("name", Text, "i.name"),
        ("brand", Text, "i.brand"),
        ("category", Text, "i.category"),
        ("quantity", Text, "i.quantity"),
        ("amount", Money, "i.amount"),
    ],
    key: "i.transaction_id",
    from: "\"transaction\" AS t JOIN transaction_item AS i ON i.transaction_id = t.id WHERE t.member_id = $1
        ORDER BY i.transaction_id, i.position",
};

/// Everything else. Whoever adds a table that says something of a person adds a section here, and in `places_store.rs` how
/// it goes. Who of the staff did something is not data of the person: their names are left out.
pub(super) const SECTIONS: &[Section] = &[
    // What partners say of the person.
    Section {
        name: "pushed",
        columns: &[
            ("segment", Text, "s.key"),
            ("belongs", Flag, "p.belongs"),
            ("holdsAt", Instant, "p.emitted_at"),
            ("pushedOn", Text, "p.pushed_on"),
        ],
        key: "p.segment_id",
        from: "pushed_member AS p JOIN segment AS s ON s.id = p.segment_id WHERE p.member_id = $1 ORDER BY s.key",
    },
    // The same under a name of the person, which waits until the name is one member's alone, or the segment is active.
    Section {
        name: "pushedNames",
        columns: &[
            ("segment", Text, "s.key"),
            ("kind", Text, "p.kind"),
            ("name", Text, "p.name"),
            ("belongs", Flag, "p.belongs"),
            ("holdsAt", Instant, "p.emitted_at"),
            ("pushedOn", Text, "p.pushed_on"),
        ],
        key: "p.segment_id",
        from: "member AS m JOIN pushed_name AS p ON (p.kind = 'NUMBER' AND p.name = m.number)
            OR (p.kind = 'EMAIL' AND p.name = m.email_folded)
            JOIN segment AS s ON s.id = p.segment_id WHERE m.id = $1 ORDER BY s.key, p.kind",
    },
    // What others were told of the person: the comings and goings that lay in what was sent.
    Section {
        name: "sent",
        columns: &[
            ("to", Text, "o.url"),
            ("event", Text, "d.event"),
            ("segmentKey", Text, "e.segment_key"),
            ("membershipChangedAt", Instant, "e.at"),
            ("status", Text, "d.status"),
            ("settledAt", Instant, "d.settled_at"),
        ],
        key: "d.id",
        from: "membership_event AS e JOIN webhook_delivery AS d ON d.segment_id = e.segment_id
            AND e.id BETWEEN d.first_event AND d.last_event
            AND d.event = CASE e.kind WHEN 'JOINED' THEN 'MEMBER_JOINED_SEGMENT' ELSE 'MEMBER_LEFT_SEGMENT' END
            JOIN webhook_endpoint AS o ON o.id = d.endpoint_id WHERE e.member_id = $1 ORDER BY d.id, e.id",
    },
    Section {
        name: "labels",
        columns: &[("key", Text, "l.key"), ("value", Text, "l.value")],
        key: "l.member_id",
        from: "member_label AS l WHERE l.member_id = $1 ORDER BY l.position",
    },
    // What the nightly analyses keep of the person.
    Section {
        name: "value",
        columns: &[
            ("predictedValue", Money, "v.predicted_clv"),
            ("orderProbability90Days", Share, "v.order_probability"),
            ("expectedOrders365Days", Share, "v.expected_orders"),
            ("rhythmDays", Halves, "v.rhythm"),
            ("presence", Text, "v.presence"),
            ("rfmGroup", Text, "v.rfm_group"),
            ("recencyScore", Int, "v.recency_score"),
            ("frequencyScore", Int, "v.frequency_score"),
            ("monetaryScore", Int, "v.monetary_score"),
            ("valueGroup", Text, "v.value_group"),
            ("firstPurchaseOn", Day, "v.first_day"),
            ("lastPurchaseOn", Day, "v.last_day"),
            ("purchaseDaysAfterTheFirst", Int, "v.repeats"),
        ],
        key: "v.member_id",
        from: "member_value AS v WHERE v.member_id = $1",
    },
    Section {
        name: "points",
        columns: &[
            ("document", Text, "p.document"),
            ("kind", Text, "p.kind"),
            ("points", Int, "p.points"),
            ("at", Instant, "p.at"),
            ("origin", Text, "p.origin"),
        ],
        key: "p.id",
        from: "points_entry AS p WHERE p.member_id = $1 ORDER BY p.at, p.id",
    },
    Section {
        name: "feedback",
        columns: &[
            ("document", Text, "f.document"),
            ("survey", Text, "f.survey"),
            ("score", Int, "f.score"),
            ("comment", Text, "f.comment"),
            ("at", Instant, "f.at"),
        ],
        key: "f.id",
        from: "feedback AS f WHERE f.member_id = $1 ORDER BY f.at, f.id",
    },
    Section {
        name: "campaigns",
        columns: &[
            ("name", Text, "c.name"),
            ("offer", Text, "c.offer"),
            ("heldOut", Flag, "a.held_out"),
            ("audienceFixedAt", Instant, "c.drawn_at"),
            ("startsAt", Instant, "c.starts_at"),
            ("endsAt", Instant, "c.ends_at"),
        ],
        key: "c.id",
        from: "campaign_member AS a JOIN campaign AS c ON c.id = a.campaign_id WHERE a.member_id = $1 ORDER BY c.id",
    },
    Section {
        name: "campaignEngagement",
        columns: &[
            ("campaign", Text, "c.name"),
            ("document", Text, "e.document"),
            ("kind", Text, "e.kind"),
            ("at", Instant, "e.at"),
        ],
        key: "c.id",
        from: "engagement AS e JOIN campaign AS c ON c.id = e.campaign_id WHERE e.member_id = $1
            ORDER BY e.at, c.id, e.document",
    },
    Section {
        name: "segments",
        columns: &[
            ("key", Text, "s.key"),
            ("name", Text, "s.name"),
            ("joinedAt", Instant, "b.joined_at"),
            ("via", Text, "b.via"),
        ],
        key: "s.id",
        from: "segment_member AS b JOIN segment AS s ON s.id = b.segment_id WHERE b.member_id = $1
            ORDER BY b.joined_at, s.id",
    },
    Section {
        name: "segmentsBefore",
        columns: &[
            ("key", Text, "s.key"),
            ("name", Text, "s.name"),
            ("joinedAt", Instant, "b.joined_at"),
            ("leftAt", Instant, "b.left_at"),
        ],
        key: "s.id",
        from: "segment_past AS b JOIN segment AS s ON s.id = b.segment_id WHERE b.member_id = $1
            ORDER BY b.joined_at, s.id",
    },
    Section {
        name: "pins",
        columns: &[
            ("segment", Text, "s.key"),
            ("pinnedIn", Flag, "p.pinned_in"),
            ("note", Text, "p.note"),
            ("at", Instant, "p.at"),
        ],
        key: "s.id",
        from: "segment_pin AS p JOIN segment AS s ON s.id = p.segment_id WHERE p.member_id = $1 ORDER BY p.at, s.id",
    },
    // Of removed segments, too.
    Section {
        name: "membershipEvents",
        columns: &[
            ("at", Instant, "e.at"),
            ("kind", Text, "e.kind"),
            ("reason", Text, "e.reason"),
            ("segmentKey", Text, "e.segment_key"),
            ("segmentName", Text, "e.segment_name"),
        ],
        key: "e.id",
        from: "membership_event AS e WHERE e.member_id = $1 ORDER BY e.at, e.id",
    },
    Section {
        name: "auditLog",
        columns: &[("at", Instant, "a.at"), ("action", Text, "a.action"), ("changes", Json, "a.changes")],
        key: "a.id",
        from: "audit_entry AS a WHERE a.object_kind = 'Member' AND a.object_id = $1 ORDER BY a.id",
    },
];
