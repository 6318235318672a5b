"""A new colleague joins: two browsers, a link, a second factor."""

from __future__ import annotations

import re
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Request, expect

from tests.browser.conftest import OpenWindow
from tests.browser.site import Site
from tests.browser.test_every_page import flaws

PASSWORD = "chèvre lune tracteur"


@pytest.mark.parametrize(("language", "size"), [("fr", "hand"), ("ar", "desk")])
def test_a_new_coach_joins_by_a_link(
    open_window: OpenWindow, site: Site, screenshots: Path, language: str, size: str
) -> None:
    organiser = open_window(f"organiser-{language}", size)
    organiser.goto("/console/staff")
    organiser.locator("#name").fill("Imane Tazi")
    organiser.locator("form[action$='/invite'] button").click()
    link = organiser.locator("#link").input_value()
    organiser.screenshot(path=screenshots / f"story-link-{language}-{size}.png")
    assert flaws(organiser) == []

    coach = open_window(None, size, locale=language)
    asked: list[Request] = []
    coach.on("request", lambda each: asked.append(each))
    secret = link.partition("#")[2]
    coach.goto(f"/console/join#{secret}")
    expect(coach.locator("#invitation")).to_be_hidden()
    assert coach.evaluate("location.href") == f"{site.url}/console/join"
    coach.locator("#username").fill(f"imane-{language}")
    coach.locator("#password").fill(PASSWORD)
    coach.locator("#again").fill(PASSWORD)
    coach.screenshot(path=screenshots / f"story-join-{language}-{size}.png")
    assert flaws(coach) == []
    coach.locator("form[action='/console/join'] button").click()
    coach.wait_for_url(re.compile("/console/inbox"))
    # The secret went over the wire once, in the form: in no address and in no header.
    assert [each.url for each in asked if secret in each.url or secret in str(each.headers)] == []
    assert [each.method for each in asked if secret in (each.post_data or "")] == ["POST"]

    coach.goto("/console/account/second-factor")
    coach.locator("form[action='/console/account/second-factor'] button").click()
    expect(coach.locator(".qr svg")).to_be_visible()
    coach.screenshot(path=screenshots / f"story-factor-{language}-{size}.png", full_page=True)
    assert flaws(coach) == []
    coach.locator("#code").fill(pyotp.TOTP(coach.locator(".key").inner_text()).now())
    coach.locator("form[action$='/confirm'] button").click()
    expect(coach.locator(".codes li")).to_have_count(8)
    coach.screenshot(path=screenshots / f"story-codes-{language}-{size}.png")
    assert flaws(coach) == []


def test_the_language_can_be_changed_before_joining(open_window: OpenWindow) -> None:
    page = open_window(None, "hand", locale="fr")
    page.goto("/console/join#the-secret")
    page.locator("form[action='/console/language'] button").click()
    expect(page.locator("html")).to_have_attribute("lang", "ar")
    expect(page.locator("#invitation")).to_have_value("the-secret")


def test_without_script_the_links_code_can_be_pasted(open_window: OpenWindow) -> None:
    page = open_window(None, "hand", locale="fr", java_script_enabled=False)
    page.goto("/console/join#the-secret")
    expect(page.locator("#invitation")).to_be_visible()
