"""Makes a synthetic case of any size: finished migrations as `qianhe ingest` would leave them on disk.

Everything is derived from row numbers by hashing, so the same size gives the same case, and memory is bounded: the two
snapshots are made and sorted stretch by stretch, in order of their accounts.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
START, FINISH = 1777564800, 1777564800 + 6 * 86400  # 2026-05-01 and 2026-05-07, Shanghai
STRETCH = 12_000_000  # rows of a file
STAMP = "generator.sha256"
OWN_ACCOUNT_ROWS = 3000  # relations that a member has who was in the target corp all along

WORDS = {
    "surnames": (
        "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏"
        "韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    ),
    "syllables": (
        "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文辉力斌健雪梅玲燕红玉兰凤洁琳素云莲真环荣爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉梓涵"
        "浩宇轩然子欣怡诗雨泽晨一诺思远博睿俊豪志鹏海波鑫龙飞翔宁宏婷倩颖晓慧雅琪晗语汐若曦可馨梦瑶"
    ),
    "nicknames": (
        "小雨 阳光 幸福 平安 快乐 静静 小草 海阔天空 随缘 知足常乐 大海 微笑 天天 小燕 蓝天 阿强 "
        "小丽 云淡风轻 清风 岁月静好 小鱼 果果 妞妞 豆豆 乐乐 A 张姐 李哥 王总 平凡 梦想 一生平安 "
        "向日葵 心静如水 简单 雪花 月亮 星空 彩虹 老王 静水流深 家和万事兴 小明 小芳 晴天 樱桃 糖糖 小太阳 "
        "花开富贵 天道酬勤"
    ).split(),
    "adjectives": (
        "快乐的 安静的 奔跑的 爱笑的 蓝色的 远方的 迷路的 温柔的 倔强的 会飞的 午后的 南方的 不睡的 认真的 勇敢的 懒懒的 "
        "微甜的 夏天的 雨中的 山里的 A~ 🌸 追风的 大大的 小小的 沉默的 透明的 热爱生活的 刚好的 自由的"
    ).split(),
    "nouns": (
        "小猫 石头 海 柠檬 猫咪 少年 鱼 风 树 麦子 咖啡 橘子 云朵 大叔 妈妈 汽车 "
        "旅人 西瓜 月光 长颈鹿 木头 老师 星星 小鹿 茶 狐狸 火车 花 河马 年糕 豆浆 松鼠 "
        "阿姨 包子 土豆 泡泡 向日葵 影子 灯 海豚"
    ).split(),
    "projects": ("老客户 全屋定制 二期业主 装修咨询 转介绍 展会 直播间 门店 团购 设计部 待回访 VIP 意向高 已签约 经销商").split(),
    "tags": [
        f"{group}/{name}"
        for group, names in {
            "客户等级": "A B C D 重要 一般",
            "来源": "门店 直播 抖音 朋友推荐 展会 广告 官网",
            "意向": "高 中 低 已成交 流失",
            "年龄": "90后 80后 70后 60后",
            "地区": "华东 华南 华北 西南 西北 东北",
            "产品": "橱柜 衣柜 木门 沙发 床垫 地板 灯具",
        }.items()
        for name in names.split()
    ],
}


@dataclass
class Account:
    """An account of the source corp, and where it was to go."""

    source_userid: str
    target_userid: str
    size: int
    enrolled: bool
    failed: bool
    shows: str  # what the target's dump holds of it: 'all', 'nothing', or rows without names or unionids
    first: int = 0  # number of its first relation


def dice(text: str, sides: int) -> int:
    return int.from_bytes(hashlib.md5(text.encode()).digest()[:8], "big") % sides


def size_of(k: int, relations: int) -> int:
    """One account holds 2 % of everything; most of the others a few thousand, some next to nothing, some are full."""
    if k == 0:
        return relations // 50
    share = dice(f"share{k}", 1000)
    if share < 30:
        return 1 + dice(f"size{k}", 60)
    return 15000 + dice(f"size{k}", 10000) if share < 80 else 5000 + dice(f"size{k}", 3000)


def accounts_of(relations: int) -> list[Account]:
    """The accounts in order of their source userid; that of their target userid has nothing to do with it."""
    names = ["zhang", "wang", "li", "chen", "liu", "zhao", "Huang", "zhou", "wu", "xu", "sun", "ma", "00", "Lin", "gao"]
    shows = {37: "no unionids", 73: "no names", 101: "ids only", 61: "nothing", 136: "nothing"}
    accounts, left = [], relations
    while left > 0:
        k = len(accounts)
        # More than three hundredths, and an account could hold a customer twice: see `write_target` and generate.sql.
        size = min(size_of(k, relations), left, relations * 3 // 100)
        userid = f"{names[dice(f'name{k}', len(names))]}.{dice(f'id{k}', 10**6):06d}{k % 1000:03d}"
        target = f"{'YG' if k % 3 else 'yg_'}{dice(f'target{k}', 10**7):07d}{k:05d}"
        accounts.append(Account(userid, target, size, k % 41 != 5, k % 67 == 11, shows.get(k % 150, "all")))
        left -= size
    accounts.sort(key=lambda account: account.source_userid)
    first = 0
    for account in accounts:
        account.first, first = first, first + account.size
    return accounts


def version() -> str:
    """The version of this generator: its text, and that of DuckDB."""
    texts = [(HERE / name).read_bytes() for name in ("generate.py", "generate.sql")]
    return hashlib.sha256(b"".join([*texts, duckdb.__version__.encode()])).hexdigest()


def is_current(folder: Path) -> bool:
    """Whether the case is there, whole, and made by this generator."""
    stamp = folder / STAMP
    return stamp.exists() and stamp.read_text(encoding="utf-8") == version()


def generate(folder: Path, relations: int, odd: str, memory: str, threads: int) -> None:
    """Writes the case into `folder`, which is replaced as a whole once the case is complete."""
    if relations % 1000:
        raise ValueError("relations have to be a multiple of 1000")
    work = folder.with_name(folder.name + ".part")
    shutil.rmtree(work, ignore_errors=True)
    for role in ("source-before", "target-after", "lists"):
        (work / role).mkdir(parents=True)
    accounts = accounts_of(relations)
    write_case_file(work)
    write_accounts(work / "lists" / "accounts.csv", accounts)
    with duckdb.connect() as db:
        db.execute(
            f"SET memory_limit = '{memory}'; SET threads = {threads}; SET temp_directory = '{work / 'tmp'}'; SET TimeZone = 'UTC'"
        )
        db.execute("SET preserve_insertion_order = true; SET enable_progress_bar = false")
        prepare(db, accounts, relations, odd)
        write_lists(db, work / "lists", relations)
        write_source(db, work / "source-before")
        write_target(db, work / "target-after", relations)
    (work / STAMP).write_text(version(), encoding="utf-8")
    shutil.rmtree(work / "tmp", ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    work.rename(folder)


def write_case_file(folder: Path) -> None:
    (folder / "case.toml").write_text(
        '[case]\nid = "bench"\ntimezone = "Asia/Shanghai"\n\n'
        "[migration]\nstarted_at = 2026-05-01T00:00:00+08:00\nfinished_at = 2026-05-07T00:00:00+08:00\n\n"
        '[policy]\nfail_on = "never"\n',
        encoding="utf-8",
    )


def write_accounts(path: Path, accounts: list[Account]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["source_userid", "target_userid", "assessment", "assessment_reason"])
        for account in accounts:
            if account.enrolled:
                reason = "未开通客户联系" if account.failed else ""
                rows.writerow([account.source_userid, account.target_userid, "fail" if account.failed else "pass", reason])


def prepare(db: duckdb.DuckDBPyConnection, accounts: list[Account], relations: int, odd: str) -> None:
    """The macros, the accounts of the source corp, and those of the target corp that were never to receive anything."""
    text = (HERE / "generate.sql").read_text(encoding="utf-8")
    values = {"odd": odd, "n": str(relations), "start": str(START), "finish": str(FINISH)}
    values |= {name: "[" + ", ".join(f"'{word}'" for word in words) + "]" for name, words in WORDS.items()}
    for name in sorted(values, key=len, reverse=True):
        text = text.replace(f"${name}", values[name])
    db.execute(text)
    db.execute(
        "CREATE TABLE account (source_userid VARCHAR, target_userid VARCHAR, size BIGINT, enrolled BOOLEAN, failed BOOLEAN,"
        " shows VARCHAR, first BIGINT)"
    )
    own = [
        Account("", f"own{k:05d}", OWN_ACCOUNT_ROWS, False, False, "all", 2 * relations + k * OWN_ACCOUNT_ROWS)
        for k in range(max(2, len(accounts) // 100))
    ]
    for account in accounts + own:
        db.execute(
            "INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                account.source_userid or None,
                account.target_userid,
                account.size,
                account.enrolled,
                account.failed,
                account.shows,
                account.first,
            ],
        )


def write_lists(db: duckdb.DuckDBPyConnection, folder: Path, relations: int) -> None:
    """The customer map, a few rows of which contradict others, and the refusals, by every key that they can have."""
    db.execute(f"""
        COPY (
            SELECT source_id(c) AS source_external_userid, target_id(c) AS target_external_userid
            FROM range({relations}) AS customer(c) WHERE is_mapped(c)
            UNION ALL
            SELECT source_id(c), target_id(c + 1) FROM range({relations}) AS customer(c) WHERE is_mapped(c) AND roll(c, 60, 400) = 0
            ORDER BY 1, 2
        ) TO '{folder / "customer_map.csv"}' (HEADER)""")
    db.execute(f"""
        COPY (
            SELECT CASE WHEN how < 8 THEN source_id(c) END AS external_userid,
                   CASE WHEN how = 8 THEN unionid_of(c) END AS unionid,
                   CASE WHEN how = 9 THEN name_of(c) END AS customer_name,
                   CASE WHEN how IN (6, 7, 9) THEN source_userid END AS userid
            FROM (SELECT c, CASE WHEN roll(c, 61, 10) = 8 AND kind_of(c) <> 'full' THEN 0
                                 WHEN roll(c, 61, 10) = 9 AND kind_of(c) = 'bare' THEN 0 ELSE roll(c, 61, 10) END AS how
                  FROM range({relations}) AS customer(c) WHERE is_refused(c))
            ASOF JOIN (FROM account WHERE source_userid IS NOT NULL) ON c >= first
            ORDER BY c
        ) TO '{folder / "refusals.csv"}' (HEADER)""")


def stretches(db: duckdb.DuckDBPyConnection, userid: str) -> list[tuple[str, str]]:
    """The accounts cut into stretches of whole accounts, each as its first and last userid."""
    return db.execute(f"""
        SELECT min({userid}), max({userid})
        FROM (SELECT {userid}, (sum(size) OVER (ORDER BY {userid}) - 1) // {STRETCH} AS stretch
              FROM account WHERE {userid} IS NOT NULL)
        GROUP BY stretch ORDER BY 1""").fetchall()


def copy(db: duckdb.DuckDBPyConnection, rows: str, folder: Path, part: int, parts: int) -> None:
    """One file of canonical relations, sorted as `qianhe ingest` sorts them, in row groups of its size."""
    name = "relations.parquet" if parts == 1 else f"relations-{part:03d}.parquet"
    db.execute(f"""
        COPY (SELECT userid, external_userid, unionid, customer_name, customer_type, is_customer, created_at, add_way, state, remark,
                     description, tags FROM ({rows}) ORDER BY userid, external_userid)
        TO '{folder / name}' (FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE 1048576)""")


def write_source(db: duckdb.DuckDBPyConnection, folder: Path) -> None:
    cuts = stretches(db, "source_userid")
    for part, (low, high) in enumerate(cuts):
        copy(
            db,
            f"""
            SELECT source_userid AS userid, source_id(c) AS external_userid,
                   CASE WHEN kind = 'full' THEN unionid_of(c) END AS unionid, name AS customer_name,
                   CASE WHEN roll(c, 30, 50) = 0 THEN 2 ELSE 1 END::BIGINT AS customer_type, is_customer_of(i) AS is_customer,
                   to_timestamp(source_seconds(i, kind)) AS created_at,
                   CASE WHEN kind <> 'bare' THEN pick([0, 1, 1, 1, 2, 3, 4, 5, 8, 9, 16, 201, 202], roll(i, 31, 10007)) END::BIGINT AS add_way,
                   CASE WHEN roll(i, 32, 5) = 0 THEN 'qr_' || roll(i, 33, 2000) END AS state,
                   remark_of(i, name) AS remark, CASE WHEN roll(i, 34, 20) = 0 THEN '来自' || tag(i, 35) END AS description,
                   CASE WHEN kind <> 'bare' THEN tags_of(i) END AS tags
            FROM (SELECT *, CASE WHEN kind <> 'bare' THEN name_of(c) END AS name
                  FROM (SELECT *, kind_of(c) AS kind
                        FROM (SELECT *, customer_of(i) AS c
                              FROM (SELECT source_userid, unnest(range(first, first + size)) AS i
                                    FROM account WHERE source_userid BETWEEN '{low}' AND '{high}'))))""",
            folder,
            part,
            len(cuts),
        )


def write_target(db: duckdb.DuckDBPyConnection, folder: Path, relations: int) -> None:
    """Who arrived, who strayed to another account, and whom the target accounts added themselves."""
    # Five to seven hundredths away no account holds the same customer: those are tenths away, and no account is that large.
    db.execute(f"""
        CREATE TABLE stray AS
        SELECT i, target_userid, shows
        FROM (SELECT i, (i + {relations // 20} + roll(i, 62, {relations // 50})) % {relations} AS elsewhere
              FROM (SELECT enrolled, failed, shows, unnest(range(first, first + size)) AS i FROM account WHERE source_userid IS NOT NULL)
              WHERE fate_of(i, customer_of(i), enrolled, failed, shows) = 'strayed')
        ASOF JOIN (FROM account WHERE source_userid IS NOT NULL) AS other ON elsewhere >= first
        WHERE other.enrolled AND other.shows <> 'nothing'""")
    cuts = stretches(db, "target_userid")
    for part, (low, high) in enumerate(cuts):
        copy(
            db,
            f"""
            WITH here AS (FROM account WHERE target_userid BETWEEN '{low}' AND '{high}'),
            own AS (SELECT *, unnest(range(first, first + size)) AS i FROM here),
            relation AS (
                SELECT target_userid, shows, i, customer_of(i) AS c, target_seconds(i, CASE WHEN failed THEN 500 ELSE 35 END) AS seconds
                FROM own WHERE source_userid IS NOT NULL AND fate_of(i, customer_of(i), enrolled, failed, shows) = 'arrived'
                UNION ALL
                SELECT target_userid, shows, i, customer_of(i), $start + roll(i, 44, $finish - $start)
                FROM stray WHERE target_userid BETWEEN '{low}' AND '{high}'
                UNION ALL
                SELECT target_userid, shows, i, $n + i, added_seconds(i)
                FROM own WHERE source_userid IS NULL OR (enrolled AND shows <> 'nothing' AND roll(i, 11, 1000) < 12)
            ),
            known AS (
                SELECT *, kind_of(c) AS kind,
                       CASE WHEN shows NOT IN ('no names', 'ids only')
                            THEN name_of(CASE WHEN roll(i, 10, 100) = 0 THEN c + 7 * $n ELSE c END) END AS name
                FROM relation
            )
            SELECT target_userid AS userid, target_id(c) AS external_userid,
                   CASE WHEN shows NOT IN ('no unionids', 'ids only')
                             AND (kind = 'full' AND roll(i, 9, 1000) >= 5 OR kind = 'named' AND roll(i, 9, 1000) < 500)
                        THEN target_unionid_of(c) END AS unionid,
                   name AS customer_name, CASE WHEN roll(c, 30, 50) = 0 THEN 2 ELSE 1 END::BIGINT AS customer_type, true AS is_customer,
                   to_timestamp(seconds) AS created_at, CASE WHEN roll(i, 36, 10) < 9 THEN 202 ELSE 1 END::BIGINT AS add_way,
                   NULL::VARCHAR AS state,
                   CASE WHEN roll(i, 37, 100) < 90 THEN remark_of(i, name_of(c)) WHEN roll(i, 37, 100) < 93 THEN '新-' || name END AS remark,
                   CASE WHEN roll(i, 34, 20) = 0 THEN '来自' || tag(i, 35) END AS description,
                   CASE WHEN kind = 'bare' THEN NULL WHEN roll(i, 38, 100) < 90 THEN tags_of(i)
                        WHEN roll(i, 38, 100) < 95 THEN list_append(tags_of(i), tag(i, 57)) ELSE tags_of(i)[2:] END AS tags
            FROM known""".replace("$start", str(START))
            .replace("$finish", str(FINISH))
            .replace("$n", str(relations)),
            folder,
            part,
            len(cuts),
        )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path, help="left as it is where it holds what would be made")
    options.add_argument("relations", type=int)
    options.add_argument(
        "--odd", choices=("", "twins", "disjoint"), default="", help="a case of what should not be: see generate.sql"
    )
    options.add_argument("--memory", default="5GB")
    options.add_argument("--threads", type=int, default=2)
    args = options.parse_args()
    if not is_current(args.folder):
        generate(args.folder, args.relations, args.odd, args.memory, args.threads)


if __name__ == "__main__":
    main()
