//! What is made wrong.

use super::Damage;

/// Each kind of damage.
pub fn all() -> Vec<Damage> {
    let mut all = Vec::new();
    let mut add = |broken: &str, said: &'static str, mended: &str| {
        all.push(Damage { broken: broken.to_owned(), said, mended: mended.to_owned() });
    };
    add(
        "INSERT INTO member_value (member_id, presence, rfm_group, value_group) VALUES (999, 'PRESENT', 'NEW', 'MAINTAIN')",
        "value of no member 999",
        "DELETE FROM member_value WHERE member_id = 999",
    );
    let mut off_by_one = |table: &str, column: &str, row: &str, said: &'static str| {
        let by = |sign: &str| format!("UPDATE {table} SET {column} = {column} {sign} 1 WHERE {row}");
        add(&by("+"), said, &by("-"));
    };
    for column in [
        "transactions",
        "spending",
        "spending_12m",
        "first_purchase_at",
        "last_purchase_at",
        "points_earned",
        "points_redeemed",
        "points_expired",
        "points_adjusted",
        "points_balance",
    ] {
        off_by_one("member_metrics", column, "member_id = {m1}", "member {m1}:");
    }
    for column in [
        "members",
        "reachable",
        "transactions",
        "spending",
        "spending_12m",
        "average_transaction_value",
        "average_transactions",
        "average_spending",
        "average_clv",
        "predicted_members",
        "predicted_value",
    ] {
        off_by_one("segment_stats", column, "segment_id = {two}", "segment {two}:");
    }
    off_by_one(
        "segment_member",
        "joined_at",
        "member_id = {m1}",
        "segment {two}: member {m1} belongs, but not by the log",
    );
    for column in ["returns", "returned", "amount"] {
        off_by_one("\"transaction\"", column, "document = 'full'", "transaction {full}:");
    }
    off_by_one("\"transaction\"", "amount", "document = 'part'", "transaction {sale}:");
    off_by_one("\"transaction\"", "amount", "document = 'other'", "member {m2}:");
    off_by_one("points_entry", "points", "document = 'x'", "member {m1}:");
    let set = |table: &str, row: &str, column: &str, value: &str| {
        format!("UPDATE {table} SET {column} = {value} WHERE {row}")
    };
    let mut set = |table: &str, row: &str, column: &str, [wrong, right]: [&str; 2], said: &'static str| {
        add(&set(table, row, column, wrong), said, &set(table, row, column, right));
    };
    let documents = "\"transaction\"";
    for (document, right, said) in [
        ("sale", "TRUE", "transaction {sale}:"),
        ("full", "FALSE", "transaction {full}:"),
        ("part", "FALSE", "transaction {part}:"),
        ("anonymous", "TRUE", "transaction {anonymous}:"),
    ] {
        set(documents, &format!("document = '{document}'"), "purchase", [&format!("NOT {right}"), right], said);
    }
    set(
        documents,
        "document = 'part'",
        "member_id",
        ["{m2}", "{m1}"],
        "transaction {part}: its member is not that of its sale {sale}",
    );
    set(
        documents,
        "document = 'part'",
        "member_id",
        ["NULL", "{m1}"],
        "transaction {part}: its member is not that of its sale {sale}",
    );
    set(documents, "document = 'part'", "returns_document", ["'other'", "'sale'"], "transaction {other}:");
    set(documents, "document = 'other'", "member_id", ["{m1}", "{m2}"], "member {m2}:");
    set(documents, "document = 'other'", "at", ["at - 94608000000", "at + 94608000000"], "member {m2}:");
    set(documents, "document = 'other'", "kind", ["'RETURN'", "'SALE'"], "transaction {other}:");
    set(documents, "document = 'anonymous'", "member_id", ["999", "NULL"], "transaction of no member {anonymous}");
    set("member", "id = {m1}", "marketing_consent", ["FALSE", "TRUE"], "segment {two}:");
    set("points_entry", "document = 'e'", "kind", ["'REDEEMED'", "'EARNED'"], "member {m1}:");
    set("points_entry", "document = 'e'", "member_id", ["999", "{m1}"], "points of no member ");
    set("feedback", "document = 'answer'", "member_id", ["999", "{m2}"], "feedback of no member ");
    let joined = "segment_id = {two} AND member_id = {m1}";
    set(
        "membership_event",
        joined,
        "kind",
        ["'LEFT'", "'JOINED'"],
        "segment {two}: member {m1} belongs, but not by the log",
    );
    set(
        "membership_event",
        "member_id = {m3} AND reason = 'UNASSIGNED'",
        "kind",
        ["'JOINED'", "'LEFT'"],
        "segment {two}: member {m3} does not belong, but by the log",
    );
    set(
        "membership_event",
        joined,
        "at",
        ["at - 1", "at + 1"],
        "segment {two}: member {m1} belongs, but not by the log",
    );
    set(
        "membership_event",
        "member_id = {m3} AND reason = 'UNASSIGNED'",
        "at",
        ["at - 86400000", "at + 86400000"],
        ": its instant lies before that of the event before it",
    );
    set(
        "membership_event",
        "member_id = {m3} AND reason = 'UNASSIGNED'",
        "kind",
        ["'JOINED'", "'LEFT'"],
        ": JOINED of somebody of whom the log says the same already",
    );
    for column in ["joined_at", "left_at"] {
        let off = [format!("{column} + 1"), format!("{column} - 1")];
        let off = [off[0].as_str(), off[1].as_str()];
        set("segment_past", "member_id = {m3}", column, off, "segment {two}: member {m3} stayed until");
    }
    for (column, said) in [
        ("members", ": its latest day is not how it is"),
        ("members", " members, counted "),
        ("joiners", "segment {two}: its days count other comings and goings than the log"),
        ("leavers", "segment {two}: its days count other comings and goings than the log"),
        ("average_transaction_value", ": its latest day is not how it is"),
        ("average_spending", ": its latest day is not how it is"),
        ("average_clv", ": its latest day is not how it is"),
    ] {
        let off = [format!("{column} + 1"), format!("{column} - 1")];
        set("segment_day", "segment_id = {two}", column, [&off[0], &off[1]], said);
    }
    set("program", "id = 1", "figures_on", ["'2001-01-01'", "'{today}'"], "member {m1}:");
    let part = "member_id = {m1}";
    for (column, right) in [("delivered", "FALSE"), ("opened", "TRUE"), ("clicked", "FALSE"), ("redeemed", "FALSE")] {
        set("campaign_member", part, column, [&format!("NOT {right}"), right], "what member {m1} did is noted wrong");
    }
    set(
        "campaign_member",
        part,
        "held_out",
        ["TRUE", "FALSE"],
        "member {m1} is not on the side where the draw puts it",
    );
    set("campaign_member", part, "held_out", ["TRUE", "FALSE"], ": counted targeted 2 for 1; held_out 0 for 1;");
    for column in ["delivered", "opened", "clicked", "redeemed", "reached", "engaged", "held_out_reached"] {
        let off = ["+", "-"].map(|sign| format!("{column} {sign} 3"));
        set("campaign", "name = 'Spring'", column, [&off[0], &off[1]], ": counted ");
    }
    set(
        "campaign_member",
        "member_id IN ({m1}, {m3})",
        "member_id",
        ["{m3}", "{m1}"],
        "member {m1}, who is not in its audience",
    );
    set(
        "campaign_member",
        "member_id IN ({m1}, 999)",
        "member_id",
        ["999", "{m1}"],
        "member 999 is in its audience, and one",
    );
    set(
        "campaign",
        "name = 'Spring'",
        "status",
        ["'DRAFT'", "'RUNNING'"],
        ": it is DRAFT and has no segment, or no draw",
    );
    set("campaign", "name = 'Spring'", "segment_id", ["NULL", "{two}"], ": it is RUNNING and has no segment");
    set("campaign", "name = 'Spring'", "drawn_at", ["NULL", "starts_at"], "member {m1} is in its audience, and one");
    set("engagement", part, "kind", ["'CLICKED'", "'OPENED'"], "what member {m1} did is noted wrong");
    let mut lost = |table: &str, column: &str, id: &str, said: &'static str| {
        let by = |from: &str, to: &str| format!("UPDATE {table} SET {column} = {to} WHERE {column} = {from}");
        add(&by(id, "999"), said, &by("999", id));
    };
    lost("segment_member", "member_id", "{m1}", "membership of no member 999");
    lost("segment_member", "segment_id", "{two}", "membership in no segment 999");
    lost("transaction_item", "transaction_id", "{sale}", "line of no transaction 999");
    lost("member_metrics", "member_id", "{m3}", "no sums of member {m3}");
    lost("member_metrics", "member_id", "{m3}", "sums of no member 999");
    let gone = "DELETE FROM segment_member WHERE member_id = {m2}";
    let back = "INSERT INTO segment_member (segment_id, member_id, joined_at, via)
        SELECT segment_id, member_id, at, 'ASSIGNED' FROM membership_event WHERE member_id = {m2}";
    add(gone, "segment {two}: member {m2} does not belong, but by the log", back);
    add(gone, "segment {two}: kept", back);
    let zeros =
        "INSERT INTO segment_stats (segment_id, members, reachable, transactions, spending, spending_12m, stats_at)
        VALUES ({none}, 0, 0, 0, 0, 0, 0)";
    add("DELETE FROM segment_stats WHERE segment_id = {none}", "no figures of segment {none}", zeros);
    let unwatched = "{unwatched}INSERT INTO member_label (member_id, position, key, key_folded, value, value_folded)
        VALUES (999, 0, 'k', 'k', 'v', 'v')";
    add(unwatched, "label of no member 999", "DELETE FROM member_label WHERE member_id = 999");
    let unwatched = "{unwatched}INSERT INTO segment_stats (segment_id, members, reachable, transactions, spending, spending_12m, stats_at)
        VALUES (999, 0, 0, 0, 0, 0, 0)";
    add(unwatched, "figures of no segment 999", "DELETE FROM segment_stats WHERE segment_id = 999");
    all
}
