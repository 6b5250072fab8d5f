"""Audits each field case and prints what differs from its expected.json, which README.md describes."""

import argparse
import collections
import concurrent.futures
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import duckdb

HERE = pathlib.Path(__file__).parent
SECONDS = 60
# Reports that an audit of ingested tables has to repeat, row by row.
REPEATED = ("relations", "target_relations", "accounts", "customers", "groups", "join_codes", "billing", "coverage", "rejects", "findings")
# A table without rows is named by its file, or by its role.
PROVENANCE = {"Q-empty-table": ("message_zh", "message_en", "examples")}
ROLES = ("source-before", "source-after", "target-before", "target-after")
# What names a row of a report; all else that is expected of it must agree.
NAMED_BY = {
    "relations": ("source_userid", "source_external_userid", "customer_name", "unionid"),
    "target_relations": ("target_userid", "target_external_userid", "customer_name", "unionid"),
    "accounts": ("source_userid",),
    "groups": ("source_chat_id", "name"),
    "join_codes": ("config_id",),
}


class Reports:
    """What an audit left: its tables as dictionaries, with times as texts in UTC."""

    def __init__(self, folder):
        self.folder = folder

    def rows(self, name):
        with contextlib.closing(duckdb.connect(config={"threads": 1})) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            file = str(self.folder / f"{name}.parquet").replace("'", "''")
            return [json.loads(text) for (text,) in connection.execute(f"SELECT to_json(t)::VARCHAR FROM '{file}' t").fetchall()]

    def text(self, name):
        return json.dumps(self.rows(name), ensure_ascii=False)

    def verdict(self):
        return json.loads((self.folder / "summary.json").read_text(encoding="utf-8"))["verdict"]


def is_one_of(value, wanted):
    return value in wanted if isinstance(wanted, list) else value == wanted


def told(value):
    return " or ".join(map(str, value)) if isinstance(value, list) else str(value)


def wrong_row(report, rows, wanted):
    name = {column: wanted[column] for column in NAMED_BY[report] if column in wanted}
    found = [row for row in rows if all(row.get(column) == value for column, value in name.items())]
    label = f"{report} {' '.join(map(str, name.values()))}"
    if len(found) != 1:
        yield f"{label}: {len(found)} rows"
        return
    for column, value in wanted.items():
        if column not in found[0]:
            yield f"{label}: no column {column}"
        elif not is_one_of(found[0][column], value):
            yield f"{label}: {column} is {found[0][column]}, not {told(value)}"


def wrong_rows(reports, expected):
    for report in NAMED_BY.keys() & expected.keys():
        rows = reports.rows(report)
        for wanted in expected[report]:
            yield from wrong_row(report, rows, wanted)


def wrong_counts(reports, expected):
    for report, number in expected.get("counts", {}).items():
        there = len(reports.rows(report))
        if there != number:
            yield f"{there} {report}, not {number}"
    if "unreadable" in expected:
        grains = collections.Counter(row["grain"] if "grain" in row else "record" for row in reports.rows("rejects"))
        for grain, number in expected["unreadable"].items():
            if grains[grain] != number:
                yield f"{grains[grain]} unreadable {grain}s, not {number}"


def wrong_findings(reports, expected):
    severities = {row["code"]: row["severity"] for row in reports.rows("findings")}
    for code, severity in expected.get("findings_include", {}).items():
        if severities.get(code) != severity:
            yield f"finding {code} is {severities.get(code, 'not there')}, not {severity}"
    for code in expected.get("findings_exclude", []):
        if code in severities:
            yield f"finding {code} is there"
    for report in ("findings", "inputs"):
        for pattern in expected.get(f"{report}_mention", []):
            if not re.search(pattern, reports.text(report)):
                yield f"{report} mention no {pattern}"


def wrong_verdict(reports, expected):
    if "verdict" in expected and not is_one_of(reports.verdict(), expected["verdict"]):
        yield f"verdict {reports.verdict()}, not {told(expected['verdict'])}"


CHECKS = (wrong_rows, wrong_counts, wrong_findings, wrong_verdict)
KNOWN = {*NAMED_BY, "any_of", "exit", "says", "says_not", "counts", "unreadable", "findings_include", "findings_exclude", "findings_mention",
         "inputs_mention", "verdict", "why"}


def wrong_run(code, said, expected):
    yield from (f"expected.json: {key}?" for key in sorted(expected.keys() - KNOWN))
    yield from (f"does not say {pattern}" for pattern in expected.get("says", []) if not re.search(pattern, said))
    yield from (f"says {pattern}" for pattern in expected.get("says_not", []) if re.search(pattern, said))
    wanted = expected.get("exit", [0, 1])
    if not is_one_of(code, wanted):
        yield f"exit {code}, not {told(wanted)}{'' if code in (0, 1) else f': {said[:200]}'}"


def wrong(code, said, reports, expected):
    """Of alternatives, what the nearest lacks."""
    if "any_of" in expected:
        return min((wrong(code, said, reports, one) for one in expected["any_of"]), key=len)
    found = list(wrong_run(code, said, expected))
    if code in (0, 1):
        found += [text for check in CHECKS for text in check(reports, expected)]
    return found


def run(binary, *args):
    """The exit code of a command, and what it says in one line."""
    environment = {**os.environ, "NO_COLOR": "1", "LC_ALL": "C.UTF-8"}
    command = [binary, *args, "--lang", "en"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, timeout=SECONDS)
    return done.returncode, " ".join(done.stdout.decode("utf-8", "replace").split())


def comparable(report, row):
    return {key: value for key, value in row.items() if report != "findings" or key not in PROVENANCE.get(row["code"], ())}


def changed_by_ingest(binary, code, case, direct, scratch):
    """What an audit of the tables that `ingest` writes tells otherwise than that of the exports."""
    ingested, out = scratch / "i", scratch / "ri"
    run(binary, "ingest", case, "--out", ingested)
    roles = [role for role in ROLES if (ingested / "snapshots" / role).is_dir()]
    paths = [part for role in roles for part in ("--set", f"snapshots.{role}.path={ingested / 'snapshots' / role}")]
    again, said = run(binary, "audit", case, "--out", out, *paths)
    if again != code:
        yield f"ingested: exit {again}, not {code}: {said[:200]}"
        return
    reports = Reports(out)
    for report in REPEATED:
        left, right = ([comparable(report, row) for row in of.rows(report)] for of in (direct, reports))
        for row in [row for row in left if row not in right][:1]:
            yield f"ingested: {report} lack {json.dumps(row, ensure_ascii=False)[:400]}"
        for row in [row for row in right if row not in left][:1]:
            yield f"ingested: {report} have {json.dumps(row, ensure_ascii=False)[:400]}"


def audit(binary, case):
    """Audits a copy whose path gives nothing away, without what is expected of it; then as `ingest` writes it."""
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        copy, out = scratch / "c", scratch / "r"
        shutil.copytree(case, copy, ignore=shutil.ignore_patterns("expected.json"))
        try:
            code, said = run(binary, "audit", copy, "--out", out)
            found = wrong(code, said, Reports(out), expected)
            if code in (0, 1):
                found += changed_by_ingest(binary, code, copy, Reports(out), scratch)
            return found
        except subprocess.TimeoutExpired:
            return [f"no end after {SECONDS} seconds"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary", type=pathlib.Path)
    parser.add_argument("names", nargs="*", metavar="NAME")
    args = parser.parse_args()
    cases = {file.parent.name: file.parent for file in sorted(HERE.glob("*/expected.json"))}
    strangers = [name for name in args.names if name not in cases]
    if strangers or not args.binary.is_file():
        parser.error(f"not there: {', '.join(strangers or [str(args.binary)])}")
    chosen = [cases[name] for name in args.names or cases]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda case: audit(args.binary.resolve(), case), chosen))
    for case, found in zip(chosen, results, strict=True):
        if found:
            print(f"{case.name}: {'; '.join(dict.fromkeys(found))}")
    right = results.count([])
    print(f"{right} of {len(chosen)} field cases as expected")
    return 0 if right == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
