"""Other pages made of one: the same frame and scripts, other data."""

import json
import random
import re
from pathlib import Path

DATA = re.compile(r'(<script type="application/json" id="data">)(.*?)(</script>)', re.S)


def data(path):
    return json.loads(DATA.search(Path(path).read_text(encoding="utf-8")).group(2))


def with_data(path, changed, out):
    text = json.dumps(changed, ensure_ascii=False).replace("<", "\\u003c")
    page = DATA.sub(lambda found: found.group(1) + text + found.group(3), Path(path).read_text(encoding="utf-8"))
    Path(out).write_text(page, encoding="utf-8")
    return out


def column(table, name):
    return next(column for column in table["columns"] if column["name"] == name)


def relations(page_data):
    return next(table for table in page_data["tables"] if table["name"] == "relations")


def large(path, out, rows):
    """A page with so many relations: 200 accounts, every name once."""
    roll = random.Random(1)
    page = data(path)
    table = relations(page)
    table["rows"] = table["total"] = rows
    accounts = [f"member{n:03}" for n in range(200)]
    for cells in table["columns"]:
        name = cells["name"]
        if name == "source_userid":
            cells["texts"], cells["values"] = accounts, [roll.randrange(200) for _ in range(rows)]
        elif name == "source_external_userid":
            cells.pop("texts", None)
            cells["values"] = [f"wm{roll.getrandbits(120):030x}" for _ in range(rows)]
        elif name == "customer_name":
            cells.pop("texts", None)
            cells["values"] = [f"客户{roll.randrange(10**6):06}" for _ in range(rows)]
        elif name == "source_created_at":
            cells["values"] = [1_700_000_000 + roll.randrange(10**7) for _ in range(rows)]
        else:
            cells["values"] = [roll.choice(cells["values"]) for _ in range(rows)]
    return with_data(path, page, out)


def unmeasured(path, out):
    """A page of a case without contract, groups, codes and half of the exports."""
    page = data(path)
    page.update(billing=None, billing_balance=None, groups=None, join_codes=None)
    for export in page["exports"]:
        if export["role"] in ("source-after", "target-before"):
            export.update(relations=None, taken_at=None)
    return with_data(path, page, out)


def cut(path, out):
    """A page of a case with a thousand more missing relations than the page holds."""
    page = data(path)
    share = next(share for share in page["shown"] if share["outcome"] == "missing")
    share["total"] += 1000
    return with_data(path, page, out), share


# What a sheet would take for a formula, or a number, and what markup would.
HOSTILE = ["=1+1", "+cmd", "-2", "@sum", "\tx", "<img src=x onerror=alert(1)>", 'a"b,c', "ok"]


def hostile(path, out):
    page = data(path)
    table = relations(page)
    names, ids = column(table, "customer_name"), column(table, "source_external_userid")
    for cells in (names, ids):
        cells.pop("texts", None)
    rows = table["rows"]
    names["values"] = [HOSTILE[n % len(HOSTILE)] for n in range(rows)]
    ids["values"] = ["00123" if n == 0 else f"w{n}" for n in range(rows)]
    return with_data(path, page, out)
