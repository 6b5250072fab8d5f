"""Makes a case of many million relations of copies of a smaller one: each has its accounts, customers and lists to itself.

What comes of every copy is what comes of the smaller case, so all counts are so many times its own. A copy takes a minute
or two, where the generator would take as many for every million.
"""

from __future__ import annotations

import argparse
import shutil
import string
from pathlib import Path

import duckdb

from generate import STAMP, is_current, version

LISTS = {
    "accounts": ("source_userid", "target_userid"),
    "customer_map": ("source_external_userid", "target_external_userid"),
    "refusals": ("external_userid", "unionid", "userid"),
}
RELATIONS = ("userid", "external_userid", "unionid")


def renamed(column: str, copy: str) -> str:
    """The value in a copy. Ids keep their length and what ids of one corp begin with."""
    if column.endswith("external_userid"):
        return f"left({column}, 10) || '{copy}' || substr({column}, 12) AS {column}"
    if column == "unionid":
        return f"left({column}, 1) || '{copy}' || substr({column}, 3) AS {column}"
    return f"'{copy}' || {column} AS {column}"


def copied(source: str, columns: tuple[str, ...], copy: str) -> str:
    return f"SELECT * REPLACE ({', '.join(renamed(column, copy) for column in columns)}) FROM {source}"


def make(folder: Path, of: Path, copies: int, memory: str, threads: int) -> None:
    """Writes the case into `folder`, which is replaced as a whole once the case is complete."""
    if not is_current(of) or copies > len(string.ascii_lowercase):
        raise ValueError(f"{of} is not a case of this generator, or {copies} copies are too many")
    work = folder.with_name(folder.name + ".part")
    shutil.rmtree(work, ignore_errors=True)
    for part in ("source-before", "target-after", "lists"):
        (work / part).mkdir(parents=True)
    shutil.copy(of / "case.toml", work)
    letters = string.ascii_lowercase[:copies]
    with duckdb.connect() as db:
        db.execute(
            f"SET memory_limit = '{memory}'; SET threads = {threads}; SET temp_directory = '{work / 'tmp'}'; SET TimeZone = 'UTC'"
        )
        db.execute("SET preserve_insertion_order = true; SET enable_progress_bar = false")
        for role in ("source-before", "target-after"):
            for copy in letters:
                rows = copied(f"read_parquet('{of / role}/*.parquet')", RELATIONS, copy)
                db.execute(
                    f"COPY ({rows}) TO '{work / role}/relations-{copy}.parquet'"
                    " (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE 1048576)"
                )
        for name, columns in LISTS.items():
            rows = f"read_csv('{of / 'lists' / name}.csv', all_varchar = true, header = true)"
            all_copies = " UNION ALL ".join(copied(rows, columns, copy) for copy in letters)
            db.execute(f"COPY ({all_copies}) TO '{work / 'lists' / name}.csv' (HEADER)")
    (work / STAMP).write_text(stamp(copies), encoding="utf-8")
    shutil.rmtree(work / "tmp", ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    work.rename(folder)


def stamp(copies: int) -> str:
    return f"{version()} {copies} copies"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="left as it is where it holds what would be made")
    options.add_argument("of", type=Path, help="the case to copy")
    options.add_argument("copies", type=int)
    options.add_argument("--memory", default="5GB")
    options.add_argument("--threads", type=int, default=2)
    args = options.parse_args()
    made = args.folder / STAMP
    if not made.exists() or made.read_text(encoding="utf-8") != stamp(args.copies):
        make(args.folder, args.of, args.copies, args.memory, args.threads)


if __name__ == "__main__":
    main()
