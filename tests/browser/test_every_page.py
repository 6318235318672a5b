"""Every page of the console in both languages, on a phone and at a desk: pictures, nothing cut or covered, not heavy; and axe in each
language and at each size.

The pictures are kept in build/screenshots/console; look at them after a change.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import OpenWindow
from tests.browser.pages import ShownPage, console_pages, filled
from tests.browser.site import Site

MAX_BYTES = 150_000
AXE = Axe()
OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # In the sun 4.5:1 is not enough.
    "rules": {"color-contrast-enhanced": {"enabled": True}},
    # What is sound is not described, and styles are not fetched once more: half the time.
    "resultTypes": ["violations"],
    "preload": False,
}
READ_BY_AXE = {("fr", "hand"), ("ar", "desk")}
"""Each language and each size once: axe takes most of the time, and what it finds depends on one of the two, not on both."""
FLAWS = (Path(__file__).parent / "flaws.js").read_text(encoding="utf-8")
UNSTICK = """() => document.querySelectorAll(".nav, .actions").forEach((bar) => { bar.style.position = "static"; })"""
OPEN = """() => document.querySelectorAll("details").forEach((each) => { each.open = true; })"""
WEIGHT = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .reduce((sum, entry) => sum + entry.decodedBodySize, 0)"""


@pytest.mark.parametrize("shown", console_pages(), ids=lambda shown: shown.path)
def test_a_page_is_sound(shown: ShownPage, site: Site, shared_windows: OpenWindow, screenshots: Path) -> None:
    with site.sessions() as session:
        address = filled(session, shown.path)
    wrong: list[str] = []
    for language in ("fr", "ar"):
        for size in ("hand", "desk"):
            page = shared_windows(shown.role, language, size)
            answer = page.goto(address)
            assert answer is not None
            assert answer.status in ((404,) if shown.path == "/console/nothing" else (200,)), address
            name = f"{picture_name(shown.path)}-{language}-{size}"
            page.screenshot(path=screenshots / f"{name}.png")
            page.evaluate(OPEN)
            look = flaws if (language, size) in READ_BY_AXE else visible_flaws
            wrong += [f"{name}: {flaw}" for flaw in look(page)]
            weight = page.evaluate(WEIGHT)
            assert weight < MAX_BYTES, f"{name} weighs {weight} bytes"
    assert wrong == []


def flaws(page: Page) -> list[str]:
    """What is wrong with the page as it is shown, and as it is read aloud."""
    seen = visible_flaws(page)
    # What lies under the bar of this moment is scrolled to before it is pressed.
    page.evaluate(UNSTICK)
    found: dict[str, Any] = AXE.run(page, options=OPTIONS).response
    return seen + [
        f"axe {each['id']} ({each['impact']}): {each['nodes'][0]['target']} {each['nodes'][0]['failureSummary']}"
        for each in found["violations"]
        if each["impact"] in ("serious", "critical", "moderate")
    ]


def visible_flaws(page: Page) -> list[str]:
    """What is cut off, covered, outside the window or too small."""
    seen: list[str] = page.evaluate(FLAWS)
    return seen


def picture_name(path: str) -> str:
    return re.sub(r"[^a-z]+", "-", path.removeprefix("/console").lower()).strip("-") or "home"
