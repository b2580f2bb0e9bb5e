"""The figures of the bench's line of insights as DuckDB's SQL, some of them in two forms. What they answer are lists of
numbers and words, the same as the bench reads from Tessera's answers."""

from datetime import date

from shop import EARNED, KINDS, REDEEMED, TODAY, row, rows

EPOCH = date(1970, 1, 1).toordinal()

# Members against non-members.


def snapshot_by_member(since):
    """The members' sums first, then those of the groups."""
    found = rows(
        f"SELECT m.enrolled, m.enrolled AND r.member IS NOT NULL AS redeeming,"
        f" count(CASE WHEN s.purchases > 0 THEN 1 END), sum(s.purchases), sum(s.revenue)"
        f" FROM (SELECT member, sum(purchase :: TINYINT) AS purchases, sum(net) AS revenue FROM doc"
        f" WHERE day BETWEEN {since} AND {TODAY} GROUP BY member) AS s JOIN member AS m ON m.id = s.member"
        f" LEFT JOIN (SELECT DISTINCT member FROM entry WHERE kind = {REDEEMED}) AS r ON r.member = s.member"
        f" GROUP BY 1, 2"
    )
    return snapshot(since, found)


def snapshot_at_once(since):
    """All of it in one aggregate, customers as distinct ones."""
    found = rows(
        f"SELECT m.enrolled, m.enrolled AND m.redeemed AS redeeming, count(DISTINCT CASE WHEN d.purchase THEN d.member END),"
        f" sum(d.purchase :: TINYINT), sum(d.net) FROM doc AS d JOIN (SELECT id, enrolled, id IN (SELECT member FROM entry"
        f" WHERE kind = {REDEEMED}) AS redeemed FROM member) AS m ON m.id = d.member"
        f" WHERE d.day BETWEEN {since} AND {TODAY} GROUP BY 1, 2"
    )
    return snapshot(since, found)


def snapshot(since, found):
    groups = {(bool(enrolled), bool(redeeming)): figures for enrolled, redeeming, *figures in found}
    unnamed = row(
        f"SELECT 0, coalesce(sum(purchase :: TINYINT), 0), coalesce(sum(net), 0) FROM unnamed"
        f" WHERE day BETWEEN {since} AND {TODAY}"
    )
    add = lambda one, other: [left + right for left, right in zip(one, other)]
    nobody = [0, 0, 0]
    guests, redeeming = groups.get((False, False), nobody), groups.get((True, True), nobody)
    not_redeeming = groups.get((True, False), nobody)
    return [add(guests, unnamed), add(redeeming, not_redeeming), redeeming, not_redeeming]


# Recency, frequency, monetary value, at the end of yesterday.

BOUGHT = f"""WITH bought AS MATERIALIZED (
    SELECT member, max(CASE WHEN purchase THEN day END) AS r, sum(purchase :: TINYINT) AS f, sum(net) AS m
    FROM doc WHERE day < {TODAY} GROUP BY member
), buyer AS MATERIALIZED (SELECT r, f, m FROM bought WHERE f > 0)"""

GROUPED = """SELECT r, f, CASE
        WHEN r = 5 AND fm >= 4 THEN 'CHAMPIONS' WHEN r >= 3 AND fm >= 4 THEN 'LOYAL' WHEN r >= 4 AND fm >= 2 THEN 'ACTIVE'
        WHEN r = 5 THEN 'NEW' WHEN r = 4 THEN 'PROMISING' WHEN r = 3 AND fm = 3 THEN 'NEEDS_ATTENTION'
        WHEN r = 3 THEN 'ALMOST_LOST' WHEN fm = 5 THEN 'PREVIOUSLY_LOYAL' WHEN fm >= 3 THEN 'AT_RISK' ELSE 'DORMANT' END,
        sum(members), sum(spending)
    FROM (SELECT r, f, (f + m) // 2 AS fm, count(*) AS members, sum(spending) AS spending FROM scored GROUP BY 1, 2, 3)
    GROUP BY 1, 2, 3"""


def rfm_by_bounds():
    """Scores by four order statistics each."""
    beyond = lambda name: " + ".join(f"({name} > {name}_ends[{place}]) :: TINYINT" for place in range(1, 5))
    score = ", ".join(f"1 + {beyond(name)} AS {name}" for name in "rfm")
    ends = ", ".join(f"quantile_disc({name}, [0.2, 0.4, 0.6, 0.8]) AS {name}_ends" for name in "rfm")
    return rfm(
        f"{BOUGHT}, ends AS MATERIALIZED (SELECT {ends} FROM buyer),"
        f" scored AS (SELECT {score}, m AS spending FROM buyer, ends)"
    )


def rfm_by_rank():
    """Scores by rank."""
    score = lambda name: f"least(5, 1 + 5 * (rank() OVER (ORDER BY {name}) - 1) // count(*) OVER ()) AS {name}"
    return rfm(f"{BOUGHT}, scored AS (SELECT {', '.join(score(name) for name in 'rfm')}, m AS spending FROM buyer)")


def rfm(scored):
    found = rows(
        f"{scored} {GROUPED} UNION ALL SELECT 0, 0, 'PROSPECTS', (SELECT count(*) FROM member) - (SELECT count(*) FROM buyer),"
        f" (SELECT coalesce(sum(m), 0) FROM bought WHERE f = 0)"
    )
    cells, groups = {}, {}
    for recency, frequency, group, members, spending in found:
        for sums, key in ((cells, (recency, frequency)), (groups, group)):
            known = sums.setdefault(key, [0, 0])
            known[0] += members
            known[1] += spending
    cells = [[*cell, *sums] for cell, sums in sorted(cells.items()) if cell != (0, 0) and sums[0] > 0]
    return [cells, [[group, *sums] for group, sums in sorted(groups.items()) if sums[0] > 0]]


# Retention by the month of the first purchase.

def retention_by_bits(first, months):
    """The months of a member as bits of a number."""
    counts = ", ".join(f"sum((bought >> {place}) & 1)" for place in range(months))
    return retention(
        months,
        f"{months_since(first)} SELECT start, {counts} FROM (SELECT min(month) AS start, bit_or(1 :: UINTEGER << month) AS bought"
        f" FROM doc JOIN month_of USING (day) WHERE purchase GROUP BY member) GROUP BY start",
    )


def retention_by_pairs(first, months):
    """Each member's months, each once."""
    counts = ", ".join(f"count(CASE WHEN month = {place} THEN 1 END)" for place in range(months))
    return retention(
        months,
        f"{months_since(first)} SELECT start, {counts} FROM (SELECT month, min(month) OVER (PARTITION BY member) AS start FROM"
        f" (SELECT DISTINCT member, month FROM doc JOIN month_of USING (day) WHERE purchase)) GROUP BY start",
    )


def months_since(first):
    """The month of each day, from 0 up."""
    days = f"range(DATE '{first}', DATE '1970-01-01' + {TODAY + 1}, INTERVAL 1 DAY)"
    month = f"date_diff('month', DATE '{first}', range) :: INTEGER"
    day = "date_diff('day', DATE '1970-01-01', range) :: SMALLINT"
    return f"WITH month_of AS MATERIALIZED (SELECT {day} AS day, {month} AS month FROM {days})"


def retention(months, sql):
    found = {start: counts for start, *counts in rows(sql)}
    return [[found[start][month] for month in range(start, months)] for start in range(months) if start in found]


# Earning and burning of points.


def points(cost):
    """Sums, members, origins, months, and how long a reward takes: a statement each."""
    moves = rows("SELECT day, kind, sum(points) FROM entry GROUP BY day, kind")
    earners, redeemers = row(
        f"SELECT count(CASE WHEN earned THEN 1 END), count(CASE WHEN redeemed THEN 1 END) FROM (SELECT"
        f" bool_or(kind = {EARNED}) AS earned, bool_or(kind = {REDEEMED}) AS redeemed FROM entry GROUP BY member)"
    )
    origins = rows(f"SELECT origin :: VARCHAR, sum(points) FROM entry WHERE kind = {EARNED} GROUP BY origin")
    sums, months = [0] * len(KINDS), {}
    for day, kind, moved in moves:
        sums[kind] += moved
        if kind < 3:
            month = date.fromordinal(EPOCH + day).replace(day=1).isoformat()
            months.setdefault(month, [0, 0, 0])[kind] += moved
    series = [[month, *moved] for month, moved in sorted(months.items()) if any(moved)]
    origins = sorted([origin or "", earned] for origin, earned in origins)
    return [sums, earners, redeemers, origins, series, rewards(cost)]


def rewards(cost):
    accumulate, to_redeem, waiting = row(
        f"""WITH running AS (
            SELECT member, place, day, sum(points) OVER (PARTITION BY member ORDER BY place) AS total
            FROM entry WHERE kind = {EARNED} AND day <= {TODAY}
        ), there AS MATERIALIZED (
            SELECT member, min(day) AS first_day, min(CASE WHEN total >= {cost} THEN place END) AS place,
                min(CASE WHEN total >= {cost} THEN day END) AS day
            FROM running GROUP BY member HAVING max(total) >= {cost}
        ), course AS MATERIALIZED (
            SELECT t.member, t.day, min(CASE WHEN r.place > t.place THEN r.day END) AS redeemed
            FROM there AS t LEFT JOIN (SELECT member, place, day FROM entry WHERE kind = {REDEEMED} AND day <= {TODAY}) AS r
                ON r.member = t.member
            GROUP BY t.member, t.day, t.place HAVING count(CASE WHEN r.place < t.place THEN 1 END) = 0
        ), counts AS (
            SELECT coalesce(redeemed, {TODAY}) - day AS days, count(redeemed) AS happened, count(*) AS all_of_them
            FROM course GROUP BY 1
        ), left_over AS (
            SELECT days, happened, sum(all_of_them) OVER (ORDER BY days DESC) AS there FROM counts
        ), survival AS (
            SELECT days, product(1 - happened / there) OVER (ORDER BY days) AS share FROM left_over WHERE happened > 0
        )
        SELECT (SELECT median(day - first_day) FROM there), (SELECT CAST(min(days) AS DOUBLE) FROM survival WHERE share <= 0.5 + 1e-9),
            (SELECT count(*) FROM course WHERE redeemed IS NULL)"""
    )
    return [accumulate, to_redeem, waiting]


# What the members of a segment are like.


def profile_country(segment):
    """Everybody, and whether they belong."""
    return shares(
        segment,
        f"SELECT country :: VARCHAR, count(b.member), count(*) FROM member LEFT JOIN"
        f" (SELECT member FROM belongs WHERE segment = {segment}) AS b ON b.member = id"
        f" WHERE country IS NOT NULL GROUP BY country",
    )


def profile_category_by_bits(segment):
    """The categories of a member as bits of a number."""
    names = [name for name, in rows("SELECT DISTINCT category FROM doc WHERE category IS NOT NULL ORDER BY 1")]
    counts = ", ".join(f"sum(((bought >> {name}) & 1) * belongs), sum((bought >> {name}) & 1)" for name in names)
    found = row(
        f"SELECT {counts} FROM (SELECT member, bit_or(1 :: UINTEGER << category) AS bought FROM doc WHERE purchase AND"
        f" category IS NOT NULL GROUP BY member) AS d LEFT JOIN (SELECT member, 1 AS belongs FROM belongs WHERE"
        f" segment = {segment}) AS b USING (member)"
    )
    counted = [[f"category {name}", found[2 * place] or 0, found[2 * place + 1]] for place, name in enumerate(names)]
    return shares_of(segment, counted)


def profile_category_by_pairs(segment):
    """Each member's categories, each once."""
    return shares(
        segment,
        f"SELECT 'category ' || category, count(b.member), count(*) FROM (SELECT DISTINCT member, category FROM doc"
        f" WHERE purchase AND category IS NOT NULL) AS d LEFT JOIN (SELECT member FROM belongs WHERE segment = {segment})"
        f" AS b USING (member) GROUP BY category",
    )


def shares(segment, sql):
    return shares_of(segment, rows(sql))


def shares_of(segment, counts):
    members, = row(f"SELECT count(*) FROM belongs WHERE segment = {segment}")
    everybody, = row("SELECT count(*) FROM member")
    return sorted([value, own, round(1e6 * own / members), round(1e6 * of_all / everybody)] for value, own, of_all in counts)


# Who went missing.


def missing(multiple, horizons):
    """The gaps of everybody once, then their medians as of each day."""
    days = [TODAY, *(TODAY - horizon for horizon in horizons)]
    columns, counts = [], []
    for place, day in enumerate(days):
        columns.append(
            f"count(CASE WHEN day <= {day} THEN 1 END) AS days{place}, max(CASE WHEN day <= {day} THEN day END) AS last{place},"
            f" median(CASE WHEN day <= {day} THEN gap END) AS rhythm{place}"
        )
        known, silence = f"days{place} >= 3", f"({day} - last{place})"
        flagged = f"({silence} > 14 AND {silence} > {multiple} * greatest(rhythm{place}, 1))"
        away = f"last0 <= {day}"
        for condition in (f"{known} AND {flagged}", f"{known} AND {flagged} AND {away}", f"{known} AND NOT {flagged}",
                          f"{known} AND NOT {flagged} AND {away}"):
            counts.append(f"count(CASE WHEN {condition} THEN 1 END)")
    flagged = f"days0 >= 3 AND ({TODAY} - last0) > 14 AND ({TODAY} - last0) > {multiple} * greatest(rhythm0, 1)"
    found = row(
        f"WITH gaps AS (SELECT member, day, day - lag(day) OVER (PARTITION BY member ORDER BY day) AS gap FROM"
        f" (SELECT DISTINCT member, day FROM doc WHERE purchase AND day <= {TODAY})),"
        f" rhythm AS MATERIALIZED (SELECT member, {', '.join(columns)} FROM gaps GROUP BY member)"
        f" SELECT (SELECT count(*) FROM member), (SELECT coalesce(sum(net), 0) FROM doc SEMI JOIN"
        f" (SELECT member FROM rhythm WHERE {flagged}) USING (member)), {', '.join(counts)} FROM rhythm"
    )
    everybody, value, gone, _, present, _, *tests = found
    parts = lambda one, whole: round(1e6 * one / whole) if whole else None
    back = [tests[place : place + 4] for place in range(0, len(tests), 4)]
    back = [[flagged, parts(away, flagged), parts(other, others)] for flagged, away, others, other in back]
    return [gone, present, everybody - gone - present, value, back]
