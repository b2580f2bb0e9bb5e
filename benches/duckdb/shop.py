"""The bench's shop in DuckDB's memory, on two threads, each table sorted and in narrow columns.

Expects two arguments: the folder with documents.csv, unnamed.csv, members.csv, points.csv and belongs.csv, and today as
days since 1970-01-01.
"""

import sys

import duckdb

FOLDER, TODAY = sys.argv[1], int(sys.argv[2])
KINDS = {"EARNED": 0, "REDEEMED": 1, "EXPIRED": 2, "ADJUSTED": 3}
EARNED, REDEEMED = KINDS["EARNED"], KINDS["REDEEMED"]

db = duckdb.connect()
db.execute("SET threads = 2")


def load(table, file, columns, order, select="*"):
    read = f"read_csv('{FOLDER}/{file}.csv', header = false, columns = {columns})"
    db.execute(f"CREATE TABLE {table} AS SELECT {select} FROM {read} ORDER BY {order}")


document = {"day": "SMALLINT", "net": "INTEGER", "purchase": "BOOLEAN"}
load("doc", "documents", {"member": "INTEGER", **document, "category": "UTINYINT"}, "member, day")
load("unnamed", "unnamed", document, "day")
load("member", "members", {"id": "INTEGER", "enrolled": "BOOLEAN", "country": "VARCHAR"}, "id")
db.execute("CREATE TYPE country AS ENUM (SELECT DISTINCT country FROM member WHERE country IS NOT NULL)")
db.execute("ALTER TABLE member ALTER country TYPE country")
cases = " ".join(f"WHEN '{name}' THEN {code}" for name, code in KINDS.items())
entry = {"member": "INTEGER", "day": "SMALLINT", "kind": "VARCHAR", "points": "INTEGER", "origin": "VARCHAR"}
# The entries of a member stand in the order of time in the file; where each stands is kept, as days are not enough.
select = f"row_number() OVER () :: INTEGER AS place, member, day, (CASE kind {cases} END) :: UTINYINT AS kind, points, origin"
load("entry", "points", entry, "place", select)
db.execute("CREATE TYPE origin AS ENUM (SELECT DISTINCT origin FROM entry WHERE origin IS NOT NULL)")
db.execute("ALTER TABLE entry ALTER origin TYPE origin")
load("belongs", "belongs", {"segment": "INTEGER", "member": "INTEGER"}, "segment, member")


def rows(sql):
    return [list(row) for row in db.execute(sql).fetchall()]


def row(sql):
    return rows(sql)[0]
