"""A case with published reports, runs of `qianhe` on it, and what must be true of its output after each."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

TIMEOUT = 300
SAMPLES = Path(__file__).resolve().parents[2] / "data"


class Tally:
    """Runs by kind of fault: how they ended, and what was lost."""

    def __init__(self):
        self.ends, self.lost = {}, []

    def add(self, kind, end, wrong=()):
        """Counts a run. `end`: an exit code, minus a signal, None if the run hung, or words."""
        if not isinstance(end, str):
            end = "hung" if end is None else f"signal {-end}" if end < 0 else f"exit {end}"
        self.ends.setdefault(kind, Counter())[end] += 1
        if wrong:
            self.lose(kind, "; ".join(wrong))

    def lose(self, kind, what):
        self.ends.setdefault(kind, Counter())["lost"] += 1
        self.lost.append(f"{kind}: {what}")
        print(f"LOST {kind}: {what}", flush=True)

    def rows(self):
        """Kind, runs, lost, how the runs ended."""
        for kind, ends in self.ends.items():
            told = {end: count for end, count in ends.items() if end != "lost"}
            yield (
                kind,
                sum(told.values()),
                ends["lost"],
                ", ".join(f"{end}: {count:,}" for end, count in sorted(told.items())),
            )


class Program:
    """The binary, in a folder."""

    def __init__(self, qianhe, folder):
        self.qianhe, self.folder = str(Path(qianhe).resolve()), Path(folder)

    def begin(self, args, faults="", limits=(), before=(), user=None):
        def prepare():
            for limit, value in limits:
                resource.setrlimit(limit, (value, value))
            if user is not None:
                os.setgroups([])
                os.setgid(user)
                os.setuid(user)

        return subprocess.Popen(
            [*before, self.qianhe, *args],
            cwd=self.folder,
            preexec_fn=prepare,
            text=True,
            errors="replace",
            env={**os.environ, "QIANHE_FAULTS": faults},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def end(self, process, timeout=TIMEOUT):
        """Exit code, or minus the signal, None if it hangs; stdout; stderr."""
        try:
            stdout, stderr = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return None, "", ""
        return process.returncode, stdout, stderr

    def run(self, args, timeout=TIMEOUT, **how):
        code, _, stderr = self.end(self.begin(args, **how), timeout)
        return code, stderr

    def check(self, args, codes=(0, 1)):
        code, stderr = self.run(args)
        if code not in codes:
            sys.exit(f"{args} ended with {code}: {stderr}")


class Case(Program):
    """A case with reports, ingested tables beside them, and a file of people."""

    def __init__(self, qianhe, folder, relations, tally):
        super().__init__(qianhe, folder)
        self.tally, self.turn = tally, 0
        self.reports = self.folder / "case/reports"
        self.check(["demo", "case", "--relations", str(relations)])
        self.check(self.audit())
        self.check(["ingest", "case", "--out", "case/reports"])
        (self.reports / "notes.txt").write_text("mine")
        self.check(self.audit())

    def audit(self):
        """An audit whose reports differ from those before by their title."""
        self.turn += 1
        return ["audit", "case", "--quiet", "--lang", "en", "--set", f'case.title="turn {self.turn}"']

    def stages(self):
        return [*self.folder.glob("case/.qianhe-*"), *self.reports.glob(".qianhe-*")]

    def title(self):
        return json.loads((self.reports / "summary.json").read_text())["case"]["title"]

    def whole(self):
        """What is wrong with the output."""
        if not self.reports.is_dir():
            return ["the output is gone"]
        wrong = []
        for folder in ["case/reports", "case/reports/snapshots"]:
            code, _ = self.run(["verify", folder])
            if code != 0:
                wrong.append(f"verify {folder} ended with {code}")
        notes = self.reports / "notes.txt"
        if not notes.is_file() or notes.read_text() != "mine":
            wrong.append("a file of people is gone")
        return wrong

    def examine(self, kind, before, code, stderr="", expected=(0, 1, 2), may_leave_stage=False, titles=()):
        """Counts a run, and what it lost. `before`: the title before it; `titles`: those of other runs beside it."""
        wrong = self.whole()
        if not wrong and self.title() not in (before, f"turn {self.turn}", *titles):
            wrong.append(f"the reports are those of {self.title()}")
        if code not in expected:
            wrong.append(f"ended with {code}: {stderr.strip()[:300]}")
        if not may_leave_stage and self.stages():
            wrong.append(f"left {self.stages()}")
        self.tally.add(kind, code, wrong)

    def refused(self, kind, what, code, stderr):
        """A run that the system refused something says what to do."""
        if code == 2 and "\n  help: " not in stderr:
            self.tally.lose(kind, f"{what}: says not what to do: {stderr.strip()[:300]}")

    def recovers(self, kind):
        """The next run removes what was left."""
        code, stderr = self.run(self.audit())
        if code not in (0, 1) or self.stages():
            self.tally.lose(kind, f"the next run ended with {code}, and left {self.stages()}: {stderr[:300]}")


def is_there(tool):
    if not shutil.which(tool):
        print(f"(no {tool}: what needs it is not tried)")
    return shutil.which(tool)
