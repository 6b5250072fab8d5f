"""Runs audit.sql over a case, as a process of its own so that it can be measured.

What it writes: `relations` the two large reports, unsorted; `unsorted` those of accounts and customers too; `sorted` all
four, sorted as qianhe's are.
"""

from __future__ import annotations

import argparse
import re
import resource
import shutil
import time
from pathlib import Path
from string import Template

import duckdb

HERE = Path(__file__).parent
VARIANTS = ("relations", "unsorted", "sorted")
OUTCOMES = (
    "migrated",
    "already_at_target",
    "refused",
    "refused_but_arrived",
    "misplaced",
    "undetermined",
    "missing",
    "arrived_out_of_scope",
    "out_of_scope",
)
ORIGINS = (
    "migrated",
    "already_at_target",
    "refused_but_arrived",
    "misplaced",
    "arrived_out_of_scope",
    "out_of_scope",
    "pre_existing",
    "added_during_migration",
    "added_after_migration",
    "unknown_time",
)
SETTLE_STRAYED = """
INSERT INTO found SELECT source_row, target_row, '$method', true FROM strayed WHERE n <= m AND source_place = target_place;
INSERT INTO ambiguous SELECT DISTINCT source_row FROM strayed WHERE n > m;
INSERT INTO ambiguous_target SELECT DISTINCT target_row FROM strayed WHERE n > m;
"""


def steps(text: str) -> dict[str, list[str]]:
    """The statements of each step."""
    parts = re.split(r"^-- == (\w+)\n", text, flags=re.MULTILINE)[1:]
    return {name: [s for s in re.split(r";\s*\n", body) if s.strip()] for name, body in zip(parts[::2], parts[1::2], strict=True)}


class Audit:
    def __init__(self, case: Path, out: Path, variant: str, verbose: bool) -> None:
        self.db = duckdb.connect()
        self.verbose = verbose
        self.files = {role: sorted((case / role).glob("*.parquet")) for role in ("source-before", "target-after")}
        is_sorted = variant == "sorted"
        self.values = {
            "folder": str(case),
            "out": str(out),
            "customer_cap": "20000",
            "unionids_shared": "true",
            "started_at": "TIMESTAMPTZ '2026-05-01 00:00:00+08'",
            "finished_at": "TIMESTAMPTZ '2026-05-07 00:00:00+08'",
            "source_files": str([str(file) for file in self.files["source-before"]]),
            "target_files": str([str(file) for file in self.files["target-after"]]),
            "source_names": str([f"source-before/{file.name}" for file in self.files["source-before"]]),
            "format": "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, PARQUET_VERSION v2, DICTIONARY_SIZE_LIMIT 4096",
            "relations_order": "ORDER BY outcome, source_userid, source_id" if is_sorted else "",
            "target_relations_order": "ORDER BY origin, target_userid, target_external_userid" if is_sorted else "",
            "customers_order": "ORDER BY source_id" if is_sorted else "",
            "outcome_sums": ", ".join(f"sum(rows) FILTER (outcome = '{word}') AS {word}" for word in OUTCOMES),
            "origin_sums": ", ".join(f"sum(rows) FILTER (origin = '{word}') AS origin_{word}" for word in ORIGINS),
            "account_counts": ", ".join(
                f"coalesce({word}, 0)::BIGINT AS {word}" for word in (*OUTCOMES, *(f"origin_{word}" for word in ORIGINS))
            ),
            "customer_counts": ", ".join(f"count_if(outcome = '{word}')::BIGINT AS {word}" for word in OUTCOMES),
        }
        text = (HERE / "audit.sql").read_text(encoding="utf-8")
        for method in ("customer_map", "unionid"):
            text = text.replace("$settle_strayed", SETTLE_STRAYED.replace("$method", method), 1)
        self.steps = steps(text)

    def run(self, step: str) -> None:
        began, cpu = time.monotonic(), time.process_time()
        for statement in self.steps[step]:
            self.db.execute(Template(statement).substitute(self.values))
        if self.verbose:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
            print(
                f"{step:12} {time.process_time() - cpu:7.2f} s CPU {time.monotonic() - began:7.2f} s, peak {peak:.2f} GB",
                flush=True,
            )

    def count(self, query: str) -> int:
        return self.db.execute(Template(query).substitute(self.values)).fetchone()[0]

    def find_pairs(self) -> None:
        """The pairs by map and unionid; no row may have two partners."""
        self.run("pairs")
        for side, left in (("source", "left_at_source"), ("target", "left_at_target")):
            if self.count(f"SELECT (SELECT count(*) FROM found) + (SELECT count(*) FROM {left}) - (SELECT count(*) FROM {side})"):
                raise SystemExit(f"a {side} relation has two partners")

    def unionids_are_shared(self, min_overlap: float) -> bool:
        """The test of the namespaces. What joined by unionid is a lower bound of the overlap, and nearly always enough."""
        enrolled = "(SELECT count(unionid) FROM {} ANTI JOIN no_key USING (unionid) WHERE pair IS NOT NULL)"
        smaller = f"SELECT least({enrolled.format('source')}, {enrolled.format('target')})"
        joined = "SELECT count(*) FROM found WHERE match_method = 'unionid'"
        exact = "SELECT count(*) FROM source SEMI JOIN target USING (pair, unionid) ANTI JOIN no_key USING (unionid)"
        needed = min_overlap * self.count(smaller)
        return needed > 0 and (self.count(joined) >= needed or self.count(exact) >= needed)

    def audit(self, variant: str) -> None:
        for step in ("lists", "sides"):
            self.run(step)
        self.find_pairs()
        if not self.unionids_are_shared(0.05):
            self.values["unionids_shared"] = "false"
            self.run("pairs")
        for step in ("weaker", "misplaced", "outcomes", "relations"):
            self.run(step)
        if variant != "relations":
            self.run("aggregates")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("case", type=Path)
    options.add_argument("out", type=Path)
    options.add_argument("--variant", choices=VARIANTS, default="sorted")
    options.add_argument("--memory", help="[default: what DuckDB takes, four fifths of the machine]")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--verbose", action="store_true")
    args = options.parse_args()
    shutil.rmtree(args.out, ignore_errors=True)
    args.out.mkdir(parents=True)
    audit = Audit(args.case, args.out, args.variant, args.verbose)
    temporary = args.out.with_name(args.out.name + ".tmp")
    for setting in (
        f"threads = {args.threads}",
        f"temp_directory = '{temporary}'",
        "preserve_insertion_order = false",
        "enable_progress_bar = false",
        "TimeZone = 'UTC'",
    ):
        audit.db.execute(f"SET {setting}")
    if args.memory:
        audit.db.execute(f"SET memory_limit = '{args.memory}'")
    audit.audit(args.variant)
    shutil.rmtree(temporary, ignore_errors=True)


if __name__ == "__main__":
    main()
