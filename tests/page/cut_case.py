"""Writes a case of which report.html cannot hold all rows to act on: more relations are missing than it has room for."""

import sys
from pathlib import Path

CASE = """[case]
id = "cut"
[migration]
started_at = 2026-05-01T00:00:00+08:00
finished_at = 2026-05-07T00:00:00+08:00
[policy]
fail_on = "never"
"""
HEADER = "userid,customer_name,created_at,external_userid,unionid\n"
MEMBERS = 8
# The page has room for 20,000. Of every 50 relations one arrived, one came to another account, and one was refused.
RELATIONS = 22_000


def source(n):
    return f"m{n % MEMBERS},客户{n},2025-01-01T00:00:00+08:00,w{n},u{n}\n"


def target(n, member):
    return f"t{member % MEMBERS},客户{n},2026-05-02T00:00:00+08:00,x{n},u{n}\n"


def files():
    every_50th = lambda k: range(k, RELATIONS, 50)
    arrived = [target(n, n) for n in every_50th(0)] + [target(n, n + 1) for n in every_50th(1)]
    yield "case.toml", CASE
    yield "lists/accounts.csv", "source_userid,target_userid\n" + "".join(f"m{n},t{n}\n" for n in range(MEMBERS))
    yield "lists/refusals.csv", "external_userid\n" + "".join(f"w{n}\n" for n in every_50th(2))
    # Rows of which a value cannot be read: more than rejects lists of one reason.
    rejects = "".join(f"m0,客户,no time,r{n},v{n}\n" for n in range(1_200))
    yield "source-before/relations.csv", HEADER + "".join(map(source, range(RELATIONS))) + rejects
    yield "target-after/relations.csv", HEADER + "".join(arrived)


def main():
    for path, text in files():
        file = Path(sys.argv[1]) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
