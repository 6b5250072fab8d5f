"""Runs that are killed, and runs that the system refuses something."""

import os
import random
import re
import resource
import signal
import subprocess
import tempfile
import time

from case import is_there

STEPS = ["made", "written", "sealed", "whole", "put", "moved", "done", "nameless", "unlocked"]
NO_EXCHANGE = ["aside", "put", "moved", "done", "nameless", "unlocked"]
SIGNALS = [
    signal.SIGKILL,
    signal.SIGKILL,
    signal.SIGQUIT,
    signal.SIGABRT,
    signal.SIGXFSZ,
    signal.SIGTERM,
    signal.SIGINT,
]
# System calls that change folders, or make what was written last.
CHANGES = ["rename", "renameat2", "linkat", "mkdir", "unlink", "unlinkat", "rmdir", "fsync", "fchmod"]
# System call, and the errors that it is made to fail with.
ERRORS = {
    "fsync": ["EIO", "ENOSPC"],
    "rename": ["EROFS", "EACCES"],
    "renameat2": ["EIO", "EINVAL"],
    "linkat": ["EPERM", "EMLINK"],
    "lseek": ["EIO"],
    "mkdir": ["ENOSPC", "EDQUOT"],
    "write": ["ENOSPC", "EIO", "EDQUOT", "EFBIG"],
    "read": ["EIO"],
    "pread64": ["EIO"],
    "pwrite64": ["ENOSPC"],
    "openat": ["EMFILE", "EACCES"],
    "flock": ["ENOLCK"],
    "ftruncate": ["EIO"],
    "fchmod": ["EPERM"],
    "unlink": ["EACCES"],
    "statx": ["EIO"],
    "getdents64": ["EIO"],
}
# What begins a program reads its libraries: of these calls, those behind it are made to fail.
LOADING = {"read": 20, "openat": 30, "pread64": 4, "lseek": 0}


def kills(case, count):
    began = time.monotonic()
    case.check(case.audit())
    lasts = time.monotonic() - began
    for _ in range(count):
        before, process = case.title(), case.begin(case.audit())
        time.sleep(random.uniform(0, lasts * 1.1))
        chosen = random.choice(SIGNALS)
        process.send_signal(chosen)
        if chosen == signal.SIGINT and random.random() < 0.5:
            time.sleep(0.002)
            process.send_signal(chosen)
        code, _, stderr = case.end(process)
        # Before the program listens, Ctrl-C ends it as any other.
        expected = (0, 1, 2, 130, *(-s for s in SIGNALS))
        case.examine("killed at random", before, code, stderr, expected, may_leave_stage=True)
        if len(case.stages()) > 1:
            case.tally.lose("killed at random", f"stages pile up: {case.stages()}")
    case.recovers("killed at random")


def steps(case, _):
    """Builds for debugging end themselves at steps of publishing (QIANHE_FAULTS)."""
    code, _ = case.run(case.audit(), faults="kill-made")
    if code != -signal.SIGABRT:
        print("(this build plants no faults: steps of publishing are not tried)")
        return
    case.recovers("killed at a step of publishing")
    for step in STEPS:
        before = case.title()
        code, stderr = case.run(case.audit(), faults=f"kill-{step}")
        case.examine("killed at a step of publishing", before, code, stderr, (-signal.SIGABRT,), may_leave_stage=True)
        case.recovers("killed at a step of publishing")
    kind = "killed at a step, where folders cannot be exchanged"
    for step in NO_EXCHANGE:
        code, _ = case.run(case.audit(), faults=f"no-exchange,kill-{step}")
        case.recovers(kind)
        case.examine(kind, case.title(), code, "", (-signal.SIGABRT,))


def calls_of(case, call):
    """How often a run makes a system call."""
    with tempfile.NamedTemporaryFile() as trace:
        case.run(case.audit(), before=["strace", "-f", "-qq", "-o", trace.name, "-e", f"trace={call}"])
        return sum(re.match(rf"\d+ +{call}\(", line.decode(errors="replace")) is not None for line in trace)


def injected(case, call, fault, when):
    tracer = [
        "strace",
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        f"trace={call}",
        "-e",
        f"inject={call}:{fault}:when={when}",
    ]
    return case.run(case.audit(), before=tracer)


def renames(case, most):
    """Kills at each system call that changes folders; of more than `most`, at some."""
    if not is_there("strace"):
        return
    for call in CHANGES:
        count = calls_of(case, call)
        for nth in sorted(random.sample(range(1, count + 1), min(most, count))):
            before = case.title()
            code, stderr = injected(case, call, "signal=KILL", nth)
            # Where threads take turns otherwise, a call less is made.
            kind = "killed at each call that renames, links, deletes or syncs"
            case.examine(kind, before, code, stderr, (-signal.SIGKILL, 0, 1), may_leave_stage=True)
            case.recovers(kind)


def calls(case, most):
    """Each system call fails once, and from some call on for good."""
    if not is_there("strace"):
        return
    kind = "a system call that fails"
    for call, errors in ERRORS.items():
        first = LOADING.get(call, 0) + 1
        count = max(calls_of(case, call), first)
        for error in errors:
            for _ in range(most):
                nth, more = random.randint(first, count), random.choice(["", "+"])
                before = case.title()
                code, stderr = injected(case, call, f"error={error}", f"{nth}{more}")
                what = f"{call} {error} {nth}{more}"
                case.examine(kind, before, code, f"{what}: {stderr}", may_leave_stage=True)
                case.refused(kind, what, code, stderr)
                case.recovers(kind)


def limited(case, kind, limit, values, **how):
    for value in values:
        before = case.title()
        code, stderr = case.run(case.audit(), limits=[(limit, value)], **how)
        case.examine(kind, before, code, stderr)
        case.refused(kind, value, code, stderr)


def file_sizes(case, count):
    """Limits below the size of each report, so that each of them is the one that fails; some of these, or all."""
    sizes = sorted({path.stat().st_size for path in case.reports.glob("*.*")})
    parts = [0, 1, *(size * part // 4 for size in sizes for part in (1, 2, 3, 4))]
    values = parts if count else random.sample(parts, 6)
    limited(case, "size of files limited", resource.RLIMIT_FSIZE, values)


def handles(case, values):
    limited(case, "open files limited", resource.RLIMIT_NOFILE, values)


def memory(case, values):
    limited(case, "memory limited", resource.RLIMIT_AS, [value << 20 for value in values])


def threads(case, values):
    user = 65534 if os.getuid() == 0 else None
    if user is not None:
        for path in [case.folder, *case.folder.rglob("*")]:
            os.chown(path, user, user, follow_symlinks=False)
    if case.run(["--version"], user=user)[0] != 0:
        print("(the program cannot be run as another user: too few threads are not tried)")
    else:
        limited(case, "threads limited", resource.RLIMIT_NPROC, values, user=user)


def disks(case, parts):
    """Disks of all sizes up to that of the reports and more, so that one is full while each report is written."""
    kind, disk = "disk full", case.folder / "disk"
    disk.mkdir(exist_ok=True)
    reports = sum(path.stat().st_size for path in case.reports.glob("*.*")) >> 10
    failed = set()
    for part in range(1, parts + 1):
        size = max(reports * 5 // 4 * part // parts, 16)
        if (
            subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", disk], capture_output=True
            ).returncode
            != 0
        ):
            print("(no tmpfs can be mounted: a full disk is tried by the size of files only)")
            return
        try:
            code, stderr = case.run([*case.audit(), "--out", "disk/reports"])
            left = [path.name for path in disk.iterdir()]
            case.examine(kind, case.title(), code, stderr)
            case.refused(kind, f"{size} kB", code, stderr)
            if code == 2 and left:
                case.tally.lose(kind, f"{size} kB: left {left}: {stderr}")
            failed |= {found.group(1) for found in [re.search(r"/([\w.]+\.\w+): cannot", stderr)] if found}
        finally:
            subprocess.run(["umount", disk], check=True)
    print(f"(disk full while writing: {', '.join(sorted(failed))})")


def races(case, rounds):
    for _ in range(rounds):
        before = case.title()
        ended = [case.end(process)[0] for process in [case.begin(case.audit()) for _ in range(3)]]
        for code in ended:
            case.examine("three at once", before, code, titles=[f"turn {case.turn - back}" for back in (1, 2)])
        if not any(code in (0, 1) for code in ended):
            case.tally.lose("three at once", f"none published: {ended}")
