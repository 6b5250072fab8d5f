"""Makes the workbooks and Parquet files of the field cases; all other inputs are texts, and written by hand.

    python3 -m venv venv && venv/bin/pip install -r tests/field/make-requirements.txt
    venv/bin/python tests/field/make.py

What it makes is committed: the runner needs none of these libraries. The same bytes come out every time, but for the workbook
with a password, whose salt is random, so that it is made only where it is not there.
"""

import datetime
import decimal
import io
import pathlib
import zipfile

import msoffcrypto.format.ooxml
import pyarrow
import pyarrow.parquet
import xlsxwriter

HERE = pathlib.Path(__file__).parent
NAMES = {1: "秦岚", 2: "陆川", 3: "唐宁", 4: "沈默", 5: "方圆", 6: "姜禾", 7: "白露", 8: "夏至", 9: "严冬"}
HEADER = ["userid", "external_userid", "unionid", "customer_name", "created_at"]
TEXT_TIME = "2026-06-02 14:30:00"
OWN = [(1, "ann", "林一"), (2, "ann", "周二"), (4, "bob", "郑四")]
# The same moment on the clock of the case, the start of the migration, and both in seconds since 1970.
MOMENT, START = datetime.datetime(2026, 6, 2, 14, 30), datetime.datetime(2026, 6, 1)
SECONDS = [1_780_381_800, 1_780_243_200]


def target_id(n):
    return f"wmHaitun88{n:022d}"


def source_id(n):
    return f"wmLanshan1{n:022d}"


def unionid(n):
    return f"ouLH{n:024d}"


def row(n, **other):
    """A relation of target-after as texts, by column."""
    cells = {"userid": "qin.mei", "external_userid": target_id(n), "unionid": unionid(n), "customer_name": NAMES.get(n), "created_at": TEXT_TIME}
    return {**cells, **other}


class Book:
    """A workbook whose bytes depend on nothing but its cells."""

    def __init__(self, path, **options):
        self.path = HERE / path
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.buffer = io.BytesIO()
        self.book = xlsxwriter.Workbook(self.buffer, {"in_memory": True, **options})
        self.book.set_properties({"created": datetime.datetime(2026, 6, 6)})

    def sheet(self, rows, name=None):
        """Texts are texts, and a callable writes its cell itself."""
        sheet = self.book.add_worksheet(name)
        for y, cells in enumerate(rows):
            for x, cell in enumerate(cells):
                if callable(cell):
                    cell(sheet, y, x)
                elif cell is not None:
                    sheet.write_string(y, x, cell)
        return sheet

    def close(self):
        self.book.close()
        self.path.write_bytes(self.buffer.getvalue())


def with_markup(path, old, new):
    """Replaces markup in all parts of a workbook."""
    with zipfile.ZipFile(path) as book:
        parts = [(part, book.read(part)) for part in book.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for part, content in parts:
            book.writestr(part, content.replace(old, new))


def number(value, shown=None):
    return lambda sheet, y, x: sheet.write_number(y, x, value, shown)


def cells(*rows):
    return [HEADER] + [list(row.values()) for row in rows]


def parquet(path, rows, columns=None, **options):
    """Columns of texts, but for those that are given as arrays; a row may have more columns than the header."""
    path = HERE / path
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = {name: pyarrow.array([row[name] for row in rows], pyarrow.string()) for name in rows[0]}
    pyarrow.parquet.write_table(pyarrow.table({**texts, **(columns or {})}), path, **options)


def sheets():
    target = "target-after/客户.xlsx"
    book = Book(f"01-headless-sheet/{target}")
    book.sheet(cells(row(1)), "客户")
    book.sheet([list(row(2).values())], "续")
    book.close()

    book = Book(f"01-hidden-sheet/{target}")
    book.sheet(cells(row(1)), "客户")
    book.sheet(cells(row(2)), "旧").hide()
    book.close()

    book = Book(f"01-xlsx-number-id/{target}")
    book.sheet(cells(row(1), row(2, userid=number(2001.5), unionid=None)))
    book.close()

    book = Book("02-hidden-accounts/lists/迁移名单.xlsx")
    book.sheet([["迁出账号", "迁入账号"], ["qinmei", "qin.mei"]], "名单")
    book.sheet([["迁出账号", "迁入账号"], ["guoyu", "guo.yu"]], "第二批").hide()
    book.close()

    book = Book(f"03-words-xlsx/{target}")
    words = enumerate(["#N/A", "[NULL]", "None", "<null>"], 21)
    book.sheet(cells(*[row(n, unionid=word, customer_name=f"新客{n}") for n, word in words], row(3)))
    book.close()

    book = Book(f"04-merged-cells/{target}")
    sheet = book.sheet(cells(row(1), row(2, userid=None), row(3, userid="guo.yu")))
    sheet.merge_range(1, 0, 2, 0, "qin.mei")
    sheet.merge_range(1, 4, 3, 4, TEXT_TIME)
    book.close()

    path = f"04-bare-formula/{target}"
    book = Book(path)
    sheet = book.sheet(cells(row(1), row(2, unionid=None, customer_name=None), row(4, userid="guo.yu")))
    sheet.write_formula(2, 2, '="ouLH"&"0002"')
    sheet.write_formula(2, 3, "=D2")
    book.close()
    # As libraries that calculate nothing write formulas.
    with_markup(HERE / path, b"</f><v>0</v>", b"</f>")

    path = f"09-errors-of-a-workbook/{target}"
    book = Book(path)

    def error(sheet, y, x):
        sheet.write_formula(y, x, "=Z9", None, "#REF!")

    own = [dict(zip(HEADER, [f"{member}.t", f"wmTgtCorpB{n:022d}", f"ouAB{n:024d}", name, "2026-05-02 10:00:00"])) for n, member, name in OWN]
    own[1]["customer_name"] = error
    own[2].update(dict.fromkeys(["external_userid", "unionid", "customer_name"], error))
    book.sheet(cells(*own))
    book.close()
    # As LibreOffice writes it.
    with_markup(HERE / path, b"<v>#REF!</v>", b"<v>Err:502</v>")

    book = Book("09-xlsx-zeros/lists/名单.xlsx")
    zeros = book.book.add_format({"num_format": "00000"})
    book.sheet([["迁出账号", "迁入账号"], [number(417, zeros), "a7"], [number(418), "a8"]])
    book.close()

    book = Book("09-xlsx-long-number/lists/名单.xlsx")
    book.sheet([["迁出账号", "迁入账号"], [number(1_234_567_890_123_456), "qin.mei"]])
    book.close()

    book = Book("09-xlsx-long-number-shown/lists/名单.xlsx")
    digits = book.book.add_format({"num_format": "0"})
    book.sheet([["迁出账号", "迁入账号"], [number(1_234_567_890_123_456, digits), "qin.mei"]])
    book.close()

    book = Book(f"13-pivot-table/{target}")
    book.sheet(cells(row(1), row(2), row(4, userid="guo.yu")), "明细")
    book.sheet([["userid", "external_userid"], ["guo.yu", number(1)], ["qin.mei", number(2)], ["All", number(3)]], "透视")
    book.close()

    book = Book(f"12-name-no-text/{target}")
    book.sheet(cells(row(1), row(2, customer_name=number(8848))))
    book.close()


def dates():
    target = "target-after/客户.xlsx"

    def date(book):
        shown = book.book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        return lambda sheet, y, x: sheet.write_datetime(y, x, MOMENT, shown)

    def error(sheet, y, x):
        sheet.write_formula(y, x, "=INDIRECT(\"Z\"&0)", None, "#REF!")

    book = Book(f"05-xlsx-dates/{target}")
    serial = (MOMENT - datetime.datetime(1899, 12, 30)) / datetime.timedelta(days=1)
    book.sheet(cells(row(1, created_at=date(book)), row(2, created_at=number(serial)), row(3), row(4, created_at=error)))
    book.close()

    book = Book("05-day-and-month-exchanged/source-before/客户.xlsx")
    shown = book.book.add_format({"num_format": "m/d/yyyy h:mm"})
    swapped = datetime.datetime(2026, 4, 5, 10)
    times = [lambda sheet, y, x: sheet.write_datetime(y, x, swapped, shown), "13/03/2026 10:00", "25/03/2026 10:00"]
    own = [[member, f"wmSrcCorpA{n:022d}", f"ouAB{n:024d}", name] for n, member, name in OWN]
    book.sheet([HEADER, *([*row, time] for row, time in zip(own, times))])
    book.close()

    book = Book(f"05-xlsx-1904/{target}", date_1904=True)
    book.sheet(cells(row(1, created_at=date(book))))
    book.close()


def tables():
    target = "target-after/客户.parquet"
    rows = [row(1), row(2)]
    nanos = pyarrow.array([second * 10**9 for second in SECONDS], pyarrow.timestamp("ns", "UTC"))
    decimals = pyarrow.array([decimal.Decimal(second) for second in SECONDS], pyarrow.decimal128(20, 3))
    names = pyarrow.array([row["customer_name"] for row in rows]).dictionary_encode()
    parquet(f"05-parquet-int96/{target}", rows, {"created_at": nanos}, use_deprecated_int96_timestamps=True)
    parquet(f"05-parquet-decimal/{target}", rows, {"created_at": decimals})
    parquet(f"05-parquet-double/{target}", rows, {"created_at": pyarrow.array([float(second) for second in SECONDS]), "customer_name": names})
    parquet(f"05-parquet-millis/{target}", rows, {"created_at": pyarrow.array([second * 1000 for second in SECONDS])})
    parquet(f"05-parquet-nanos/{target}", rows, {"created_at": nanos})

    others = [row(1), row(2, customer_name="川流")]
    parquet(f"01-float-unionids/{target}", others, {"unionid": pyarrow.array([86100001.0, 86100002.0])})
    source = [row(n, userid=None if n == 4 else "qinmei", external_userid=source_id(n), created_at="2025-03-10 09:00:00") for n in range(1, 9)]
    parquet("02-member-null/source-before/客户.parquet", source)
    words = [row(n, unionid=word, customer_name=f"新客{n}") for n, word in enumerate(["nan", "NaN", "NULL", "null"], 21)]
    parquet(f"03-words-parquet/{target}", [*words, row(3)])
    parquet(f"08-unused-columns-parquet/{target}", [row(1)], {"is_blocked": pyarrow.array([False])})
    own = dict(zip(HEADER, ["staff", "cust_no", "wx_union", "nick", "bound_at"], strict=True))
    parquet(f"08-own-table-parquet/{target}", [{own[name]: value for name, value in row.items()} for row in rows])
    parquet(f"09-padded-parquet/{target}", [{name: value.ljust(40) for name, value in row.items()} for row in rows])
    # Sheets that were put one below the other, and loaded as texts.
    english, chinese = dict(zip(HEADER, HEADER)), dict(zip(HEADER, ["添加人账号", "客户ID", "客户UnionID", "客户名称", "添加时间"]))
    parquet(f"04-header-in-parquet/{target}", [row(1), english, dict.fromkeys(HEADER), chinese, row(2)])
    accounts = ["迁出账号", "迁入账号"]
    pairs = [["qinmei", "qin.mei"], accounts, ["guoyu", "guo.yu"]]
    parquet("04-header-in-parquet/lists/accounts.parquet", [dict(zip(accounts, pair)) for pair in pairs])
    others = dict(zip(HEADER, ["external_userid", "userid", "customer_name", "unionid", "created_at"]))
    parquet(f"04-other-header-in-parquet/{target}", [row(1), others, row(2)])
    named = [[{"group_name": "来源", "tag_name": "展会"}, {"group_name": "等级", "tag_name": "VIP"}], [{"group_name": "等级", "tag_name": "VIP"}]]
    parquet(f"06-tags-as-structs/{target}", rows, {"tags": pyarrow.array(named)})
    source = {"external_userid": source_id(1), "name": NAMES[1], "unionid": unionid(1)}
    follow = {"userid": "qinmei", "createtime": 1_741_568_400}
    nested = {"external_contact": pyarrow.array([source]), "follow_info": pyarrow.array([follow])}
    parquet("13-nested-columns/source-before/客户.parquet", [{}], nested)
    parquet("13-nested-time/source-before/客户.parquet", [{**source, "userid": "qinmei"}], {"follow_info": pyarrow.array([follow])})
    parquet("13-brotli/target-after/part.parquet", [row(1)], compression="brotli")
    parquet("13-partitioned/target-after/relations/dt=2026-06-06/part.parquet", [row(1)])


def with_password():
    path = HERE / "13-password/target-after/客户.xlsx"
    if path.exists():
        return
    book = Book(path)
    book.sheet(cells(row(1)))
    book.close()
    plain = io.BytesIO(path.read_bytes())
    with path.open("wb") as file:
        msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("haitun", file)


if __name__ == "__main__":
    sheets()
    dates()
    tables()
    with_password()
