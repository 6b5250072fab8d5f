"""A workbook through LibreOffice: opened and saved again it has the same cells, and as CSV nothing in it runs."""

import csv
import datetime
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl

# Every sheet as CSV: commas, quotes, UTF-8, all text quoted, cells as they are and not as they look, no formulas.
CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,true,false,false,false,false,-1"
# A CSV as a careless user opens it: numbers and formulas are recognised.
CARELESS = "CSV:44,34,76,1,,0,false,true,false,false,true"
# What LibreOffice says of itself and not of the file.
HARMLESS = ("convert ", "Writing sheet ", "Warning: failed to launch javaldx")


def soffice(folder, *arguments):
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [os.environ["SOFFICE"], profile, "--headless", *arguments]
    run = subprocess.run(command, capture_output=True, text=True, timeout=180, check=True)
    said = [line for line in (run.stdout + run.stderr).splitlines() if line and not line.startswith(HARMLESS)]
    assert not said, said


def cells(path):
    """Sheet -> place -> value; a formula is none."""
    book = openpyxl.load_workbook(path)
    found = {}
    for sheet in book:
        rows = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        formulas = [(cell.coordinate, cell.value) for cell in rows if cell.data_type == "f"]
        assert not formulas, f"{path.name}, {sheet.title}: formulas {formulas}"
        found[sheet.title] = {cell.coordinate: cell.value for cell in rows}
    return found


def decoded(value):
    """Text as the format means it: `_x005F_` is an underscore. openpyxl leaves that to others."""
    return re.sub("_x([0-9A-F]{4})_", lambda code: chr(int(code[1], 16)), value) if isinstance(value, str) else value


def same(before, after):
    """The same value; spreadsheets round moments to the millisecond and floats to 15 digits."""
    if isinstance(before, datetime.datetime):
        return isinstance(after, datetime.datetime) and abs(after - before) < datetime.timedelta(seconds=1)
    if isinstance(before, (int, float)):
        return isinstance(after, (int, float)) and abs(after - before) <= 1e-12 * max(1, abs(before))
    return decoded(before) == after


def check(path):
    written = cells(path)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        soffice(folder, "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "again"), str(path))
        again = cells(folder / "again" / path.name)
        assert list(again) == list(written), (list(again), list(written))
        for sheet, values in written.items():
            differing = [(at, value, again[sheet].get(at)) for at, value in values.items() if not same(value, again[sheet].get(at))]
            assert not differing, f"{sheet}: {differing[:3]}"

        soffice(folder, "--convert-to", CSV, "--outdir", str(folder / "csv"), str(path))
        saved = sorted((folder / "csv").glob("*.csv"))
        assert len(saved) == len(written), [file.name for file in saved]
        for file in saved:
            with file.open(encoding="utf-8", newline="") as text:
                values = [value for row in csv.reader(text) for value in row]
            risky = [value for value in values if value.startswith(("=", "+", "@", "\t", "\r")) or value.startswith("-") and not number(value)]
            assert not risky, f"{file.name}: {risky}"
            soffice(folder, f"--infilter={CARELESS}", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "careless"), str(file))
            cells(folder / "careless" / f"{file.stem}.xlsx")
    print(f"{path}: {len(written)} sheets, {sum(map(len, written.values()))} cells, the same after LibreOffice; as CSV nothing runs")


def number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


for argument in sys.argv[1:]:
    check(Path(argument))
