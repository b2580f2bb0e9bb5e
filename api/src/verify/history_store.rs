//! The SQL of comparing the log of memberships with what follows from it: stays that are over, and how days ended.

/// Rows of the log whose instant lies before that of the row before them.
pub(super) const RISING: &str = "
    SELECT 'event ' || id || ': its instant lies before that of the event before it' AS difference
    FROM (SELECT id, at, LAG(at) OVER (ORDER BY id) AS before FROM membership_event) AS e WHERE at < before";

/// Rows of the log that tell of a coming of somebody who belongs, or of a leaving of somebody who does not.
pub(super) const ALTERNATING: &str = "
    SELECT 'event ' || id || ': ' || kind || ' of somebody of whom the log says the same already' AS difference
    FROM (SELECT id, kind, LAG(kind, 1, 'LEFT') OVER (PARTITION BY segment_id, member_id ORDER BY id) AS before
        FROM membership_event) AS e
    WHERE kind = before";

/// Stays that are kept and not in the log, or in the log and not kept.
pub(super) const STAYS: &str = "
    WITH told AS (
        SELECT segment_id, member_id, joined_at, left_at FROM (
            SELECT segment_id, member_id, kind, at AS left_at,
                LAG(at) OVER (PARTITION BY segment_id, member_id ORDER BY id) AS joined_at
            FROM membership_event WHERE segment_id IN (SELECT id FROM segment)
        ) AS e WHERE kind = 'LEFT' AND joined_at < left_at
    ),
    kept AS (SELECT segment_id, member_id, joined_at, left_at FROM segment_past)
    SELECT 'segment ' || segment_id || ': member ' || member_id || ' stayed until ' || left_at || ', but not by the log'
        AS difference
    FROM (SELECT * FROM kept EXCEPT SELECT * FROM told) AS unknown
    UNION ALL
    SELECT 'segment ' || segment_id || ': member ' || member_id || ' stayed until ' || left_at || ' by the log alone'
    FROM (SELECT * FROM told EXCEPT SELECT * FROM kept) AS missing";

/// Days whose size is not what came and went until then.
pub(super) const DAYS: &str = "
    SELECT 'segment ' || segment_id || ': ' || day || ' ended with ' || members || ' members, counted ' || counted
        AS difference
    FROM (SELECT segment_id, day, members,
            SUM(joiners - leavers) OVER (PARTITION BY segment_id ORDER BY day) AS counted
        FROM segment_day) AS d
    WHERE members <> counted";

/// Segments whose days do not count the comings and goings of the log.
pub(super) const COUNTED: &str = "
    WITH told AS (
        SELECT segment_id, SUM(CASE kind WHEN 'JOINED' THEN 1 ELSE 0 END) AS joiners,
            SUM(CASE kind WHEN 'LEFT' THEN 1 ELSE 0 END) AS leavers
        FROM membership_event GROUP BY segment_id
    ),
    kept AS (SELECT segment_id, SUM(joiners) AS joiners, SUM(leavers) AS leavers FROM segment_day GROUP BY segment_id)
    SELECT 'segment ' || s.id || ': its days count other comings and goings than the log' AS difference
    FROM segment AS s LEFT JOIN told ON told.segment_id = s.id LEFT JOIN kept ON kept.segment_id = s.id
    WHERE COALESCE(told.joiners, 0) <> COALESCE(kept.joiners, 0)
        OR COALESCE(told.leavers, 0) <> COALESCE(kept.leavers, 0)";

/// Segments whose latest day is not how they are.
pub(super) const LATEST: &str = "
    SELECT 'segment ' || s.segment_id || ': its latest day is not how it is' AS difference
    FROM segment_stats AS s
    LEFT JOIN segment_day AS d ON d.segment_id = s.segment_id
        AND d.day = (SELECT MAX(day) FROM segment_day AS l WHERE l.segment_id = s.segment_id)
    WHERE d.members IS DISTINCT FROM s.members
        OR d.average_transaction_value IS DISTINCT FROM s.average_transaction_value
        OR d.average_spending IS DISTINCT FROM s.average_spending
        OR d.average_clv IS DISTINCT FROM s.average_clv";
