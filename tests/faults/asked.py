"""Peaks of resident memory beside what `--memory` asked for: the least that a run is not refused with."""

import os
import re
import shutil
import subprocess

# Roles, as folders of a case.
ROLES = ["source-before", "source-after", "target-before", "target-after"]


def peak(case, args):
    """Exit code, stderr, and the peak in MiB."""
    process = subprocess.Popen(
        [case.qianhe, *args, "--lang", "en"],
        cwd=case.folder,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    with process.stderr:
        stderr = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, stderr, used.ru_maxrss // 1024


def ingested(case, name):
    """The case with its exports as `ingest` writes them."""
    case.check(["ingest", name, "--out", f"{name}-ingested"])
    folder, packed = case.folder / name, case.folder / f"{name}-parquet"
    shutil.copytree(folder / "lists", packed / "lists")
    shutil.copy(folder / "case.toml", packed)
    for role in ROLES:
        (case.folder / f"{name}-ingested/snapshots" / role).rename(packed / role)
    return packed.name


def asked(case, sizes):
    for relations in sizes:
        name = f"asked-{relations}"
        case.check(["demo", name, "--relations", str(relations)])
        for exports in [name, ingested(case, name)]:
            for command in ["audit", "ingest", "precheck"]:
                kind = f"--memory, as little as is not refused: {command}"
                out = [command, exports, "--out", f"{exports}-out-{command}", "--memory"]
                code, stderr, _ = peak(case, [*out, "1MiB"])
                least = re.search(r"use --memory (\d+)MiB", stderr)
                if code != 2 or not least:
                    case.tally.lose(kind, f"1MiB is not refused with what is needed: {stderr[:300]}")
                    continue
                code, stderr, used = peak(case, [*out, f"{least[1]}MiB"])
                print(f"{exports} {command}: {used} of {least[1]} MiB", flush=True)
                wrong = [f"{used} of {least[1]} MiB"] if used > int(least[1]) else []
                wrong += [f"ended with {code}: {stderr[:300]}"] if code not in (0, 1) else []
                case.tally.add(kind, code, wrong)
