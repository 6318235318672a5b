"""Two coaches at two browsers and a person who keeps writing: a conversation has one holder, and the assistant is silent."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from bot.services import staff
from bot.store.clock import real_clock
from bot.store.engine import make_engine, make_sessions, transaction
from tests.e2e.phone import Phone
from tests.e2e.product import Product
from tests.e2e.windows import Window

COACH, PASSWORD, SHOWN = "karim", "une-chevre-dans-la-lune", "Karim Idrissi"
WHEN_BOTH_ARE_READY = (
    """() => { setTimeout(() => document.querySelector("form[action$='/take']").requestSubmit(), 400); }"""
)


@pytest.fixture(scope="module")
def coach(product: Product) -> Iterator[tuple[str, str]]:
    """A second account: user name and password."""
    engine = make_engine(product.database_url())
    with transaction(make_sessions(engine)) as session:
        staff.create(session, username=COACH, password=PASSWORD, display_name=SHOWN, now=real_clock())
    yield COACH, PASSWORD
    engine.dispose()


def held(page: Page) -> bool:
    """Whether this browser got the conversation; waits until it knows."""
    page.wait_for_selector("#answer, .actions .notice")
    return page.locator("#answer").count() == 1


def test_of_two_who_take_it_at_once_one_has_it(
    desk: Window, hand: Window, product: Product, coach: tuple[str, str]
) -> None:
    person = Phone(product, "+212670050201", "whatsapp")
    person.send(text="je veux parler à un conseiller", name="Hanane")
    conversation = f"/console/conversations/{product.state('conversations', phone=person.number)[0]['id']}"
    desk.log_in(*product.first_login())
    hand.log_in(*coach)
    for window in (desk, hand):
        window.page.goto(conversation)
    person.mark()
    for window in (desk, hand):
        window.page.evaluate(WHEN_BOTH_ARE_READY)
    person.send(text="vous êtes là ?", wait=False)
    person.send(text="c'est pour un projet", wait=False)
    winner, other = (desk, hand) if held(desk.page) else (hand, desk)
    assert held(winner.page)
    assert not held(other.page)
    expect(other.page.get_by_role("alert")).to_contain_text(re.compile("vient de prendre|أخذ أحد الزملاء"))
    expect(other.page.locator(".actions")).to_contain_text(SHOWN if winner is hand else "Organisateur")
    other.picture("story-handoff-too-late")
    person.wait_until_heard()
    assert person.words() == "", "the assistant wrote although a coach was there"
    expect(winner.page.locator(".bubble.person")).to_have_count(3)
    _talk(winner, other, person)
    _hand_on(winner, other, person)
    _give_back(other, person, product)


def _talk(winner: Window, other: Window, person: Phone) -> None:
    """An answer reaches the person; a note reaches the colleague alone."""
    person.mark()
    winner.page.locator("#answer").fill("Bonjour Hanane, je suis là.")
    winner.page.locator("form[action$='/answer'] button").click()
    assert "je suis là" in person.wait_for_answer()
    person.mark()
    _open(winner.page, "#note")
    winner.page.locator("#note").fill("Projet de fromagerie, à voir avec la coopérative.")
    winner.page.locator("form[action$='/note#tools'] button").click()
    expect(winner.page.locator(".notes")).to_contain_text("fromagerie")
    other.page.reload()
    expect(other.page.locator(".notes")).to_contain_text("fromagerie")
    person.wait_until_heard()
    assert person.words() == "", "the person was told of the note"
    winner.picture("story-handoff-held")


def _hand_on(winner: Window, other: Window, person: Phone) -> None:
    """The colleague has it from that moment, and the first one no more."""
    _open(winner.page, "#to")
    theirs = winner.page.locator("#to optgroup").nth(1).locator("option").first
    winner.page.locator("#to").select_option(theirs.get_attribute("value"))
    winner.page.locator("form[action$='/transfer#tools'] button").click()
    expect(winner.page.locator("#answer")).to_have_count(0)
    expect(other.page.locator("#answer")).to_be_visible()
    person.send(text="merci", wait=False)
    person.wait_until_heard()
    assert person.words() == ""


def _give_back(holder: Window, person: Phone, product: Product) -> None:
    """One sentence, and the assistant answers again."""
    person.mark()
    holder.page.locator("form[action$='/give-back'] button").click()
    holder.page.wait_for_url(re.compile("/console/inbox"))
    person.wait_for_answer()
    assert [message["text"].count("\n") for message in person.answer] == [0]
    assert "je suis de retour" in person.words()
    assert product.state("conversations", phone=person.number)[0]["with"] == "assistant"
    person.send(text="c'est gratuit ?")
    assert "gratuit" in person.words()


def _open(page: Page, field: str) -> None:
    """Open the part of the page that holds a field, where it is closed."""
    part = page.locator("details", has=page.locator(field))
    if not page.locator(field).is_visible():
        part.locator("summary").click()
    expect(page.locator(field)).to_be_visible()
