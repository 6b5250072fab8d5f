"""What a person does with report.html, in headless Chromium: looks, reads both languages, follows numbers, sorts, filters,
exports, prints. Exits with 1 and the reason when something is not as it should be."""

import argparse
import csv
import io
import os
import re
import sys
import time
from pathlib import Path

import pages
from browser import FORGETFUL, PHONE, WIDE, browser

OUT = Path(os.environ["QIANHE_PAGE_DIR"])
LARGE = 100_000


def number(text):
    return int(re.sub(r"[^\d]", "", text))


def settle(page):
    """Waits until the page has drawn what it was asked for: it draws in the next frame."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def found(page):
    """Rows that the table shows, and rows of the table in the page."""
    settle(page)
    return [int(part.replace(",", "")) for part in re.findall(r"[\d,]+", page.text_content(".found"))]


def verdict_of(data, language):
    return data["words"]["verdict"][data["verdict"]][language]


def looks(watched, path, shots, verdict=verdict_of, prefix=""):
    """Every theme, language and width: no complaint, nothing wider than the window, the verdict in words."""
    data = pages.data(path)
    for theme in ("light", "dark"):
        for language, nth in (("zh", 0), ("en", 1)):
            for name, size in (("wide", WIDE), ("phone", PHONE)):
                with watched.open(path, size, theme, language) as page:
                    assert page.get_attribute("html", "lang") == ("zh-CN", "en")[nth]
                    width = page.evaluate("document.documentElement.scrollWidth")
                    assert width <= size[0], f"{name} {language}: the page is {width} wide"
                    assert verdict(data, nth) in page.text_content(".verdict"), verdict(data, nth)
                    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
                    assert (sum(map(int, re.findall(r"\d+", paper)[:3])) > 380) == (theme == "light"), paper
                    if language == "en":
                        cjk = page.evaluate(r"[...document.querySelectorAll('h2, h3, button, th, summary, .lead, dt')].map((e) => e.textContent).filter((text) => text !== '中文').filter((text) => /[\u4e00-\u9fff]/.test(text))")
                        assert not cjk, f"Chinese in the English page: {cjk}"
                    if shots:
                        page.screenshot(path=OUT / f"{prefix}{name}-{theme}-{language}.png", full_page=True)
                        if name == "wide":
                            page.screenshot(path=OUT / f"{prefix}first-{theme}-{language}.png")


def first_screen(watched, path):
    """Verdict, the numbers and the first next steps stand on the first screen."""
    with watched.open(path) as page:
        for what in (".verdict", "#arrived", "#open", "#paid", ".steps .step"):
            box = page.locator(what).first.bounding_box()
            assert box and box["y"] + box["height"] <= WIDE[1], f"{what} is not on the first screen: {box}"


def switches(watched, path):
    """Language and theme change at a click, also where nothing may be remembered."""
    with watched.open(path, script=FORGETFUL) as page:
        assert page.get_attribute("html", "lang") == "zh-CN", "Chinese first"
        page.click('[data-choice="1"]')
        assert page.get_attribute("html", "lang") == "en"
        page.click('[data-choice="dark"]')
        assert page.get_attribute("html", "data-theme") == "dark"
    with watched.open(path) as page:
        page.click('[data-choice="light"]')
        page.reload()
        page.wait_for_selector("#tables .tr")
        assert page.get_attribute("html", "data-theme") == "light", "the choice is remembered"


def follow(page, link, click):
    """Follows a link to rows."""
    href = link.get_attribute("href")
    click()
    page.wait_for_function("(hash) => location.hash === hash", arg=href)
    return href


# Every link from a number to rows, with what it says: bars say theirs beside them, shapes in their name.
LINKS = """(names) => [...document.querySelectorAll("main a[href]")].map((a) => {
    const told = a.querySelector(".amount")?.textContent ?? a.getAttribute("aria-label") ?? a.textContent;
    return { href: a.getAttribute("href"), told: told.split(/[·/]/)[0].match(/[\\d,]+/g)?.at(-1), isFinding: a.matches(".rows-link") };
})"""


def sql_of(table, conditions):
    """The words that must stand in a column of a report, as SQL."""
    quoted = lambda values: ", ".join(f"'{value}'" for value in values)
    where = [f"{name} in ({quoted(values)})" if len(values) > 1 else f"{name} = {quoted(values)}" for name, values in conditions.items()]
    return f"select * from {table['name']} where {' and '.join(where)}"


def leads_to_its_rows(page, data, href, told, sql, is_to_act_on):
    """As many rows as the number says, or as many of them as the page holds: then it says both, and before the rows the SQL
    that gives all of them."""
    rows = pages.held(data, href)
    assert found(page)[0] == len(rows), f"{href}: {found(page)}, and the page holds {len(rows)}"
    missing = told - len(rows)
    assert 0 <= missing <= pages.left_out(data, href, is_to_act_on), f"{href}: {len(rows)} of {told} rows"
    assert page.text_content(".sql-text") == sql, f"{href}: {page.text_content('.sql-text')} for {sql}"
    notes, note = page.locator(".note.cut"), page.text_content(".note")
    assert notes.count() == (missing > 0), f"{href}: {len(rows)} of {told} rows, and the page says: {note}"
    if missing:
        figures = re.findall(r"\d[\d,]*", note)
        assert sorted(figures) == sorted([f"{len(rows):,}", f"{told:,}"]), f"{href}: {len(rows)} of {told} rows, and the page says: {note}"
        tops = [page.locator(selector).bounding_box()["y"] for selector in (".note", ".sql-text", ".grid")]
        # No report holds a reject that is counted and not listed.
        by_sql = min(told, pages.wanted(data, href)[0]["total"])
        assert tops == sorted(tops) and f"{by_sql:,}" in page.text_content(".sql"), f"{href}: the SQL stands before the rows: {tops}"


def numbers_lead_to_rows(watched, path, language="zh"):
    """Each finding with rows has a link, and so has each number of a figure or a chart: it leads to its rows."""
    data = pages.data(path)
    shown = {share["outcome"]: share for share in data["shown"]}
    with watched.open(path, language=language) as page:
        if page.locator(".more").count():
            page.click(".more")
        findings = page.locator(".steps .rows-link")
        with_rows = [finding for finding in data["findings"] if finding["report"]]
        assert findings.count() == len(with_rows) > 0, f"{findings.count()} links for {len(with_rows)} findings"
        for n, finding in enumerate(with_rows):
            href, told = follow(page, findings.nth(n), findings.nth(n).click), number(findings.nth(n).text_content())
            assert told == finding["count"], f"{href}: not the finding {finding['code']}"
            where = "" if finding["filter"] == "true" else f" where {finding['filter']}"
            leads_to_its_rows(page, data, href, told, f"select * from {finding['report']}{where}", finding["severity"] != "info")
        names = [table["name"] for table in data["tables"]]
        links = [(n, link) for n, link in enumerate(page.evaluate(LINKS)) if link["href"][1:].split("?")[0] in names and "?" in link["href"] and not link["isFinding"]]
        assert len(links) > len(data["flow"]), f"{len(links)} links"
        for n, link in links:
            # Shapes that others cover are links, too.
            href = follow(page, page.locator("main a[href]").nth(n), lambda: page.locator("main a[href]").nth(n).dispatch_event("click"))
            assert href == link["href"] and link["told"], f"{link} says no number"
            leads_to_its_rows(page, data, href, number(link["told"]), sql_of(*pages.wanted(data, href)), False)
        for word, count in data["relations"]["by_outcome"].items():
            page.evaluate("(hash) => { location.hash = hash; }", f"#relations?outcome={word}")
            page.wait_for_timeout(30)
            settle(page)
            assert found(page)[0] == shown[word]["shown"], word
            assert page.text_content(".sql-text") == f"select * from relations where outcome = '{word}'"
            if shown[word]["shown"] < count:
                assert f"{count:,}" in page.text_content(".note"), f"{word}: the page says what it leaves out"
        flow = page.locator(".flow a .band")
        assert flow.count() == len(data["flow"])


def numbers_lead_to_rows_where_cut(watched, path):
    """The same where the page truly cannot hold all rows to act on."""
    assert pages.is_cut(pages.data(path)), f"{path} holds all rows to act on: make the case larger"
    numbers_lead_to_rows(watched, path)


def things_to_settle(data, _language):
    """The number of findings that ask for something, which the first screen of a precheck says."""
    return str(sum(finding["severity"] in ("defect", "review") for finding in data["findings"]))


def sql_of_precheck(table, conditions):
    """As `sql_of`; a precheck has names of its own, flags, and columns that must hold something."""
    flags = [cells["name"] for cells in table["columns"] if cells["kind"] == "flag"]
    where = lambda name, value: f"{name} is not null" if value is None else f"{name} = {value if name in flags else repr(value)}"
    return f'select * from "precheck-{table["name"]}" where {" and ".join(where(name, values[0]) for name, values in conditions.items())}'


def precheck(watched, path, shots):
    """The page of a precheck: it looks as it should, and its numbers lead to their rows."""
    data = pages.data(path)
    looks(watched, path, shots, things_to_settle, "precheck-")
    first_screen(watched, path)
    on_paper(watched, path, False, 1)
    for language in ("zh", "en"):
        with watched.open(path, language=language) as page:
            findings = page.locator(".steps .rows-link")
            for n in range(findings.count()):
                told = number(findings.nth(n).text_content())
                href = follow(page, findings.nth(n), findings.nth(n).click)
                assert found(page)[0] == told == len(pages.held(data, href)), f"{href}: {found(page)} of {told}"
            asked = {finding["code"] for finding in data["findings"]} & {"A2-codes-will-die", "B5-target-over-cap"}
            assert len(asked) == 2 and findings.count() >= 2, asked
            links = [(n, link) for n, link in enumerate(page.evaluate(LINKS)) if "?" in link["href"] and not link["isFinding"]]
            assert len(links) >= len([count for count in data["relations"]["by_scope"].values() if count]), links
            for n, link in links:
                href = follow(page, page.locator("main a[href]").nth(n), lambda: page.locator("main a[href]").nth(n).dispatch_event("click"))
                assert link["told"], f"{link} says no number"
                sql = sql_of_precheck(*pages.wanted(data, href))
                told = 1 if href.startswith("#accounts?target_userid=") else number(link["told"])
                leads_to_its_rows(page, data, href, told, sql, False)
    page_file = pages.unmeasured_precheck(path, OUT / "unmeasured-precheck.html")
    with watched.open(page_file) as page:
        ids = page.evaluate("[...document.querySelectorAll('.unmeasured')].map((card) => card.id).sort()")
        assert ids == ["bill", "codes", "paid"], ids


def tables(watched, path):
    """Sort, search, choose values, walk by keys, open a row."""
    with watched.open(path, place="#accounts") as page:
        cells = lambda n: settle(page) or page.evaluate("(n) => [...document.querySelectorAll('.space .tr:not([hidden])')].sort((a, b) => a.dataset.row - b.dataset.row).map((row) => row.children[n].textContent)", n)
        accounts = cells(0)
        page.click('[data-sort="source_userid"]')
        assert page.get_attribute(".th >> nth=0", "aria-sort") == "ascending" and cells(0) == sorted(accounts)
        page.click('[data-sort="source_userid"]')
        assert page.get_attribute(".th >> nth=0", "aria-sort") == "descending" and cells(0) == sorted(accounts, reverse=True)
        assert page.evaluate("location.hash") == "#accounts?sort=-source_userid"
        page.click('[data-sort="source_userid"]')
        assert cells(0) == accounts, "the third click is as it was"
        page.fill(".search", accounts[0].upper())
        assert accounts[0] in cells(0) and found(page)[0] < found(page)[1], "search looks past upper and lower case"
        assert "strpos(lower(source_userid)" in page.text_content(".sql-text")
        page.fill(".search", "")
        page.focus(".grid")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        assert accounts[1] in page.text_content("dialog"), "Enter opens the row"
        page.keyboard.press("Escape")
        settle(page)
        assert page.evaluate("document.activeElement.className") == "grid" and page.locator("dialog").count() == 0
        page.click('[data-table="relations"]')
        before = found(page)[0]
        page.click('[data-filter="severity"]')
        page.click('dialog input[value="defect"]')
        page.keyboard.press("Escape")
        assert 0 < found(page)[0] < before and page.evaluate("location.hash") == "#relations?severity=defect"
        page.click(".chip")
        assert found(page)[0] == before, "a chip takes its condition out"


def searches_what_it_shows(watched, path):
    """A search for the Chinese of a text that the report holds in English finds it, and so does its SQL."""
    with watched.open(path, place="#billing") as page:
        page.fill(".search", "附加费")
        assert found(page)[0] >= 1 and "basis = 'contract + surcharge'" in page.text_content(".sql-text")
    with watched.open(path, place="#billing", language="en") as page:
        page.fill(".search", "附加费")
        assert found(page)[0] == 0, "the English page shows no such text"


def exports(watched, path):
    """CSV of what is shown; no name becomes markup, none a formula."""
    page_file = pages.hostile(path, OUT / "hostile.html")
    with watched.open(page_file, place="#relations") as page:
        rows = found(page)[0]
        assert page.locator(".space img").count() == 0 and "<img src=x" in page.text_content(".space")
        with page.expect_download() as download:
            page.click(".csv")
        text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.startswith("\ufeff"), "Excel reads UTF-8 by its mark"
    lines = list(csv.reader(io.StringIO(text[1:], newline="")))
    head, names, ids = lines[0], [], []
    names = [line[head.index("客户名称")] for line in lines[1:]]
    ids = [line[head.index("迁出客户 ID")] for line in lines[1:]]
    guarded = ["'" + name if name[0] in "=+-@\t" else name for name in pages.HOSTILE]
    assert names == [guarded[n % len(guarded)] for n in range(rows)], names
    assert ids[0] == "'00123" and ids[1] == "w1", "an id keeps its zeros"


def unmeasured(watched, path):
    """What was not measured is said to be so."""
    page_file = pages.unmeasured(path, OUT / "unmeasured.html")
    with watched.open(page_file) as page:
        ids = page.evaluate("[...document.querySelectorAll('.unmeasured')].map((card) => card.id).sort()")
        assert ids == ["bill", "codes", "groups", "paid"], ids
        assert page.locator(".exports .absent").count() == 2
        tabs = page.evaluate("[...document.querySelectorAll('[role=tab]')].map((tab) => tab.dataset.table)")
        assert not {"billing", "groups", "join_codes"} & set(tabs), tabs


def says_what_is_cut(watched, path):
    """Where a report has more rows than the page holds, the page says how many of how many, and gives the SQL for all."""
    page_file, share = pages.cut(path, OUT / "cut.html")
    numbers_lead_to_rows(watched, page_file, "en")
    with watched.open(page_file, place="#relations?outcome=missing") as page:
        note = page.text_content(".note")
        assert f"收录 {share['shown']:,} 行" in note and f"共 {share['total']:,} 行" in note, note
        page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text) => { window.copied = text; } } })")
        page.click(".sql button")
        assert page.evaluate("window.copied") == "select * from relations where outcome = 'missing'"
        page.fill(".search", "a")
        settle(page)
        assert page.locator(".note.cut").count() == 0, "how many rows hold a text, the page does not know"
    with watched.open(page_file, place="#relations", language="en") as page:
        note = page.text_content(".note")
        assert f"Of {share['total']:,} rows" in note and "SQL" in note, note
    with watched.open(path, place="#relations?outcome=missing") as page:
        assert page.locator(".note.cut").count() == 0


def on_paper(watched, path, shots, least=3):
    """In print: no controls, all next steps, the first rows of the tables, by day even where the screen is dark."""
    with watched.open(path, theme="dark") as page:
        page.emulate_media(media="print")
        is_seen = lambda selector: page.locator(selector).first.is_visible()
        assert not is_seen(".controls") and not is_seen(".tables") and is_seen(".paper table")
        assert page.locator(".step:visible").count() == page.locator(".step").count(), "all next steps"
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        pdf = page.pdf(prefer_css_page_size=True, print_background=True)
        sheets = len(re.findall(rb"/Type\s*/Page\b", pdf))
        assert sheets >= least, f"{sheets} pages"
        if shots:
            (OUT / "report.pdf").write_bytes(pdf)


# Milliseconds that a person waits without noticing much; on a busy machine a test must not fail by chance.
LIMITS = {"open": 8000, "sort": 1500, "search": 1000, "filter": 1000, "scroll": 30, "jump": 150}


def work_of_scrolling(page, step):
    """What scripts, styles and layout take of each frame, on average, when each scrolls by `pixels` pixels."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    spent = lambda: sum(metric["value"] for metric in session.send("Performance.getMetrics")["metrics"] if metric["name"] in ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration"))
    before, frames = spent(), 60
    page.evaluate("""async ([step, frames]) => {
        const grid = document.querySelector(".grid");
        for (let n = 0; n < frames; n++) {
            grid.scrollTop = (n * step) % (grid.scrollHeight - grid.clientHeight);
            await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
        }
    }""", [step, frames])
    return (spent() - before) * 1000 / frames


def is_quick(watched, path):
    """A hundred thousand rows: how long each action takes until the rows stand there."""
    page_file = pages.large(path, OUT / "large.html", LARGE)
    took = {}
    begin = time.monotonic()
    with watched.open(page_file, place="#relations") as page:
        took["open"] = (time.monotonic() - begin) * 1000
        assert found(page) == [LARGE, LARGE]
        timed = lambda script: page.evaluate(f"() => {{ const begin = performance.now(); {script}; document.querySelector('.grid').offsetHeight; return performance.now() - begin; }}")
        columns = ("customer_name", "source_external_userid", "source_created_at", "outcome")
        took["sort"] = max(timed(f"document.querySelector('[data-sort=\"{name}\"]').click()") for name in columns for _ in range(2))
        search = "const box = document.querySelector('.search'); box.value = '{}'; box.dispatchEvent(new Event('input'))"
        took["search"] = max(timed(search.format(text)) for text in ("客户12", "wm0a", "member007", ""))
        took["filter"] = timed("document.querySelector('[data-filter=\"source_userid\"]').click(); document.querySelector('dialog input[type=checkbox]').click()")
        page.keyboard.press("Escape")
        page.click(".chip")
        took["scroll"], took["jump"] = work_of_scrolling(page, 240), work_of_scrolling(page, 7919 * 36)
        lines = page.locator(".space .tr").count()
        assert lines < 100, f"{lines} rows in the document"
    print(f"  {LARGE:,} rows, ms:", ", ".join(f"{what} {ms:.0f}" for what, ms in took.items()))
    slow = {what: ms for what, ms in took.items() if ms > LIMITS[what]}
    assert not slow, f"slower than {LIMITS}: {slow}"


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("pages", nargs="+", type=Path, help="report.html")
    arguments.add_argument("--cut", action="append", default=[], type=Path, help="report.html of a case with more to act on than it holds")
    arguments.add_argument("--precheck", action="append", default=[], type=Path, help="precheck.html")
    arguments.add_argument("--no-screenshots", dest="shots", action="store_false")
    given = arguments.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    failed = passed = 0
    with browser() as watched:
        first = given.pages[0]
        checks = [lambda: looks(watched, first, given.shots), lambda: first_screen(watched, first), lambda: switches(watched, first)]
        names = ["looks", "first screen", "switches"]
        for path in given.pages:
            checks.append(lambda path=path: numbers_lead_to_rows(watched, path))
            names.append(f"numbers lead to rows: {path}")
        for path in given.cut:
            checks.append(lambda path=path: numbers_lead_to_rows_where_cut(watched, path))
            names.append(f"numbers lead to rows where cut: {path}")
        for path in given.precheck:
            checks.append(lambda path=path: precheck(watched, path, given.shots))
            names.append(f"precheck: {path}")
        for check in (tables, searches_what_it_shows, exports, unmeasured, says_what_is_cut, is_quick):
            checks.append(lambda check=check: check(watched, first))
            names.append(check.__name__.replace("_", " "))
        checks.append(lambda: on_paper(watched, first, given.shots))
        names.append("on paper")
        for name, check in zip(names, checks):
            # A browser on a busy machine may be late for once; what is wrong fails twice.
            for attempt in ("once", "twice"):
                begin = time.monotonic()
                try:
                    check()
                    passed += 1
                    print(f"ok   {name} ({time.monotonic() - begin:.1f} s)")
                    break
                except Exception as error:  # noqa: BLE001 - every check is reported
                    print(f"FAIL {name}, {attempt}: {type(error).__name__} {error} (line {error.__traceback__.tb_next.tb_lineno if error.__traceback__.tb_next else '?'})")
            else:
                failed += 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
