"""Inputs replaced by other ones while a run reads them, and single bits turned in what was written."""

import csv
import hashlib
import io
import json
import os
import random
import shutil
import threading
import time
import zipfile
from xml.sax.saxutils import escape

from case import Program

# The console's headers, and the columns of `relations` below them.
SHEET = {
    "客户ID": "source_external_userid",
    "客户名称": "customer_name",
    "添加人账号": "source_userid",
    "添加时间": "source_created_at",
}
FORMATS = "http://schemas.openxmlformats.org"
MAIN, RELATIONS = f"{FORMATS}/spreadsheetml/2006/main", f"{FORMATS}/officeDocument/2006/relationships"
CONTENT = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def related(kind, target):
    """A part that names the one part below it."""
    relation = f'<Relationship Id="rId1" Type="{RELATIONS}/{kind}" Target="{target}"/>'
    return f'<Relationships xmlns="{FORMATS}/package/2006/relationships">{relation}</Relationships>'


# The parts of a workbook but its sheet.
PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{FORMATS}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{CONTENT}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{CONTENT}.worksheet+xml"/></Types>',
    "_rels/.rels": related("officeDocument", "xl/workbook.xml"),
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">'
    '<sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": related("worksheet", "worksheets/sheet1.xml"),
}


def workbook(rows):
    """Bytes of a workbook with one sheet of texts."""
    cells = "".join(
        "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row) + "</row>"
        for row in rows
    )
    head = f'<worksheet xmlns="{MAIN}"><sheetData>'
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**PARTS, "xl/worksheets/sheet1.xml": head + cells + "</sheetData></worksheet>"}.items():
            archive.writestr(name, text)
    return packed.getvalue()


def manifest(folder):
    return json.loads((folder / "manifest.json").read_text())


class Swapped:
    """A case whose one export of the source exists twice; every run reads the one or the other."""

    def __init__(self, case, name, relations):
        self.program, self.tally = Program(case.qianhe, case.folder), case.tally
        self.case = case.folder / f"swapped-{name}"
        self.file = self.case / "source-before" / name
        self.program.check(["demo", str(self.case), "--relations", str(relations)])
        self.versions = [self.make(name, seed) for seed in (1, 2)]
        shutil.rmtree(self.case / "source-before")
        self.file.parent.mkdir()
        self.expected = {}
        for version in self.versions:
            self.put(version)
            for command in ("audit", "ingest"):
                self.program.check([command, str(self.case), "--out", str(self.out(command))])
                self.expected[command, self.vouched(command)] = self.content(command)
            assert self.vouched("audit") == hashlib.sha256(version).hexdigest()

    def make(self, name, seed):
        """The export of another case, as a workbook or as Parquet."""
        made = self.case.with_name(f"{self.case.name}-{seed}")
        self.program.check(["demo", str(made), "--relations", "1500", "--seed", str(seed)])
        if name.endswith(".parquet"):
            self.program.check(["ingest", str(made)])
            return (made / "snapshots/source-before/relations.parquet").read_bytes()
        self.program.check(["audit", str(made)])
        sql = f"select {', '.join(SHEET.values())} from relations"
        _, table, _ = self.program.end(
            self.program.begin(["query", sql, "--reports", str(made / "reports"), "--format", "csv", "--raw"])
        )
        return workbook([list(SHEET), *list(csv.reader(io.StringIO(table)))[1:]])

    def out(self, command):
        return self.case.with_name(f"{self.case.name}-{command}")

    def folder(self, command):
        return self.out(command) / ("snapshots" if command == "ingest" else "")

    def put(self, version):
        """Replaces the file by rename."""
        made = self.case / "made"
        made.write_bytes(version)
        os.replace(made, self.file)

    def vouched(self, command):
        """The digest that the manifest states for the file."""
        return manifest(self.folder(command))["inputs"][f"source-before/{self.file.name}"]

    def content(self, command):
        """The digests of everything that was written."""
        return manifest(self.folder(command))["reports"]

    def runs(self, kind, command, count):
        for _ in range(count):
            shutil.rmtree(self.out(command), ignore_errors=True)
            process = self.program.begin([command, str(self.case), "--out", str(self.out(command)), "--quiet"])
            swapping = threading.Thread(target=self.swap_while, args=(process,))
            swapping.start()
            code, _, stderr = self.program.end(process)
            swapping.join()
            wrong = []
            if code in (0, 1):
                if self.expected.get((command, self.vouched(command))) != self.content(command):
                    wrong = ["vouched for the file that it did not read"]
            elif code != 2:
                wrong = [f"ended with {code}: {stderr[:300]}"]
            self.tally.add(kind, code, wrong)

    def swap_while(self, process):
        at = random.randrange(2)
        while process.poll() is None:
            self.put(self.versions[at])
            at = 1 - at
            time.sleep(random.uniform(0, 0.02))


def swaps(case, count):
    for name, kind in [
        ("customers.xlsx", "workbook swapped by rename while it is read"),
        ("customers.parquet", "Parquet file swapped likewise"),
    ]:
        swapped = Swapped(case, name, 1500)
        swapped.runs(kind, "audit", (count + 1) // 2)
        swapped.runs(kind, "ingest", count // 2)


def turned(path, offset_bit):
    content = bytearray(path.read_bytes())
    offset, bit = offset_bit
    content[offset] ^= 1 << bit
    path.write_bytes(content)


def bits(case, count):
    """Each answer is the one of before, or the damage is reported."""
    copy = case.folder / "turned"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(case.reports, copy)
    missing = "select source_userid from relations where outcome = 'missing' limit 1"
    _, table, _ = case.end(case.begin(["query", missing, "--format", "csv", "--reports", "turned"]))
    queries = [
        ["query", "select * from relations", "--format", "csv"],
        ["query", "select * from accounts", "--json"],
        ["explain", table.splitlines()[1]],
    ]
    queries = [[*query, "--reports", "turned"] for query in queries]
    sound = [case.end(case.begin(query))[:2] for query in queries]
    assert all(code == 0 for code, _ in sound), sound
    for _ in range(count):
        report = random.choice(["relations.parquet", "relations.parquet", "accounts.parquet"])
        shutil.copyfile(case.reports / report, copy / report)
        turned(copy / report, (random.randrange((copy / report).stat().st_size), random.randrange(8)))
        for query, before in zip(queries, sound):
            code, stdout, stderr = case.end(case.begin(query))
            wrong = (
                []
                if code == 2 or (code, stdout) == before
                else [f"{query[1]}: another answer ({code}): {stderr[:300]}"]
            )
            case.tally.add("a bit turned in a report, and a query of it", code, wrong)
        code, _ = case.run(["verify", "turned"])
        case.tally.add("a bit turned in a report, and verify", code, [] if code == 1 else [f"verify ended with {code}"])
        shutil.copyfile(case.reports / report, copy / report)
    ingested(case, count)


def ingested(case, count):
    kind = "a bit turned in an ingested table, and an audit of it"
    folder = case.folder / "ingested"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(case.folder / "case", folder, ignore=shutil.ignore_patterns("reports", "source-*", "target-*"))
    case.check(["ingest", "case", "--out", "ingested"])
    roles = ["source-before", "source-after", "target-before", "target-after"]
    paths = [part for role in roles for part in ("--set", f"snapshots.{role}.path=snapshots/{role}")]
    audit = ["audit", "ingested", "--quiet", *paths]
    case.check(audit)
    sound = manifest(folder / "reports")["reports"]
    tables = sorted(folder.glob("snapshots/*/*.parquet"))
    for _ in range(count):
        table = random.choice(tables)
        before = table.read_bytes()
        turned(table, (random.randrange(len(before)), random.randrange(8)))
        code, stderr = case.run(audit)
        is_same = code in (0, 1) and manifest(folder / "reports")["reports"] == sound
        case.tally.add(kind, code, [] if code == 2 or is_same else [f"{table}: ended with {code}: {stderr[:300]}"])
        table.write_bytes(before)
