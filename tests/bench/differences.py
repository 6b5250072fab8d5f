"""A pure comparer as a reference: two tables, one key, count what differs. No scope, no outcomes, no rows written.

It is given what an audit has to find out first: target accounts translated to source accounts, and only relations that
have a unionid, as a key. `--prepare` makes the two tables, in the plain Parquet that compara reads; without it DuckDB
counts their differences.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

KEY = ("userid", "unionid")
COMPARED = ("customer_name", "customer_type", "add_way", "state", "remark", "description", "tags")


def prepare(db: duckdb.DuckDBPyConnection, case: Path) -> None:
    folder = case / "compare"
    folder.mkdir(exist_ok=True)
    for side, role in (("source", "source-before"), ("target", "target-after")):
        columns = ", ".join(f"array_to_string({name}, '|') AS {name}" if name == "tags" else name for name in COMPARED)
        db.execute(f"""
            COPY (SELECT coalesce(source_userid, userid) AS userid, unionid, {columns}
                  FROM '{case / role}/*.parquet'
                  LEFT JOIN read_csv('{case}/lists/accounts.csv', all_varchar = true) ON userid = {side}_userid
                  WHERE unionid IS NOT NULL)
            TO '{folder / side}.part' (FORMAT parquet, COMPRESSION zstd)""")
        (folder / f"{side}.part").rename(folder / f"{side}.parquet")


def count(db: duckdb.DuckDBPyConnection, case: Path) -> None:
    differs = ", ".join(f"count(*) FILTER (here AND there AND s.{name} IS DISTINCT FROM t.{name}) AS {name}" for name in COMPARED)
    print(
        db.sql(f"""
        SELECT count(*) FILTER (there IS NULL) AS removed, count(*) FILTER (here IS NULL) AS added, {differs}
        FROM (SELECT *, true AS here FROM '{case}/compare/source.parquet') AS s
        FULL JOIN (SELECT *, true AS there FROM '{case}/compare/target.parquet') AS t USING ({", ".join(KEY)})""")
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("case", type=Path)
    options.add_argument("--prepare", action="store_true")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--memory")
    args = options.parse_args()
    db = duckdb.connect()
    db.execute(f"SET threads = {args.threads}; SET enable_progress_bar = false; SET preserve_insertion_order = false")
    db.execute(f"SET temp_directory = '{args.case}/compare/tmp'")
    if args.memory:
        db.execute(f"SET memory_limit = '{args.memory}'")
    (prepare if args.prepare else count)(db, args.case)


if __name__ == "__main__":
    main()
