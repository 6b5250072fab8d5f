"""Other pages made of one: the same frame and scripts, other data."""

import json
import random
import re
from pathlib import Path
from urllib.parse import unquote

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
    """A page of `relations` relations: 200 accounts, every name once."""
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


def unmeasured_precheck(path, out):
    """A page of a precheck without contract and codes."""
    page = data(path)
    page.update(billing=None, billing_balance=None, join_codes=None)
    return with_data(path, page, out)


def wanted(page, place):
    """The table and the conditions that stand in an address."""
    name, _, query = place.removeprefix("#").partition("?")
    table = next(table for table in page["tables"] if table["name"] == name)
    conditions = {}
    for part in filter(None, query.split("&")):
        key, _, value = part.partition("=")
        conditions.setdefault(key.removesuffix("!"), []).append(None if key.endswith("!") else unquote(value))
    return table, conditions


def held(page, place):
    """The rows of the page that an address leads to."""
    table, conditions = wanted(page, place)
    tests = [(column(table, name), values) for name, values in conditions.items()]
    return [row for row in range(table["rows"]) if all(fits(plain(cells, row), values) for cells, values in tests)]


def plain(cells, row):
    """A value as addresses name it; null is the empty text."""
    value = cells["values"][row]
    if value is None:
        return ""
    value = cells["texts"][value] if "texts" in cells else value
    return str(bool(value)).lower() if cells["kind"] == "flag" else str(value)


def fits(text, values):
    return text in values or (None in values and text != "")


def left_out(page, place, is_to_act_on):
    """The rows that an address leads to and that are not in the page, at most; of what is to be acted on, or of all."""
    table, conditions = wanted(page, place)
    if table["name"] == "rejects":
        return table["total"] - table["rows"] + sum(column(table, "not_listed")["values"])
    if table["name"] != "relations" or "shown" not in page:
        return table["total"] - table["rows"]
    asks = [word for word, severity in page["severities"]["outcome"].items() if severity in ("review", "defect")]
    outcomes = conditions.get("outcome", asks if is_to_act_on else page["severities"]["outcome"])
    return sum(share["total"] - share["shown"] for share in page["shown"] if share["outcome"] in outcomes)


def is_cut(page):
    """Whether the page holds only some of the relations that ask for something."""
    return left_out(page, "#relations", True) > 0


def keep(table, rows):
    table["rows"] = len(rows)
    for cells in table["columns"]:
        cells["values"] = [cells["values"][row] for row in rows]


def cut(path, out):
    """The same page with half of the missing relations, half of the groups, and none of the join codes."""
    page = data(path)
    share = next(share for share in page["shown"] if share["outcome"] == "missing")
    share["shown"] //= 2
    table = relations(page)
    missing = held(page, "#relations?outcome=missing")
    dropped = set(missing[share["shown"] :])
    keep(table, [row for row in range(table["rows"]) if row not in dropped])
    for table in page["tables"]:
        if table["name"] in ("groups", "join_codes"):
            keep(table, range(table["rows"] // 2 if table["name"] == "groups" else 0))
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
