"""Answers the bench's questions with DuckDB: rows from a CSV file, questions as JSON on standard input, figures as JSON.

Usage: rules.py ROWS.csv ROUNDS < questions.json

Each question is asked in the form in which DuckDB answers it soonest: one rule in two forms, of which the faster one
counts, all rules with the conditions inside the aggregates and the categories as bits, which takes DuckDB half of the
time of FILTER clauses.
"""

import json
import statistics
import sys
import time

import duckdb

COLUMNS = {"member": "INTEGER", "day": "INTEGER", "net": "INTEGER", "purchase": "BOOLEAN", "category": "UTINYINT"}


def filtered(one):
    """One scan, the conditions as FILTER clauses."""
    return (
        f"SELECT count(*) FROM (SELECT member FROM doc"
        f" WHERE day >= {one['since']} OR (purchase AND category = {one['category']}) GROUP BY member"
        f" HAVING sum(net) FILTER (day >= {one['since']}) > {one['spending']}"
        f" AND count(*) FILTER (day >= {one['since']} AND purchase) >= {one['purchases']}"
        f" AND count(*) FILTER (purchase AND category = {one['category']}) >= 1)"
    )


def joined(one):
    """Those of the window, and of them those who bought of the category."""
    return (
        f"SELECT count(*) FROM (SELECT member FROM doc WHERE day >= {one['since']} GROUP BY member"
        f" HAVING sum(net) > {one['spending']} AND count(*) FILTER (purchase) >= {one['purchases']}) AS spent"
        f" SEMI JOIN (SELECT member FROM doc WHERE purchase AND category = {one['category']}) AS bought USING (member)"
    )


def merged(rules):
    """All rules in one scan: their sums by member, then their members."""
    columns = ["bit_or(CASE WHEN purchase THEN 1 << category::INTEGER END) AS categories"]
    wanted = []
    for place, one in enumerate(rules):
        columns.append(f"sum(CASE WHEN day >= {one['since']} THEN net END) AS s{place}")
        columns.append(f"count(CASE WHEN day >= {one['since']} AND purchase THEN 1 END) AS b{place}")
        holds = f"s{place} > {one['spending']} AND b{place} >= {one['purchases']}"
        wanted.append(f"count(CASE WHEN {holds} AND (categories & {1 << one['category']}) <> 0 THEN 1 END)")
    return f"SELECT {', '.join(wanted)} FROM (SELECT {', '.join(columns)} FROM doc GROUP BY member)"


def timed(rounds, ask):
    """The median of some rounds after one that does not count, and the answer, which never changes."""
    answer, seconds = ask(), []
    for _ in range(rounds):
        began = time.perf_counter()
        found = ask()
        seconds.append(time.perf_counter() - began)
        assert found == answer, f"DuckDB found {answer} members, then {found}"
    return {"seconds": statistics.median(seconds), "members": answer}


def main():
    rules, rounds = json.load(sys.stdin), int(sys.argv[2])
    db = duckdb.connect()
    db.execute("SET threads = 2")
    db.execute(
        f"CREATE TABLE doc AS SELECT * FROM read_csv(?, header = false, columns = {COLUMNS}) ORDER BY member, day",
        [sys.argv[1]],
    )

    def ask(queries):
        return [db.execute(query).fetchone()[0] for query in queries]

    alone = {form: timed(rounds, lambda form=form: ask([form(rules[0])])) for form in (filtered, joined)}
    form = min(alone, key=lambda form: alone[form]["seconds"])
    queries, together = [form(one) for one in rules], merged(rules)
    each = timed(3, lambda: ask(queries))
    at_once = timed(3, lambda: list(db.execute(together).fetchone()))
    answers = {"version": duckdb.__version__, "form": form.__name__, "one": alone[form], "each": each, "merged": at_once}
    print(json.dumps(answers))


main()
