"""The same audit in Polars, streaming where Polars can stream: the two large reports, unsorted.

It follows audit.sql step by step: one full join by customer map and unionid, then the weaker methods among the tenth of
the rows that it left over. It takes the namespaces of unionids to be shared, and stops where a key stands several times
on a side.
"""

from __future__ import annotations

import argparse
import shutil
from datetime import datetime, timedelta, timezone, UTC
from pathlib import Path

import polars as pl
from polars import col, lit

SHANGHAI = timezone(timedelta(hours=8))
START, FINISH = (lit(datetime(2026, 5, day, tzinfo=SHANGHAI).astimezone(UTC)).dt.cast_time_unit("us") for day in (1, 7))
CUSTOMER_CAP = 20000
WRITE = {"compression": "zstd", "compression_level": 1}
PAYLOAD = ["userid", "external_userid", "unionid", "customer_name", "created_at", "remark", "tags"]


def run(plan: pl.LazyFrame) -> pl.DataFrame:
    return plan.collect(engine="streaming")


def read_list(case: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(case / "lists" / f"{name}.csv", infer_schema=False)


def side(case: Path, role: str, pairs: pl.DataFrame, userid: str) -> pl.LazyFrame:
    """The relations of a snapshot, each with its place and its pair of accounts."""
    files, before = [], 0
    for path in sorted((case / role).glob("*.parquet")):
        file = pl.scan_parquet(path, row_index_name="record")
        files.append(file.with_columns(row=col("record") + lit(before, dtype=pl.UInt32), file=lit(f"{role}/{path.name}")))
        before += pl.scan_parquet(path).select(pl.len()).collect().item()
    return pl.concat(files).join(pairs.lazy().select("pair", userid, "assessment"), left_on="userid", right_on=userid, how="left")


def first_that_holds(*rules: tuple[pl.Expr, str], otherwise: str | None) -> pl.Expr:
    decided = lit(otherwise, dtype=pl.String)
    for holds, word in reversed(rules):
        decided = pl.when(holds.fill_null(False)).then(lit(word)).otherwise(decided)
    return decided


def tags_kept() -> pl.Expr:
    """Tag ids differ between corps: only `group/name` can be compared."""
    here, there = col("tags"), col("target_tags").fill_null([])
    named = pl.all_horizontal(tags.list.eval(pl.element().str.contains("/", literal=True)).list.all() for tags in (here, there))
    return pl.when((here.list.len() > 0) & named).then(here.list.set_difference(there).list.len() == 0)


def refused_rows(source: pl.LazyFrame, refusals: pl.DataFrame) -> pl.DataFrame:
    by_id = refusals.filter(col("external_userid").is_not_null())
    by_unionid = refusals.filter(col("external_userid").is_null() & col("unionid").is_not_null())
    by_name = refusals.filter(col("external_userid").is_null() & col("unionid").is_null())
    found = []
    for key, rows in (("external_userid", by_id), ("unionid", by_unionid), ("customer_name", by_name)):
        listed = rows.select(key, col("userid").alias("member")).unique().lazy()
        named = source.select("row", key, "userid", *(["external_userid"] if key != "external_userid" else [])).join(
            listed, on=key
        )
        named = named.filter(col("member").is_null() | (col("member") == col("userid")))
        if key == "customer_name":
            # One by name alone holds only where the name stands for a single customer.
            named = run(named).filter(col("external_userid").n_unique().over("customer_name", "member") == 1).lazy()
        found.append(run(named.select("row")))
    return pl.concat(found).unique()


class Weaker:
    """What the full join left over, and what the weaker methods make of it."""

    def __init__(self, source: pl.DataFrame, target: pl.DataFrame) -> None:
        self.source, self.target = source, target
        self.found: list[pl.DataFrame] = []
        self.ambiguous: list[pl.DataFrame] = []
        self.spoken_for: list[pl.DataFrame] = []
        self.settled_elsewhere: list[pl.DataFrame] = []

    def left(self, rows: pl.DataFrame, row: str, *settled: list[pl.DataFrame]) -> pl.DataFrame:
        for frames in settled:
            for frame in frames:
                rows = rows.join(frame, on=row, how="anti")
        return rows

    def by_name(self) -> None:
        """Never two rows that both have a unionid, nor a row that the map names; see audit.sql."""
        names = ["pair", "customer_name"]
        known = col("pair").is_not_null() & col("customer_name").is_not_null()
        source = self.source.filter(known & col("mapped_id").is_null())
        target = self.target.filter(known & ~col("is_image"))
        has, lacks = col("unionid").is_not_null().sum(), col("unionid").is_null().sum()
        keys = source.group_by(names).agg(a=has, b=lacks).join(target.group_by(names).agg(p=has, q=lacks), on=names)
        keys = keys.with_columns(pl.col("a", "b", "p", "q").cast(pl.Int64)).with_columns(
            n=pl.when(col("q") > 0).then("a").otherwise(0) + col("b"),
            m=pl.when(col("b") > 0).then("p").otherwise(0) + col("q"),
            mixed=(col("a") > 0) & (col("b") > 0) & (col("p") > 0) & (col("q") > 0),
        )
        keys = keys.filter((col("n") > 0) & (col("m") > 0)).with_columns(
            joins=(col("n") <= col("m")) & (~col("mixed") | (col("a") <= col("q")))
        )
        source = source.join(keys, on=names).filter((col("q") > 0) | col("unionid").is_null())
        target = target.join(keys, on=names).filter((col("b") > 0) | col("unionid").is_null())
        self.ambiguous.append(source.filter(~col("joins")).select("source_row"))
        self.spoken_for.append(target.filter(~col("joins")).select("target_row"))
        source = source.filter("joins").with_columns(last=col("mixed") & col("unionid").is_null())
        source = source.sort("last", "source_created_at", "source_id", nulls_last=True)
        source = source.with_columns(place=pl.int_range(1, pl.len() + 1).over(names))
        target = target.filter("joins").with_columns(kind=col("mixed") & col("unionid").is_not_null())
        target = target.sort("target_created_at", "target_id", nulls_last=True)
        target = target.with_columns(rank=pl.int_range(1, pl.len() + 1).over(*names, "kind")).with_columns(
            place=pl.when(~col("mixed"))
            .then("rank")
            .when("kind")
            .then(col("a") + col("rank"))
            .when(col("rank") <= col("a"))
            .then("rank")
            .otherwise(col("p") + col("rank"))
        )
        joined = source.select(*names, "place", "source_row").join(
            target.select(*names, "place", "target_row"), on=[*names, "place"]
        )
        self.found.append(joined.select("source_row", "target_row", match_method=lit("name"), misplaced=lit(False)))

    def found_rows(self, row: str) -> list[pl.DataFrame]:
        return [frame.select(row) for frame in self.found]

    def elsewhere(self, method: str, source_key: str, target_key: str) -> None:
        """Under another account: among all that no pair of accounts could use."""
        source = self.left(self.source, "source_row", self.found_rows("source_row"), self.settled_elsewhere)
        source = source.filter((col("scope") == "in_scope") & ~col("refused") & col(source_key).is_not_null())
        target = self.left(self.target, "target_row", self.found_rows("target_row"), self.spoken_for)
        target = target.filter((col("target_created_at") >= START) & col(target_key).is_not_null())
        source = source.select("source_row", "source_userid", "source_id", "source_created_at", key=source_key)
        target = target.select("target_row", "arrived_userid", "target_id", "target_created_at", key=target_key)
        source, target = source.join(target, on="key", how="semi"), target.join(source, on="key", how="semi")
        source = source.sort("source_created_at", "source_id", "source_userid", nulls_last=True)
        target = target.sort("target_created_at", "target_id", "arrived_userid", nulls_last=True)
        place = pl.int_range(pl.len()).over("key")
        source = source.with_columns(place=place, n=pl.len().over("key"))
        target = target.with_columns(place=place, m=pl.len().over("key"))
        sizes = source.select("key", "n").unique().join(target.select("key", "m").unique(), on="key")
        few, many = sizes.filter(col("n") <= col("m")), sizes.filter(col("n") > col("m"))
        joined = source.join(few, on="key", how="semi").join(target, on=["key", "place"])
        self.found.append(joined.select("source_row", "target_row", match_method=lit(method), misplaced=lit(True)))
        self.ambiguous.append(source.join(many, on="key", how="semi").select("source_row"))
        self.settled_elsewhere.append(self.ambiguous[-1])
        self.spoken_for.append(target.join(many, on="key", how="semi").select("target_row"))

    def run(self) -> None:
        self.by_name()
        self.elsewhere("customer_map", "mapped_id", "target_id")
        self.elsewhere("unionid", "unionid", "target_unionid")


def joined_sides(case: Path, pairs: pl.DataFrame, customer_map: pl.DataFrame) -> pl.DataFrame:
    """The full join by customer map and unionid, with the scope of each source relation."""
    source, target = side(case, "source-before", pairs, "source_userid"), side(case, "target-after", pairs, "target_userid")
    refused = refused_rows(source, read_list(case, "refusals"))
    at_source = source.select("row", "pair", "external_userid").join(
        customer_map.lazy(), left_on="external_userid", right_on="source_id"
    )
    mapped = run(at_source.filter(col("pair").is_not_null()).select(source_row="row", pair="pair", target_id="target_id"))
    at_target = target.select("row", "pair", "external_userid").join(
        mapped.lazy(), left_on=["pair", "external_userid"], right_on=["pair", "target_id"]
    )
    mapped = run(at_target.select("source_row", target_row="row", mapped_key=lit("=") + col("external_userid")))
    keyed = pl.coalesce("mapped_key", "unionid").alias("key")
    left = (
        source.select("row", "pair", "assessment", "is_customer", "file", "record", *PAYLOAD)
        .join(mapped.lazy().select("source_row", "mapped_key"), left_on="row", right_on="source_row", how="left")
        .join(refused.lazy().with_columns(refused=lit(True)), on="row", how="left")
        .with_columns(
            keyed,
            col("refused").fill_null(False),
            scope=first_that_holds(
                (~col("is_customer"), "external_contact"),
                (col("pair").is_null(), "not_enrolled"),
                (col("assessment") == "fail", "assessment_failed"),
                (col("created_at") >= START, "added_after_start"),
                otherwise="in_scope",
            ),
        )
        .drop("assessment", "is_customer", "mapped_key")
        .rename(
            {"row": "source_row", "userid": "source_userid", "external_userid": "source_id", "created_at": "source_created_at"}
        )
    )
    right = (
        target.select("row", "pair", *PAYLOAD)
        .join(mapped.lazy().select("target_row", "mapped_key"), left_on="row", right_on="target_row", how="left")
        .with_columns(keyed)
        .select(
            "key",
            pair="pair",
            target_pair="pair",
            target_row="row",
            arrived_userid="userid",
            target_id="external_userid",
            target_unionid="unionid",
            target_customer_name="customer_name",
            target_created_at="created_at",
            target_remark="remark",
            target_tags="tags",
        )
    )
    return run(left.join(right, on=["pair", "key"], how="full", suffix="_t").drop("pair_t", "key_t", strict=False))


def audit(case: Path, out: Path) -> None:
    pairs = read_list(case, "accounts").unique().sort("source_userid").with_row_index("pair")
    customer_map = (
        read_list(case, "customer_map").unique().select(source_id="source_external_userid", target_id="target_external_userid")
    )
    # Rows that contradict others are set aside.
    customer_map = customer_map.filter((pl.len().over("source_id") == 1) & (pl.len().over("target_id") == 1))
    joined = joined_sides(case, pairs, customer_map)
    for row in ("source_row", "target_row"):
        if joined[row].drop_nulls().is_duplicated().any():
            raise SystemExit("a key stands several times on a side: not made for that")
    both = pl.all_horizontal(col("source_row", "target_row").is_not_null())
    left = (
        joined.filter(col("target_row").is_null())
        .join(customer_map.rename({"target_id": "mapped_id"}), on="source_id", how="left")
        .select(
            "source_row",
            "pair",
            "source_userid",
            "source_id",
            "unionid",
            "customer_name",
            "source_created_at",
            "scope",
            "refused",
            "remark",
            "tags",
            "file",
            "record",
            "mapped_id",
        )
    )
    images = customer_map.select("target_id", is_image=lit(True))
    right = (
        joined.filter(col("source_row").is_null())
        .join(images, on="target_id", how="left")
        .select(
            "target_row",
            "arrived_userid",
            "target_id",
            "target_unionid",
            "target_customer_name",
            "target_created_at",
            "target_remark",
            "target_tags",
            pair="target_pair",
            unionid="target_unionid",
            customer_name="target_customer_name",
            is_image=col("is_image").fill_null(False),
        )
    )
    weaker = Weaker(left, right)
    weaker.run()
    decided = decide(joined.lazy().filter(both), leftover(joined, pairs, weaker))
    write(decided, weaker, out)


def leftover(joined: pl.DataFrame, pairs: pl.DataFrame, weaker: Weaker) -> pl.DataFrame:
    shown = (
        joined.lazy()
        .filter(col("target_pair").is_not_null())
        .group_by("target_pair")
        .agg(
            relations=pl.len(),
            unionids=col("target_unionid").is_not_null().any(),
            names=col("target_customer_name").is_not_null().any(),
        )
    )
    ambiguous = pl.concat(weaker.ambiguous).unique().with_columns(ambiguous=lit(True))
    rows = weaker.source.join(pl.concat(weaker.found), on="source_row", how="left").join(ambiguous, on="source_row", how="left")
    rows = rows.join(weaker.target.drop("pair", "unionid", "customer_name", "is_image"), on="target_row", how="left")
    rows = rows.join(pairs.select("pair", "target_userid"), on="pair", how="left").join(
        run(shown), left_on="pair", right_on="target_pair", how="left"
    )
    usable = (
        col("mapped_id").is_not_null()
        | (col("unionid").is_not_null() & col("unionids").fill_null(True))
        | (col("customer_name").is_not_null() & col("names").fill_null(True))
    )
    return rows.with_columns(
        col("ambiguous", "misplaced").fill_null(False),
        no_usable_key=~usable,
        target_at_cap=col("relations").fill_null(0) >= CUSTOMER_CAP,
    ).drop("mapped_id", "relations", "unionids", "names")


def outcome_is(*words: str) -> pl.Expr:
    return col("outcome").is_in(words)


def decide(direct: pl.LazyFrame, rest: pl.DataFrame) -> pl.LazyFrame:
    never = {name: lit(False) for name in ("misplaced", "ambiguous", "no_usable_key", "target_at_cap")}
    method = pl.when(col("key").str.starts_with("=")).then(lit("customer_map")).otherwise(lit("unionid"))
    direct = direct.with_columns(match_method=method, target_userid="arrived_userid", **never).drop("key", "target_pair")
    rows = pl.concat([direct, rest.lazy().select(direct.collect_schema().names())])
    in_scope, matched = col("scope") == "in_scope", col("target_row").is_not_null() & ~col("misplaced")
    outcome = first_that_holds(
        (in_scope & matched & col("refused"), "refused_but_arrived"),
        (in_scope & matched & (col("target_created_at") < START), "already_at_target"),
        (in_scope & matched, "migrated"),
        (in_scope & col("refused"), "refused"),
        (in_scope & col("misplaced"), "misplaced"),
        (in_scope & (col("ambiguous") | col("no_usable_key")), "undetermined"),
        (in_scope, "missing"),
        (col("target_created_at") >= START, "arrived_out_of_scope"),
        otherwise="out_of_scope",
    )
    rows = rows.with_columns(outcome=outcome)
    return rows.with_columns(
        reason=pl.when(outcome_is("arrived_out_of_scope", "out_of_scope"))
        .then("scope")
        .otherwise(
            first_that_holds(
                (outcome_is("undetermined") & col("ambiguous"), "ambiguous"),
                (outcome_is("undetermined"), "no_usable_key"),
                (outcome_is("missing") & col("target_at_cap"), "target_at_cap"),
                (outcome_is("missing"), "no_trace"),
                otherwise=None,
            )
        ),
        severity=first_that_holds(
            (outcome_is("refused_but_arrived", "misplaced", "missing"), "defect"),
            (outcome_is("refused", "undetermined", "arrived_out_of_scope"), "review"),
            otherwise="ok",
        ),
    )


def write(decided: pl.LazyFrame, weaker: Weaker, out: Path) -> None:
    any_match = col("target_row").is_not_null()
    decided.select(
        "source_userid",
        col("source_id").alias("source_external_userid"),
        "unionid",
        "customer_name",
        "source_created_at",
        "scope",
        "outcome",
        "reason",
        "severity",
        "match_method",
        "target_userid",
        "arrived_userid",
        col("target_id").alias("target_external_userid"),
        "target_created_at",
        pl.when(col("pair").is_not_null()).then(lit("complete")).alias("target_coverage"),
        "refused",
        lit(None, dtype=pl.Boolean).alias("still_at_source"),
        pl.when(any_match & col("remark").is_not_null())
        .then(col("remark").eq_missing(col("target_remark")))
        .alias("remark_kept"),
        pl.when(any_match).then(tags_kept()).alias("tags_kept"),
        lit(False).alias("waived"),
        col("file").alias("source_file"),
        col("record").cast(pl.Int64).add(1).alias("source_record"),
    ).sink_parquet(out / "relations.parquet", engine="streaming", maintain_order=False, **WRITE)
    origin = first_that_holds(
        (col("target_created_at") < START, "pre_existing"),
        (col("target_created_at").is_null(), "unknown_time"),
        (col("target_created_at") < FINISH, "added_during_migration"),
        otherwise="added_after_migration",
    )
    columns = {
        "target_userid": "arrived_userid",
        "target_external_userid": "target_id",
        "unionid": "target_unionid",
        "customer_name": "target_customer_name",
        "target_created_at": "target_created_at",
    }
    traced = decided.filter(any_match).select(
        **columns, origin="outcome", source_userid="source_userid", source_external_userid="source_id"
    )
    others = weaker.left(weaker.target, "target_row", weaker.found_rows("target_row")).lazy()
    nobody = lit(None, dtype=pl.String)
    others = others.select(**columns, origin=origin, source_userid=nobody, source_external_userid=nobody)
    pl.concat([traced, others]).sink_parquet(out / "target_relations.parquet", engine="streaming", maintain_order=False, **WRITE)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("case", type=Path)
    options.add_argument("out", type=Path)
    args = options.parse_args()
    shutil.rmtree(args.out, ignore_errors=True)
    args.out.mkdir(parents=True)
    audit(args.case, args.out)


if __name__ == "__main__":
    main()
