"""Sets the reports of qianhe beside those of another audit of the same case: two programs, written apart, one result.

Compares every row and column of every report that both wrote, whatever the order. The first table of counts that differs,
and examples of the rows, are printed; the exit code is 1 then.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import duckdb

COUNTS = {
    "relations": ("scope", "outcome", "reason", "match_method", "severity"),
    "target_relations": ("origin",),
    "accounts": (),
    "customers": (),
}
SORTED_BY = {
    "relations": ("outcome", "source_userid", "source_external_userid"),
    "target_relations": ("origin", "target_userid", "target_external_userid"),
    "accounts": ("source_userid",),
    "customers": ("source_external_userid",),
}


class Oracle:
    def __init__(self, ours: Path, theirs: Path, memory: str, threads: int, counts_only: bool) -> None:
        self.ours, self.theirs, self.counts_only = ours, theirs, counts_only
        self.db = duckdb.connect()
        self.db.execute(
            f"SET threads = {threads}; SET memory_limit = '{memory}'; SET temp_directory = '{theirs}.tmp'; SET TimeZone = 'UTC'"
        )
        self.db.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false")

    def rows(self, query: str) -> list[tuple]:
        return self.db.execute(query).fetchall()

    def differences(self, report: str) -> list[str]:
        a, b = (f"'{folder / report}.parquet'" for folder in (self.ours, self.theirs))
        described = [[row[:2] for row in self.rows(f"DESCRIBE FROM {table}")] for table in (a, b)]
        if described[0] != described[1]:
            return [f"columns: {sorted(set(described[0]) ^ set(described[1]))}"]
        found = self.different_counts(report, a, b)
        if not self.counts_only:
            for name, table, other in (("qianhe", a, b), ("the other", b, a)):
                only = f"SELECT COLUMNS(*)::VARCHAR FROM (FROM {table} EXCEPT ALL FROM {other})"
                count = self.rows(f"SELECT count(*) FROM ({only})")[0][0]
                if count:
                    examples = "".join(f"\n    {row}" for row in self.rows(f"FROM ({only}) ORDER BY ALL LIMIT 5"))
                    found.append(f"{count} rows stand in {name} only:{examples}")
        return found

    def different_counts(self, report: str, a: str, b: str) -> list[str]:
        grouped = ", ".join((*(f"{column}::VARCHAR" for column in COUNTS[report]), "count(*)"))
        counts = [set(self.rows(f"SELECT {grouped} FROM {table} GROUP BY ALL")) for table in (a, b)]
        return (
            [f"counts: qianhe {sorted(map(str, counts[0] - counts[1]))}, the other {sorted(map(str, counts[1] - counts[0]))}"]
            if counts[0] != counts[1]
            else []
        )

    def unsorted(self, report: str) -> list[str]:
        """What is said to be sorted has to be: it is part of what is measured."""
        found = []
        for name, folder in (("qianhe", self.ours), ("the other", self.theirs)):
            key = "row(" + ", ".join(f"coalesce({column}::VARCHAR, '')" for column in SORTED_BY[report]) + ")"
            query = f"""SELECT count(*) FROM (SELECT {key} AS key, lag({key}) OVER (ORDER BY file_row_number) AS last
                        FROM read_parquet('{folder / report}.parquet', file_row_number = true)) WHERE key < last"""
            if self.rows(query)[0][0]:
                found.append(f"{name} is not sorted")
        return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("ours", type=Path)
    options.add_argument("theirs", type=Path)
    options.add_argument(
        "--counts-only", action="store_true", help="for sizes at which comparing rows would take longer than the runs"
    )
    options.add_argument("--sorted", action="store_true", help="both are to be sorted as the reports of qianhe are")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--memory", default="8GB")
    args = options.parse_args()
    oracle = Oracle(args.ours, args.theirs, args.memory, args.threads, args.counts_only)
    failed = False
    for report in COUNTS:
        if not (args.theirs / f"{report}.parquet").exists():
            continue
        found = oracle.differences(report)
        if args.sorted and not args.counts_only:
            found += oracle.unsorted(report)
        for difference in found:
            print(f"{report}: {difference}")
        failed = failed or bool(found)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
