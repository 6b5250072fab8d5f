"""The benchmark: makes the cases, runs every contestant in turn, checks that they agree, prints what it cost.

Each run is a process of its own. CPU seconds (user and system) are what counts; of the rounds the one with the fewest is
kept, for others on the machine can only add to them. Rounds are interleaved, so that a noisy minute hits everybody.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
MILLION = 1_000_000
# Up to here every row is compared, beyond only the counts.
COMPARE_ROWS_UP_TO = MILLION
# A case of a multiple of this size is made of copies of the case of this size.
COPIED = 10 * MILLION
# Cases of what should not be, too small to be timed: only whether DuckDB and qianhe agree is of interest.
ODD_CASES = ("twins", "disjoint")
ODD_RELATIONS = MILLION // 50


@dataclass(frozen=True)
class Run:
    """What one process cost."""

    cpu: float
    wall: float
    peak: int  # bytes
    written: int  # bytes
    status: int


def cost(command: list[str], out: Path, threads: int) -> Run:
    """Runs a command that writes to `out`, which it finds absent."""
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"POLARS_MAX_THREADS": str(threads), "RAYON_NUM_THREADS": str(threads)}
    began = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    written = sum(file.stat().st_size for file in out.rglob("*") if file.is_file()) if out.exists() else 0
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024, written, process.returncode)


@dataclass(frozen=True)
class Case:
    """A synthetic case, by its number of source relations."""

    relations: int
    odd: str = ""

    @property
    def millions(self) -> float:
        return self.relations / MILLION

    @property
    def name(self) -> str:
        return self.odd or f"{self.millions:g}"


@dataclass(frozen=True)
class Contestant:
    name: str
    does: str


CONTESTANTS = (
    Contestant("qianhe", "`qianhe audit`: all reports, sorted, with checksums and control totals"),
    Contestant("duckdb-sorted", "DuckDB SQL: relations, target_relations, accounts, customers, sorted as qianhe's"),
    Contestant("duckdb-unsorted", "DuckDB SQL: the same four, in any order"),
    Contestant("duckdb-relations", "DuckDB SQL: relations and target_relations only, in any order"),
    Contestant("polars", "Polars, streaming: relations and target_relations only, in any order"),
    Contestant("differences", "DuckDB SQL: counts the differences of two prepared tables, writes nothing"),
    Contestant("compara", "compara: the same counts of the same two tables"),
)
PURE_COMPARERS = ("differences", "compara")


class Bench:
    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.folder = Path(os.environ.get("QIANHE_BENCH_DIR", ROOT / "target" / "bench")).resolve()
        self.python = [sys.executable, "-B"]

    def folder_of(self, case: Case) -> Path:
        return self.folder / case.name

    def out(self, case: Case, name: str) -> Path:
        return self.folder / f"{case.name}.out" / name

    def script(self, name: str, *arguments: object) -> list[str]:
        return [*self.python, str(HERE / f"{name}.py"), *map(str, arguments)]

    def command(self, case: Case, name: str) -> list[str]:
        folder, out, args = self.folder_of(case), self.out(case, name), self.args
        memory = ["--memory", args.memory] if args.memory else []
        match name:
            case "qianhe":
                return [str(args.qianhe), "audit", str(folder), "--out", str(out), "--quiet", *memory]
            case "polars":
                return self.script("polars_audit", folder, out)
            case "differences":
                return self.script("differences", folder, "--threads", args.threads, *memory)
            case "compara":
                tables = [str(folder / "compare" / f"{side}.parquet") for side in ("source", "target")]
                planned = ["--memory", args.memory.removesuffix("B").removesuffix("i")] if args.memory else []
                return [
                    str(Path(sys.executable).with_name("compara")),
                    "compare",
                    *tables,
                    "--key",
                    "userid,unionid",
                    "--summary",
                    "--exit-zero",
                    "--threads",
                    str(args.threads),
                    *planned,
                ]
        return self.script(
            "duckdb_audit", folder, out, "--variant", name.removeprefix("duckdb-"), "--threads", args.threads, *memory
        )

    def prepare(self, case: Case, names: list[str]) -> None:
        """Makes what is not there yet."""
        folder = self.folder_of(case)
        self.say(f"{case.name}: making the case, if it is not there")
        copies, rest = divmod(case.relations, COPIED)
        if copies > 1 and rest == 0:
            copied = Case(COPIED)
            self.prepare(copied, [])
            self.check(self.script("copies", folder, self.folder_of(copied), copies, "--threads", self.args.threads))
        else:
            self.check(self.script("generate", folder, case.relations, "--odd", case.odd, "--threads", self.args.threads))
        compares = any(name in names for name in PURE_COMPARERS)
        if compares and not (folder / "compare" / "target.parquet").exists():
            self.check(self.script("differences", folder, "--prepare", "--threads", self.args.threads))

    def check(self, command: list[str]) -> None:
        subprocess.run(command, check=True, stdout=sys.stderr)

    def measure(self, case: Case, name: str) -> Run:
        return cost(self.command(case, name), self.out(case, name), self.args.threads)

    def rounds(self, case: Case, names: list[str], rounds: int) -> dict[str, Run]:
        """The best run of each contestant. One that fails is left out from then on, and said."""
        best: dict[str, Run] = {}
        failed: set[str] = set()
        for number in range(1, rounds + 1):
            for name in names:
                if name in failed:
                    continue
                run = self.measure(case, name)
                self.say(
                    f"{case.name}: round {number}, {name}: {run.cpu:.1f} s CPU, {run.wall:.1f} s, {run.peak / 2**30:.2f} GiB"
                )
                if run.status != 0:
                    self.say(f"{case.name}: {name} failed with {run.status}")
                    failed.add(name)
                    best.pop(name, None)
                elif name not in best or run.cpu < best[name].cpu:
                    best[name] = run
        return best

    def agree(self, case: Case, names: list[str]) -> bool:
        """Whether every audit came to what qianhe came to."""
        agree = True
        ours = self.out(case, "qianhe")
        for name in names:
            if name == "qianhe" or name in PURE_COMPARERS or not ours.exists():
                continue
            options = ["--threads", self.args.threads]
            options += ["--counts-only"] if case.relations > COMPARE_ROWS_UP_TO else []
            options += ["--sorted"] if name == "duckdb-sorted" else []
            status = subprocess.run(self.script("oracle", ours, self.out(case, name), *options), check=False).returncode
            self.say(f"{case.name}: {name} {'agrees with' if status == 0 else 'CONTRADICTS'} qianhe")
            agree = agree and status == 0
        return agree

    def bout(self, case: Case, names: list[str], rounds: int) -> tuple[dict[str, Run], bool]:
        """All rounds of a case; whether all succeeded and agree."""
        self.prepare(case, names)
        best = self.rounds(case, names, rounds)
        agree = self.agree(case, list(best))
        if not self.args.keep:
            shutil.rmtree(self.out(case, ""), ignore_errors=True)
        return best, agree and set(best) == set(names)

    def run(self) -> bool:
        good = True
        if self.args.odd:
            for odd in ODD_CASES:
                good = self.bout(Case(ODD_RELATIONS, odd), ["qianhe", "duckdb-sorted"], 1)[1] and good
        results: dict[Case, dict[str, Run]] = {}
        for size in self.args.sizes:
            case = Case(round(size * MILLION))
            results[case], agree = self.bout(case, self.args.only, self.args.rounds)
            good = agree and good
        for case, best in results.items():
            print(table_of(case, best))
        if len(results) > 1:
            print(growth(results))
        return good

    @staticmethod
    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)


def row(*cells: object) -> str:
    return "| " + " | ".join(map(str, cells)) + " |\n"


def table_of(case: Case, best: dict[str, Run]) -> str:
    ours = best.get("qianhe")
    text = f"### {case.name} million source relations\n\n"
    text += row("what", "CPU s", "of qianhe's", "wall s", "peak GiB", "of qianhe's", "written MB") + row("---", *["---:"] * 6)
    for contestant in CONTESTANTS:
        run = best.get(contestant.name)
        if run is None:
            continue
        cpu = f"{run.cpu / ours.cpu:.2f}" if ours else "-"
        peak = f"{run.peak / ours.peak:.2f}" if ours else "-"
        text += row(
            contestant.does, f"{run.cpu:.1f}", cpu, f"{run.wall:.1f}", f"{run.peak / 2**30:.2f}", peak, f"{run.written / 1e6:.0f}"
        )
    return text


def growth(results: dict[Case, dict[str, Run]]) -> str:
    text = "### Growth\n\n"
    text += row(
        "what", *(f"CPU s per million at {case.name} M" for case in results), *(f"peak GiB at {case.name} M" for case in results)
    )
    text += row("---", *["---:"] * (2 * len(results)))
    for contestant in CONTESTANTS:
        runs = [(case, best.get(contestant.name)) for case, best in results.items()]
        if any(run is not None for _, run in runs):
            per_million = [f"{run.cpu / case.millions:.2f}" if run else "-" for case, run in runs]
            text += row(f"`{contestant.name}`", *per_million, *(f"{run.peak / 2**30:.2f}" if run else "-" for _, run in runs))
    return text


def arguments() -> argparse.Namespace:
    names = [contestant.name for contestant in CONTESTANTS]
    options = argparse.ArgumentParser(
        prog="tests/bench/run",
        description=__doc__,
        epilog="contestants: " + "; ".join(f"{c.name}: {c.does}" for c in CONTESTANTS),
    )
    options.add_argument("--sizes", default="1,10", help="millions of source relations [default: 1,10]")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--only", default=",".join(names), help="contestants, separated by commas [default: all]")
    options.add_argument("--qianhe", type=Path, help="the release binary [default: target/release/qianhe, built if absent]")
    options.add_argument("--memory", help="passed on to qianhe, DuckDB and compara, for example 8GiB [default: each its own]")
    options.add_argument("--threads", type=int, default=2)
    options.add_argument(
        "--odd", action="store_true", help="first compare DuckDB and qianhe on small cases of what should not be"
    )
    options.add_argument("--keep", action="store_true", help="keep what was written, beside the cases")
    args = options.parse_args()
    args.sizes = [float(size) for size in args.sizes.split(",") if size]
    args.only = [name.strip() for name in args.only.split(",")]
    unknown = sorted(set(args.only) - set(names))
    if unknown:
        options.error(f"unknown contestants: {', '.join(unknown)}; there are {', '.join(names)}")
    return args


def release_binary(given: Path | None) -> Path:
    if given:
        return given.resolve()
    binary = ROOT / "target" / "release" / "qianhe"
    if not binary.exists():
        subprocess.run(["cargo", "build", "--release", "--locked"], cwd=ROOT, check=True)
    return binary


def main() -> None:
    args = arguments()
    args.qianhe = release_binary(args.qianhe) if "qianhe" in args.only or args.odd else args.qianhe
    sys.exit(0 if Bench(args).run() else 1)


if __name__ == "__main__":
    main()
