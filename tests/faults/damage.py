"""Damaged inputs and reports: files changed in their structure and in their bytes, and commands that read them. A
command may refuse one or take it; it may not panic, hang, call itself broken or leave anything.
"""

import gzip
import hashlib
import io
import json
import random
import re
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

from case import SAMPLES

# Values of 900 levels are put into one another.
sys.setrecursionlimit(10_000)

# fmt: off
PIECES = [
    b'"', b"'", b",", b"=", b"#", b"\n", b"\r", b"\0", b"{", b"[", b"]", b"\x80", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1f\x8b",
    b"PK\x03\x04", b"PAR1", b"&#0;", b'<c r="A1">', "\u202e".encode(), "添加人账号".encode(), b"-" * 40, b"9" * 400,
]
TEXTS = [
    "", " ", "/", "..", "../../etc", "0", "-0", "-1", "00", "0x10", "true", "NaN", "1e999", "1.23E+15", "9" * 40, "１２",
    "-9223372036854775808", "2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31T23:59:60Z", "\\N", "\0", "\n", '"', "\x1b[31m",
    "\u202e", "\ufeff", "👨‍👩‍👧", "ß" * 300, "a" * 70_000, "=1+1", "<script>",
]
# Values of TOML.
VALUES = [
    "1", "-1", "0", "1e400", "nan", "inf", "true", "9223372036854775808", "0.000000000000000000000000000001", '""', "[]", "{}",
    "1979-05-27", "07:32:00", "2026-05-01T00:00:00-23:59", "9999-12-31T23:59:59Z", "[" * 150, "{a=" * 200 + "1" + "}" * 200,
    "'''", '"\\uD800"', '"1e3"', '"-5"', '"99999999999999999999999999"',
]
LINES = ["[case]", "[[contract.payments]]", "[a.b.c]", "[[waivers]]", "x" + ".x" * 3000 + " = 1", "[lists]", "\u202e = 1"]
# Of workbooks: texts of cells and attributes, and tags.
CELLS = [
    *TEXTS, "XFD1048576", "A0", "ZZZZZZ1", "A99999999999", "s", "b", "e", "d", "inlineStr", "&amp;", "&bad;", "&#x110000;",
    "44197.99999", "1E+300",
]
TAGS = ["", "<row>", "</row>", "<![CDATA[", "<!--", "<si/>", "<c/>", '<mergeCell ref="A1:XFD1048576"/>']
# fmt: on
NUMBERS = [0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 2**64, 10**400, 1e308, 5e-324, 0.1, -0.0]


def deep(kind, levels):
    value = None
    for _ in range(levels):
        value = [value] if kind == "list" else {"a": value}
    return value


def hostile(rng):
    """A value of JSON that nobody expects."""
    nested = deep(rng.choice(["list", "object"]), rng.choice([5, 120, 900]))
    small = rng.choice([None, True, False, [], {}, [None], {"": ""}])
    return rng.choice([small, small, nested, rng.choice(TEXTS), rng.choice(NUMBERS)])


def bytes_of(rng, content):
    """Some bytes changed, cut, repeated, left out; some pieces put in."""
    content = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        # The end holds the directories of archives and of Parquet.
        at = rng.randrange(len(content) + 1) if rng.random() < 0.6 else max(len(content) - rng.randrange(1, 2000), 0)
        size = rng.choice([1, 2, 4, 8, 60, 500])
        match rng.randrange(6):
            case 0 if at < len(content):
                content[at] ^= 1 << rng.randrange(8)
            case 1 if at < len(content):
                content[at] = rng.choice([0, 1, 0x7F, 0x80, 0xFF])
            case 2:
                content[at:at] = rng.choice(PIECES)
            case 3:
                del content[at : at + size]
            case 4:
                content[at:at] = content[max(at - size, 0) : at] * rng.choice([1, 2, 50])
            case _:
                if rng.random() < 0.3:
                    del content[at:]
    return bytes(content)


def change_tree(rng, value):
    """The tree with one place changed."""
    places = []

    def walk(parent):
        for key in list(parent.keys() if isinstance(parent, dict) else range(len(parent))):
            places.append((parent, key))
            if isinstance(parent[key], (dict, list)):
                walk(parent[key])

    if not isinstance(value, (dict, list)):
        return hostile(rng)
    walk(value)
    if not places:
        return hostile(rng)
    parent, key = rng.choice(places)
    other, other_key = rng.choice(places)
    match rng.randrange(6):
        case 0:
            del parent[key]
        case 1:
            parent[key] = json.loads(json.dumps(other[other_key]))
        case 2 if isinstance(parent, list):
            parent.extend([parent[key]] * rng.choice([1, 3, 200]))
        case 3 if isinstance(parent, dict):
            names = [key.upper(), key + " ", "errcode", "next_cursor", "userid", *TEXTS[:4]]
            parent[rng.choice(names)] = parent.pop(key)
        case _:
            parent[key] = hostile(rng)
    return value


def json_of(rng, content):
    lines = content.decode(errors="replace").splitlines() if content.lstrip()[:1] in b"{[" else []
    try:
        whole = [json.loads(content)]
        at = 0
    except ValueError:
        at = rng.randrange(len(lines)) if lines else 0
        try:
            whole = lines[:]
            whole[at] = json.loads(lines[at])
        except (ValueError, IndexError):
            return bytes_of(rng, content)
    for _ in range(rng.randint(1, 3)):
        whole[at] = change_tree(rng, whole[at])
    text = "\n".join(
        part if isinstance(part, str) else json.dumps(part, ensure_ascii=rng.random() < 0.5) for part in whole
    )
    if rng.random() < 0.2:
        key = re.search(r'"\w+": ?[^,{}\[\]]+,', text)
        text = text.replace(key.group(), key.group() * 2, 1) if key else text
    return text.encode(errors="surrogatepass")


def toml_of(rng, content):
    lines = content.decode(errors="replace").splitlines()
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines))
        match rng.randrange(7):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, rng.choice(lines))
            case 2:
                lines[at] = lines[at].replace("=", rng.choice([".", "==", "= [", "\0="]), 1)
            case 3:
                lines.insert(at, rng.choice(LINES))
            case _:
                if "=" in lines[at]:
                    key = lines[at].split("=")[0]
                    text = json.dumps(rng.choice(TEXTS), ensure_ascii=False)
                    lines[at] = f"{key}= {rng.choice([text, rng.choice(VALUES)])}"
        if not lines:
            break
    return "\n".join(lines).encode()


def csv_of(rng, content):
    text = content.decode("utf-8-sig", errors="replace")
    rows = [line.split(",") for line in text.splitlines()] or [[""]]
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(rows))
        cell = rng.randrange(len(rows[at]))
        match rng.randrange(7):
            case 0:
                del rows[at][cell]
                rows[at] = rows[at] or [""]
            case 1:
                rows[at].insert(cell, rng.choice(TEXTS))
            case 2:
                rows.insert(at, rows[rng.randrange(len(rows))][:])
            case 3:
                rows[at][cell] = '"' + rows[at][cell]
            case 4:
                rows = [row[cell:] + row[:cell] or [""] for row in rows]
            case _:
                rows[at][cell] = rng.choice(TEXTS)
    ends = rng.choice(["\n", "\r\n", "\r"])
    encoding = rng.choice(["utf-8", "utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be"])
    lines = [rng.choice([",", ",", ",", "\t", ";"]).join(row) for row in rows]
    return ends.join(lines).encode(encoding, errors="replace")


def xml_of(rng, text):
    parts = list(re.finditer(r'="([^"]*)"|>([^<]+)<|<[^>]+>', text))
    if not parts:
        return text
    for found in sorted(rng.sample(parts, min(rng.randint(1, 4), len(parts))), key=lambda part: -part.start()):
        group = next((group for group in (1, 2) if found.group(group) is not None), 0)
        begin, end = found.span(group)
        new = rng.choice(CELLS) if group else rng.choice([*TAGS, found.group() * 2])
        text = text[:begin] + new + text[end:]
    return text


def zip_of(rng, content):
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(packed, "w", rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])) as new,
    ):
        names = old.namelist()
        chosen = rng.choice(names)
        for name in names:
            part = old.read(name)
            if name == chosen:
                match rng.randrange(8):
                    case 0:
                        continue
                    case 1:
                        name = rng.choice(names)
                    case 2:
                        part = bytes_of(rng, part)
                    case _:
                        part = xml_of(rng, part.decode(errors="replace")).encode(errors="replace")
            new.writestr(name, part)
    return packed.getvalue()


def gzip_of(rng, content):
    return gzip.compress(json_of(rng, gzip.decompress(content)))


STRUCTURES = {".json": json_of, ".jsonl": json_of, ".toml": toml_of, ".csv": csv_of, ".xlsx": zip_of, ".gz": gzip_of}
CALLED = {".json": "JSON", ".jsonl": "JSON", ".toml": "case.toml", ".csv": "CSV", ".xlsx": "workbook", ".gz": "gzip"}
CALLED |= {".parquet": "Parquet", ".html": "page"}


def damaged(rng, path, content):
    structure = STRUCTURES.get(path.suffix)
    if structure is None or rng.random() < 0.3:
        return bytes_of(rng, content)
    return structure(rng, content)


def without_checks(rng, reports, path):
    """Makes the manifest agree, so that the readers behind it see the damage."""
    if path.name == "manifest.json":
        return
    manifest = reports / "manifest.json"
    stated = json.loads(manifest.read_text())
    stated.pop("checksums", None)
    stated["reports"][path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest.write_text(json.dumps(stated))


class Damage:
    def __init__(self, case):
        self.case, self.tally = case, case.tally
        self.work = case.folder / "damaged"
        tables = case.folder / "tables"
        shutil.rmtree(tables, ignore_errors=True)
        shutil.copytree(SAMPLES / "sample", tables, ignore=shutil.ignore_patterns("reports"))
        case.check(["ingest", "tables"])
        for role in (tables / "snapshots").glob("*-*"):
            shutil.rmtree(tables / role.name, ignore_errors=True)
            shutil.copytree(role, tables / role.name, ignore=shutil.ignore_patterns("_*"))
        shutil.rmtree(tables / "snapshots")
        case.check(["audit", "tables", "--out", "tables-reports"])
        self.cases = [SAMPLES / "sample", SAMPLES / "console", tables]

    def examine(self, kind, what, args, out):
        """Runs a command on what was damaged."""
        code, _, stderr = self.case.end(self.case.begin(args), timeout=300)
        wrong = []
        if code not in (0, 1, 2) or "panicked" in stderr:
            wrong.append(f"{args[0]} ended with {code}: {stderr.strip()[:300]}")
        if [*self.work.glob(".qianhe-*")] or code == 2 and out and (self.work / out).exists():
            wrong.append(f"{args[0]} left something")
        if wrong:
            kept = Path(tempfile.gettempdir()) / f"qianhe-fault-{what[0]}-{what[1].name}"
            shutil.copyfile(what[1], kept)
            wrong.append(f"damaged file: {kept}")
        self.tally.add(kind, code, wrong)

    def input(self, rng, number):
        sample = rng.choice(self.cases)
        shutil.copytree(sample, self.work / "case", ignore=shutil.ignore_patterns("reports"))
        files = sorted(path for path in (self.work / "case").rglob("*") if path.suffix in CALLED)
        # As often case.toml as any other.
        path = rng.choice([*files, self.work / "case/case.toml"])
        path.write_bytes(damaged(rng, path, path.read_bytes()))
        command = rng.choice(["audit", "audit", "ingest", "precheck"])
        kind = "damaged case.toml" if path.suffix == ".toml" else f"damaged {CALLED[path.suffix]} of a case"
        args = [command, "damaged/case", "--out", "damaged/out", "--quiet"]
        self.examine(kind, (number, path), args, "out")

    def report(self, rng, number):
        reports, sample = self.work / "reports", str(SAMPLES / "sample/reports")
        shutil.copytree(sample, reports)
        files = sorted(path for path in reports.iterdir() if path.suffix in CALLED)
        often = ["manifest.json", "summary.json", "exceptions.xlsx", "relations.parquet"]
        path = rng.choice([*files, *[reports / name for name in often]])
        path.write_bytes(damaged(rng, path, path.read_bytes()))
        if rng.random() < 0.7:
            without_checks(rng, reports, path)
        here, unchecked = ["--reports", "damaged/reports"], rng.choice([[], ["--no-verify"]])
        table = path.stem if path.suffix == ".parquet" else "relations"
        commands = [
            ["verify", "damaged/reports"],
            ["verify", "damaged/reports", "--json"],
            ["explain", "liuyang", *here, *unchecked],
            ["query", f"select * from {table}", *here, *unchecked],
            ["query", "select count(*) from relations where outcome = 'missing'", *here, *unchecked],
            ["compare", "damaged/reports", sample, *unchecked],
            ["compare", sample, "damaged/reports", *unchecked],
            ["audit", str(SAMPLES / "sample"), "--out", "damaged/reports", "--quiet"],
        ]
        kind = "damaged manifest" if path.name == "manifest.json" else f"damaged {CALLED[path.suffix]} among reports"
        self.examine(kind, (number, path), rng.choice(commands), None)


def damage(case, count):
    damage = Damage(case)
    base = random.random()
    for number in range(count):
        rng = random.Random(f"{base} {number}")
        shutil.rmtree(damage.work, ignore_errors=True)
        damage.work.mkdir()
        (damage.report if rng.random() < 0.4 else damage.input)(rng, number)
