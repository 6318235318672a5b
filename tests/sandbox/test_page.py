"""The page, as it is served and as a person uses it in a browser."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect, sync_playwright

from .conftest import RunningSandbox
from .fake_product import FakeProduct
from .serving import wait_for

PAGE = Path(__file__).parents[2] / "bot" / "sandbox" / "page"
PHONE = "+212612345678"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(params=[(390, 844), (1280, 800)], ids=["phone", "desk"])
def page(request: pytest.FixtureRequest, sandbox: RunningSandbox) -> Iterator[Page]:
    """The page in Chromium; any error of its scripts fails the test."""
    width, height = request.param
    installed = next((path for path in map(shutil.which, _BROWSERS) if path), None)
    errors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or installed, args=["--no-sandbox"]
        )
        opened = browser.new_page(viewport={"width": width, "height": height})
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.goto(f"{sandbox.url}/sandbox")
        opened.wait_for_selector("html[data-ready]")
        yield opened
        browser.close()
    assert errors == []


def say(phone: Locator, text: str) -> None:
    phone.locator("textarea").fill(text)
    phone.locator(".round--send").click()


def write_as_bot(sandbox: RunningSandbox, product: FakeProduct, **message: object) -> None:
    """The bot answers the person who wrote last."""
    chat = json.loads(product.received[-1].body)["message"]["chat"]["id"]
    path = f"/telegram/bot{sandbox.settings.telegram_bot_token}/sendMessage"
    answer = sandbox.http.post(path, json={"chat_id": chat, **message})
    assert answer.status_code == 200, answer.text


def test_nothing_comes_from_elsewhere(sandbox: RunningSandbox) -> None:
    answer = sandbox.http.get("/sandbox")
    assert answer.headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "unsafe" not in answer.headers["content-security-policy"]
    own = re.findall(r'(?:src|href)="([^"#]+)"', answer.text)
    assert len(own) >= 5
    for address in own:
        assert address.startswith("/sandbox/static/")
        assert sandbox.http.get(address).status_code == 200
    for file in PAGE.rglob("*.*"):
        outside = set(re.findall(r"https?://[^\s\"')]+", file.read_text(encoding="utf-8")))
        assert outside <= {"http://www.w3.org/2000/svg"}, file
    assert not re.search(r"\son\w+=|\sstyle=", answer.text)


def test_places_lie_in_morocco(sandbox: RunningSandbox) -> None:
    places = sandbox.http.get("/sandbox/static/places.json").json()
    assert len(places["inside"]) == 35
    for place in places["inside"]:
        assert 33.2 < place["latitude"] < 34.3
        assert -7.0 < place["longitude"] < -5.6
        assert place["fr"]
        assert place["ar"]


def test_a_conversation_with_buttons(page: Page, sandbox: RunningSandbox, product: FakeProduct) -> None:
    phone = page.locator(".phone")
    phone.get_by_role("tab", name="Telegram").click()
    phone.get_by_role("button", name="START").click()
    wait_for(lambda: product.received)
    markup = {"inline_keyboard": [[{"text": "أقرب محطة", "callback_data": "/find_stop"}]]}
    write_as_bot(sandbox, product, text="مرحبا\nBonjour <b>Amina</b>", reply_markup=markup)
    bubble = phone.locator(".message--theirs .bubble__text")
    expect(bubble).to_have_text("مرحبا\nBonjour <b>Amina</b>", use_inner_text=True)
    assert bubble.evaluate("node => getComputedStyle(node).direction") == "rtl"
    expect(bubble.locator("b")).to_have_count(0)
    phone.get_by_role("button", name="أقرب محطة").click()
    wait_for(lambda: b"callback_query" in product.received[-1].body)
    assert json.loads(product.received[-1].body)["callback_query"]["data"] == "/find_stop"
    expect(phone.locator(".message--mine")).to_have_count(2)


def test_contact_and_place(page: Page, sandbox: RunningSandbox, product: FakeProduct) -> None:
    phone = page.locator(".phone")
    phone.get_by_role("tab", name="Telegram").click()
    say(phone, "salam")
    wait_for(lambda: product.received)
    keyboard = {"keyboard": [[{"text": "Mon numéro", "request_contact": True}]]}
    write_as_bot(sandbox, product, text="Votre numéro ?", reply_markup=keyboard)
    phone.locator(".keyboard").get_by_role("button", name="Mon numéro").click()
    wait_for(lambda: b'"contact"' in product.received[-1].body)
    write_as_bot(sandbox, product, text="Merci", reply_markup={"remove_keyboard": True})
    expect(phone.locator(".keyboard")).to_be_hidden()
    phone.locator('.composer [data-act="pin"]').click()
    phone.locator(".pin select").select_option(label="Tiflet · تيفلت")
    phone.get_by_role("button", name="Envoyer la position").click()
    wait_for(lambda: b'"location"' in product.received[-1].body)
    point = json.loads(product.received[-1].body)["message"]["location"]
    assert (round(point["latitude"], 1), round(point["longitude"], 1)) == (33.9, -6.3)


def test_failed_messages_can_be_sent_again(page: Page, product: FakeProduct) -> None:
    phone = page.locator(".phone")
    product.status = 500
    say(phone, "Bonjour")
    again = phone.locator(".retry")
    expect(again).to_be_visible()
    product.status = 200
    again.click()
    expect(again).to_have_count(0)
    expect(phone.locator(".message--received")).to_have_count(1)
    assert product.received[0].body == product.received[-1].body


def test_a_second_phone_and_its_own_messages(page: Page, sandbox: RunningSandbox) -> None:
    page.locator("#add-open").click()
    page.locator("#add input[name=phone]").fill("06 61 00 00 02")
    page.locator("#add").get_by_role("button", name="Ajouter").click()
    second = page.locator('.phone[data-phone="+212661000002"]')
    expect(second).to_be_in_viewport(ratio=0.6)
    second.get_by_role("tab", name="SMS").click()
    say(second, "Bonjour à tous")
    expect(second.locator(".bubble__segments")).to_have_text("1 SMS · GSM-7")
    wait_for(lambda: sandbox.messages("+212661000002"))
    assert sandbox.messages(PHONE) == []
    page.reload()
    expect(page.locator(".phone")).to_have_count(2)


def test_faults_are_set_from_the_page(page: Page, sandbox: RunningSandbox) -> None:
    page.locator("#faults-open").click()
    page.locator("#faults input[name=error_rate]").fill("0.5")
    page.locator("#faults input[name=down]").check()
    wait_for(lambda: sandbox.http.get("/sandbox/faults").json()["down"])
    assert sandbox.http.get("/sandbox/faults").json()["error_rate"] == 0.5
    expect(page.locator("#faults-open")).to_have_class(re.compile("tool--alarm"))
