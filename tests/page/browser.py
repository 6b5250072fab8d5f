"""A page in headless Chromium, watched: whatever it reaches for or complains of fails the test."""

import contextlib
import os
from pathlib import Path

from playwright.sync_api import sync_playwright

WIDE, PHONE = (1440, 900), (375, 812)
# A page that may not remember anything, as some browsers treat files.
FORGETFUL = "for (const name of ['getItem', 'setItem']) Storage.prototype[name] = () => { throw new Error('denied'); };"


class Watched:
    """Opens pages in one browser, and reports what went wrong in each."""

    def __init__(self, browser):
        self.browser = browser

    @contextlib.contextmanager
    def open(self, path, size=WIDE, theme="light", language="zh", place="", script=""):
        context = self.browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=theme, reduced_motion="reduce", accept_downloads=True)
        page = context.new_page()
        wrong = []
        page.on("console", lambda message: wrong.append(f"console: {message.text}") if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
        page.on("request", lambda request: wrong.append(f"request: {request.url}") if not request.url.startswith(("file:", "data:", "blob:")) else None)
        page.add_init_script(script or f"localStorage.setItem('qianhe.language', '{language}')")
        page.goto(f"{Path(path).resolve().as_uri()}{place}")
        page.wait_for_selector("#tables .tr")
        try:
            yield page
        finally:
            context.close()
        assert not wrong, f"{path} {size} {theme} {language}: {wrong}"


@contextlib.contextmanager
def browser():
    with sync_playwright() as playwright:
        # CI runs as root, where Chromium has no sandbox; the pages are our own.
        chromium = playwright.chromium.launch(executable_path=os.environ["CHROMIUM"], args=["--no-sandbox"])
        try:
            yield Watched(chromium)
        finally:
            chromium.close()
