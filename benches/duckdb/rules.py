"""Answers the bench's questions with DuckDB: rows from a CSV file, questions as JSON on standard input, figures as JSON.

Usage: rules.py ROWS.csv ROUNDS < questions.json
"""

import json
import statistics
import sys
import time

import duckdb


def conditions(one):
    """The three sums of a rule as aggregates, and the condition on them."""
    return (
        f"sum(net) FILTER (day >= {one['since']})",
        f"count(*) FILTER (day >= {one['since']} AND purchase)",
        f"count(*) FILTER (purchase AND category = {one['category']})",
    ), one


def single(one):
    (spent, bought, of_category), _ = conditions(one)
    return (
        f"SELECT count(*) FROM (SELECT member FROM doc GROUP BY member HAVING {spent} > {one['spending']}"
        f" AND {bought} >= {one['purchases']} AND {of_category} >= 1)"
    )


def merged(rules):
    columns, wanted = [], []
    for place, one in enumerate(rules):
        (spent, bought, of_category), _ = conditions(one)
        columns += [f"{spent} AS s{place}", f"{bought} AS b{place}", f"{of_category} AS c{place}"]
        wanted.append(
            f"count(*) FILTER (s{place} > {one['spending']} AND b{place} >= {one['purchases']} AND c{place} >= 1)"
        )
    return f"SELECT {', '.join(wanted)} FROM (SELECT {', '.join(columns)} FROM doc GROUP BY member)"


def timed(rounds, ask):
    """The median of some rounds after one that does not count, and the answer."""
    answer, seconds = ask(), []
    for _ in range(rounds):
        began = time.perf_counter()
        answer = ask()
        seconds.append(time.perf_counter() - began)
    return {"seconds": statistics.median(seconds), "members": answer}


def main():
    rules = json.load(sys.stdin)
    rounds = int(sys.argv[2])
    db = duckdb.connect()
    db.execute("SET threads = 2")
    db.execute(
        "CREATE TABLE doc AS SELECT * FROM read_csv(?, header = false, columns = {'member': 'BIGINT', 'day': 'INTEGER',"
        " 'net': 'BIGINT', 'purchase': 'BOOLEAN', 'category': 'INTEGER'}) ORDER BY member, day",
        [sys.argv[1]],
    )
    queries = [single(one) for one in rules]
    one = timed(rounds, lambda: [db.execute(queries[0]).fetchone()[0]])
    each = timed(1, lambda: [db.execute(query).fetchone()[0] for query in queries])
    together = merged(rules)
    at_once = timed(rounds, lambda: list(db.execute(together).fetchone()))
    print(json.dumps({"version": duckdb.__version__, "one": one, "each": each, "merged": at_once}))


main()
