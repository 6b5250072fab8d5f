"""Measures `qianhe ingest` on JSON dumps beside DuckDB and Polars: pages of `externalcontact/batch/get_by_user` to Parquet.

The others unnest the pages and write the same columns of relations, unsorted. qianhe also hashes the files, keeps the place
of each record, counts what it cannot read, and sorts by key.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path

from bench import ROOT, Run, cost, release_binary, row

ITEMS_OF_PAGE = 100
PAGES_OF_FILE = 1000
ACCOUNT_ITEMS = 2000
CASE = """[case]
id = "dumps"
[migration]
started_at = 2026-05-01T00:00:00+08:00
finished_at = 2026-05-07T00:00:00+08:00
"""
DOES = {
    "qianhe": "`qianhe ingest`: all of it",
    "duckdb": "DuckDB: `read_json`, two unnests, zstd Parquet",
    "polars": "Polars: `scan_ndjson`, explode and unnest, zstd Parquet",
}


def item(number: int) -> dict[str, object]:
    digest = hashlib.blake2b(str(number).encode(), digest_size=24).hexdigest()
    contact = {
        "external_userid": f"wmEAAAAA{digest[:24]}",
        "name": f"客户{digest[:4]}",
        "type": 1,
        "avatar": f"http://wx.qlogo.cn/mmhead/{digest}/0",
        "gender": number % 3,
        "unionid": f"ozynqs{digest[24:46]}",
    }
    follow = {
        "userid": f"user{number // ACCOUNT_ITEMS:06}",
        "remark": f"备注{digest[4:8]}" if number % 3 else "",
        "description": "对接销售\n二次跟进" if number % 5 == 0 else "",
        "createtime": 1600000000 + number * 7919 % 150000000,
        "tag_id": [f"etEAAAAA{digest[8:32]}"] if number % 2 else [],
        "remark_mobiles": [f"138{number % 10**8:08}"] if number % 4 == 0 else [],
        "add_way": number % 11,
        "oper_userid": f"user{number // ACCOUNT_ITEMS:06}",
        "state": "",
    }
    return {"external_contact": contact, "follow_info": follow}


def page(first: int) -> str:
    numbers = range(first, first + ITEMS_OF_PAGE)
    document = {
        "endpoint": "externalcontact/batch/get_by_user",
        "request": {"userid_list": [f"user{first // ACCOUNT_ITEMS:06}"], "cursor": "", "limit": ITEMS_OF_PAGE},
        "fetched_at": "2026-04-30T22:00:00+08:00",
        "response": {
            "errcode": 0,
            "errmsg": "ok",
            "external_contact_list": [item(number) for number in numbers],
            "next_cursor": "",
        },
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"


def make(folder: Path, items: int) -> int:
    """Makes the dumps, if they are not there; their size in bytes."""
    pages = folder / "source-before"
    if not (folder / "case.toml").exists():
        pages.mkdir(parents=True, exist_ok=True)
        of_file = ITEMS_OF_PAGE * PAGES_OF_FILE
        for number in range(-(-items // of_file)):
            firsts = range(number * of_file, min(items, (number + 1) * of_file), ITEMS_OF_PAGE)
            (pages / f"pages-{number:04}.jsonl").write_text("".join(map(page, firsts)))
        (folder / "case.toml").write_text(CASE)
    return sum(file.stat().st_size for file in pages.iterdir())


def duckdb(folder: Path, out: Path, threads: int) -> None:
    import duckdb

    out.mkdir(parents=True)
    con = duckdb.connect(config={"threads": threads})
    con.execute(f"""
        copy (
            with documents as (
                select unnest(response.external_contact_list) as item
                from read_json('{folder}/source-before/*.jsonl', format = 'newline_delimited', maximum_object_size = 67108864,
                    columns = {{response: 'struct(external_contact_list struct(
                        external_contact struct(external_userid varchar, name varchar, type tinyint, unionid varchar),
                        follow_info struct(userid varchar, remark varchar, description varchar, createtime bigint, tag_id varchar[],
                            remark_mobiles varchar[], add_way smallint, oper_userid varchar, state varchar))[])'}})
            )
            select item.follow_info.userid, item.external_contact.external_userid, item.external_contact.unionid,
                item.external_contact.name as customer_name, item.external_contact.type <> 2 as is_customer,
                item.follow_info.remark, item.follow_info.description, to_timestamp(item.follow_info.createtime) as created_at,
                item.follow_info.add_way, item.follow_info.oper_userid, item.follow_info.state,
                item.follow_info.tag_id, item.follow_info.remark_mobiles
            from documents
        ) to '{out}/relations.parquet' (compression zstd)
    """)


def polars(folder: Path, out: Path) -> None:
    import polars as pl

    out.mkdir(parents=True)
    texts = pl.List(pl.String)
    contact = pl.Struct({"external_userid": pl.String, "name": pl.String, "type": pl.Int8, "unionid": pl.String})
    follow = pl.Struct(
        {"userid": pl.String, "remark": pl.String, "description": pl.String, "createtime": pl.Int64, "tag_id": texts}
        | {"remark_mobiles": texts, "add_way": pl.Int16, "oper_userid": pl.String, "state": pl.String}
    )
    items = pl.List(pl.Struct({"external_contact": contact, "follow_info": follow}))
    schema = {"response": pl.Struct({"external_contact_list": items})}
    (
        pl.scan_ndjson(folder / "source-before" / "*.jsonl", schema=schema)
        .select(pl.col("response").struct.field("external_contact_list").alias("item"))
        .explode("item")
        .unnest("item")
        .unnest("external_contact", "follow_info")
        .with_columns(pl.from_epoch("createtime").alias("created_at"), is_customer=pl.col("type") != 2)
        .drop("createtime", "type")
        .sink_parquet(out / "relations.parquet", compression="zstd", engine="streaming")
    )


def main() -> None:
    options = argparse.ArgumentParser(prog="tests/bench/run dumps", description=__doc__)
    options.add_argument("--items", type=int, default=2_000_000, help="relations in the dumps, some 470 bytes each")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--qianhe", type=Path, help="the release binary [default: target/release/qianhe, built if absent]")
    options.add_argument("--memory", help="passed on to qianhe")
    options.add_argument("--only", choices=("duckdb", "polars"), help=argparse.SUPPRESS)
    args = options.parse_args()
    folder = Path(os.environ.get("QIANHE_BENCH_DIR", ROOT / "target" / "bench")).resolve() / f"dumps-{args.items}"
    outs = {name: folder.with_suffix(".out") / name for name in DOES}
    if args.only == "duckdb":
        return duckdb(folder, outs["duckdb"], args.threads)
    if args.only == "polars":
        return polars(folder, outs["polars"])
    size = make(folder, args.items)
    memory = ["--memory", args.memory] if args.memory else []
    binary = str(release_binary(args.qianhe))
    commands = {"qianhe": [binary, "ingest", str(folder), "--out", str(outs["qianhe"]), "--quiet", *memory]}
    for name in ("duckdb", "polars"):
        own = ["--items", str(args.items), "--threads", str(args.threads), "--only", name]
        commands[name] = [sys.executable, "-B", __file__, *own]
    best: dict[str, Run] = {}
    for number in range(1, args.rounds + 1):
        for name, command in commands.items():
            run = cost(command, outs[name], args.threads)
            line = f"round {number}, {name}: {run.cpu:.1f} s CPU, {run.wall:.1f} s, {run.peak / 2**30:.2f} GiB, status {run.status}"
            print(line, file=sys.stderr, flush=True)
            if run.status == 0 and (name not in best or run.cpu < best[name].cpu):
                best[name] = run
    table = f"### {args.items:,} relations in {size / 1e6:,.0f} MB of JSON\n\n"
    table += row("what", "CPU s", "MB per CPU s", "wall s", "peak GiB", "written MB") + row("---", *["---:"] * 5)
    for name, run in best.items():
        figures = (f"{run.cpu:.1f}", f"{size / 1e6 / run.cpu:.0f}", f"{run.wall:.1f}", f"{run.peak / 2**30:.2f}")
        table += row(DOES[name], *figures, f"{run.written / 1e6:.0f}")
    print(table)
    sys.exit(0 if set(best) == set(commands) else 1)


if __name__ == "__main__":
    main()
