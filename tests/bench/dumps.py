"""Measures `qianhe ingest` on JSON dumps beside DuckDB, ClickHouse (in process) and Polars: pages of `externalcontact/batch/get_by_user` to Parquet.

The others unnest the pages and write the same columns of relations, unsorted. qianhe also hashes the files, keeps the place
of each record, counts what it cannot read, and sorts by key. All have to have read the same.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import inspect
import json
import os
import shutil
import sys
from pathlib import Path

from bench import ROOT, Run, cost, release_binary, row
from generate import STAMP, WORDS

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
    "duckdb": "DuckDB: `read_json`, unnest, zstd Parquet",
    "clickhouse": "ClickHouse: pages as strings, `JSONExtract`, arrayJoin, zstd Parquet",
    "polars-scan": "Polars: `scan_ndjson`, explode and unnest, zstd Parquet",
    "polars-decode": "Polars: lines by `scan_csv`, `json_decode`, explode and unnest, zstd Parquet",
}
SAME = ("userid", "external_userid", "unionid", "customer_name", "remark", "description", "state", "created_at", "add_way")


def letters(number: int, what: str, length: int) -> str:
    """What ids are made of: six random bits per letter."""
    return base64.urlsafe_b64encode(hashlib.shake_128(f"{what}{number}".encode()).digest(length)).decode()[:length]


def item(number: int) -> dict[str, object]:
    """A relation with the fields that the service documents; some 600 bytes, most of them of the address of a picture, ids
    and names of keys. One customer of eight is a user of WeCom, who has a corp."""
    dice = hashlib.shake_128(b"%d" % number).digest(16)
    name = "".join(WORDS[words][dice[n] % len(WORDS[words])] for n, words in enumerate(("surnames", "syllables", "syllables")))
    in_wecom = dice[3] % 8 == 0
    contact: dict[str, object] = {
        "external_userid": ("wo" if in_wecom else "wm") + "QhJiaJu1" + letters(number, "customer", 22),
        "name": name,
        "type": 2 if in_wecom else 1,
        "avatar": f"http://wx.qlogo.cn/mmhead/{letters(number, 'avatar', 82)}/0",
        "gender": dice[4] % 3,
    }
    if in_wecom:
        attributes = [{"type": 0, "name": "职务", "text": {"value": "店长"}}]
        contact |= {"position": "店长", "corp_name": "奇和家居", "corp_full_name": "奇和家居（上海）有限公司"}
        contact |= {"external_profile": {"external_attr": attributes}}
    else:
        contact |= {"unionid": "o" + letters(number, "union", 27)}
    userid = f"user{number // ACCOUNT_ITEMS:06}"
    follow = {
        "userid": userid,
        "remark": f"{name} {letters(number, 'remark', 4)}" if dice[5] % 3 else "",
        "description": "对接销售\n二次跟进" if dice[6] % 5 == 0 else "",
        "createtime": 1600000000 + int.from_bytes(dice[12:16], "big") % 150000000,
        "tag_id": [f"etQhJiaJu1{letters(dice[7] + tag, 'tag', 22)}" for tag in range(dice[8] % 4)],
        "remark_corp_name": "",
        "remark_mobiles": [f"138{int.from_bytes(dice[12:16], 'big') % 10**8:08}"] if dice[9] % 4 == 0 else [],
        "add_way": dice[10] % 11,
        "oper_userid": userid,
        "state": f"channel-{dice[11] % 40}" if dice[9] % 6 == 0 else "",
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
    stamp = hashlib.sha256((inspect.getsource(item) + inspect.getsource(page)).encode()).hexdigest()
    made = folder / STAMP
    if not made.exists() or made.read_text() != stamp:
        shutil.rmtree(folder, ignore_errors=True)
        pages.mkdir(parents=True)
        of_file = ITEMS_OF_PAGE * PAGES_OF_FILE
        for number in range(-(-items // of_file)):
            firsts = range(number * of_file, min(items, (number + 1) * of_file), ITEMS_OF_PAGE)
            (pages / f"pages-{number:04}.jsonl").write_text("".join(map(page, firsts)))
        (folder / "case.toml").write_text(CASE)
        made.write_text(stamp)
    return sum(file.stat().st_size for file in pages.iterdir())


# The types of a relation, for readers that need them.
CONTACT = {"external_userid": "text", "name": "text", "type": "byte", "unionid": "text"}
FOLLOW = {"userid": "text", "remark": "text", "description": "text", "createtime": "long", "tag_id": "texts"}
FOLLOW |= {"remark_mobiles": "texts", "add_way": "short", "oper_userid": "text", "state": "text"}


def duckdb(folder: Path, out: Path, threads: int) -> None:
    import duckdb

    out.mkdir(parents=True)
    con = duckdb.connect(config={"threads": threads, "preserve_insertion_order": False})
    types = {"text": "varchar", "texts": "varchar[]", "byte": "tinyint", "short": "smallint", "long": "bigint"}
    contact, follow = (", ".join(f"{key} {types[kind]}" for key, kind in keys.items()) for keys in (CONTACT, FOLLOW))
    # Without `sample_size` the first documents are looked through for types, though all are given: pages are large, so that
    # takes several times as long as all the rest.
    con.execute(f"""
        copy (
            with documents as (
                select unnest(response.external_contact_list) as item
                from read_json('{folder}/source-before/*.jsonl', format = 'newline_delimited', auto_detect = false, sample_size = 1,
                    columns = {{response: 'struct(external_contact_list struct(
                        external_contact struct({contact}), follow_info struct({follow}))[])'}})
            )
            select item.follow_info.userid, item.external_contact.external_userid, item.external_contact.unionid,
                item.external_contact.name as customer_name, item.external_contact.type as customer_type,
                item.follow_info.remark, item.follow_info.description, to_timestamp(item.follow_info.createtime) as created_at,
                item.follow_info.add_way, item.follow_info.oper_userid, item.follow_info.state,
                item.follow_info.tag_id, item.follow_info.remark_mobiles
            from documents
        ) to '{out}/relations.parquet' (format parquet, compression zstd, compression_level 1, parquet_version v2)
    """)


def clickhouse(folder: Path, out: Path, threads: int) -> None:
    import chdb

    out.mkdir(parents=True)
    types = {"text": "String", "texts": "Array(String)", "byte": "Int8", "short": "Int16", "long": "Int64"}
    contact, follow = (", ".join(f"{key} {types[kind]}" for key, kind in keys.items()) for keys in (CONTACT, FOLLOW))
    items = f"Array(Tuple(external_contact Tuple({contact}), follow_info Tuple({follow})))"
    # Pages as strings are parsed once, for what is asked for; `JSONEachRow` with the same types takes a third more.
    chdb.query(f"""
        INSERT INTO FUNCTION file('{out}/relations.parquet', 'Parquet')
        WITH item.external_contact AS contact, item.follow_info AS follow
        SELECT follow.userid AS userid, contact.external_userid AS external_userid, contact.unionid AS unionid,
            contact.name AS customer_name, contact.type AS customer_type, follow.remark AS remark,
            follow.description AS description, toDateTime64(follow.createtime, 6, 'UTC') AS created_at,
            follow.add_way AS add_way, follow.oper_userid AS oper_userid, follow.state AS state,
            follow.tag_id AS tag_id, follow.remark_mobiles AS remark_mobiles
        FROM (
            SELECT arrayJoin(JSONExtract(line, 'response', 'external_contact_list', '{items}')) AS item
            FROM file('{folder}/source-before/*.jsonl', 'LineAsString', 'line String')
        )
        SETTINGS max_threads = {threads}, output_format_parquet_compression_method = 'zstd'
    """)


def polars(folder: Path, out: Path, by_line: bool) -> None:
    import polars as pl

    out.mkdir(parents=True)
    types = {"text": pl.String, "texts": pl.List(pl.String), "byte": pl.Int8, "short": pl.Int16, "long": pl.Int64}
    contact, follow = (pl.Struct({key: types[kind] for key, kind in keys.items()}) for keys in (CONTACT, FOLLOW))
    response = pl.Struct({"external_contact_list": pl.List(pl.Struct({"external_contact": contact, "follow_info": follow}))})
    files = folder / "source-before" / "*.jsonl"
    if by_line:
        lines = pl.scan_csv(files, has_header=False, separator="\x01", quote_char=None, schema={"line": pl.String})
        documents = lines.select(pl.col("line").str.json_decode(pl.Struct({"response": response})).struct.field("response"))
    else:
        documents = pl.scan_ndjson(files, schema={"response": response})
    (
        documents.select(pl.col("response").struct.field("external_contact_list").alias("item"))
        .explode("item")
        .unnest("item")
        .unnest("external_contact", "follow_info")
        .rename({"name": "customer_name", "type": "customer_type"})
        .with_columns(pl.from_epoch("createtime").alias("created_at"))
        .drop("createtime")
        .sink_parquet(out / "relations.parquet", compression="zstd", compression_level=1, engine="streaming")
    )


def disagreement(outs: dict[str, Path]) -> str | None:
    """Who read anything else than the others; texts that are empty are none."""
    import duckdb

    values = {column: f"nullif({column}::varchar, '')" for column in SAME} | {"created_at": "epoch(created_at)::bigint"}
    found = {}
    for name, out in outs.items():
        file = next(out.rglob("relations.parquet"))
        sums = ", ".join(f"sum(hash(external_userid, {value}))" for value in values.values())
        found[name] = duckdb.sql(f"select count(*), {sums} from '{file}'").fetchall()
    first, *others = found
    told = [name for name in others if found[name] != found[first]]
    return f"{', '.join(told)} did not read what {first} read" if told else None


def main() -> None:
    options = argparse.ArgumentParser(prog="tests/bench/run dumps", description=__doc__)
    options.add_argument("--items", type=int, default=2_000_000, help="relations in the dumps, some 600 bytes each")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--qianhe", type=Path, help="the release binary [default: target/release/qianhe, built if absent]")
    options.add_argument("--memory", help="passed on to qianhe")
    options.add_argument("--only", choices=DOES, help=argparse.SUPPRESS)
    args = options.parse_args()
    folder = Path(os.environ.get("QIANHE_BENCH_DIR", ROOT / "target" / "bench")).resolve() / f"dumps-{args.items}"
    outs = {name: folder.with_suffix(".out") / name for name in DOES}
    if args.only == "duckdb":
        return duckdb(folder, outs["duckdb"], args.threads)
    if args.only == "clickhouse":
        return clickhouse(folder, outs["clickhouse"], args.threads)
    if args.only in ("polars-scan", "polars-decode"):
        return polars(folder, outs[args.only], by_line=args.only == "polars-decode")
    size = make(folder, args.items)
    memory = ["--memory", args.memory] if args.memory else []
    binary = str(release_binary(args.qianhe))
    commands = {"qianhe": [binary, "ingest", str(folder), "--out", str(outs["qianhe"]), "--quiet", *memory]}
    for name in list(DOES)[1:]:
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
    wrong = disagreement({name: outs[name] for name in best})
    print(wrong or "all read the same", file=sys.stderr)
    table = f"### {args.items:,} relations in {size / 1e6:,.0f} MB of JSON\n\n"
    table += row("what", "CPU s", "MB per CPU s", "wall s", "peak GiB", "written MB") + row("---", *["---:"] * 5)
    for name, run in best.items():
        figures = (f"{run.cpu:.1f}", f"{size / 1e6 / run.cpu:.0f}", f"{run.wall:.1f}", f"{run.peak / 2**30:.2f}")
        table += row(DOES[name], *figures, f"{run.written / 1e6:.0f}")
    print(table)
    sys.exit(0 if set(best) == set(commands) and not wrong else 1)


if __name__ == "__main__":
    main()
