"""An open page learns at once what happens elsewhere, and slowly where nothing tells it."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, Route, expect

from bot.services import handoffs
from bot.store.engine import transaction
from bot.store.models import Conversation, InboundMessage
from tests.browser.conftest import OpenWindow
from tests.browser.desk import held_by
from tests.browser.site import NOW, Site

PATIENCE = 30_000
"""Milliseconds: for a busy machine; nothing is polled for while the page's timers stand still."""


def talk_of(site: Site, username: str) -> int:
    with site.sessions() as session:
        found = session.scalars(held_by(username).limit(1)).one()
        return int(found)


def says(site: Site, talk_id: int, words: str) -> None:
    with transaction(site.sessions) as session:
        session.add(
            InboundMessage(
                conversation_id=talk_id,
                channel="whatsapp",
                provider_id=words,
                kind="text",
                text=words,
                raw={},
                received_at=NOW,
            )
        )


def with_standing_timers(page: Page, path: str) -> None:
    """Open a page whose own timers never run out; wait until it listens."""
    page.clock.install()
    page.clock.pause_at(NOW + timedelta(days=3650))
    with page.expect_response(lambda answer: "/console/live" in answer.url):
        page.goto(path)
    page.evaluate("window.stillTheSame = true")


def test_a_message_is_there_at_once_and_the_list_moves(site: Site, open_window: OpenWindow) -> None:
    talk_id = talk_of(site, "organiser-fr")
    holder, other, list_of_other = (
        open_window(name) for name in ("organiser-fr", "organiser-ar", "organiser-ar")
    )
    for page in (holder, other):
        with_standing_timers(page, f"/console/conversations/{talk_id}")
    with_standing_timers(list_of_other, "/console/inbox?tab=waiting")
    holder.locator("#answer").fill("Je vous ")
    says(site, talk_id, "Wach baqi kayn lblayes?")
    for page in (holder, other):
        expect(page.get_by_text("Wach baqi kayn lblayes?").first).to_be_visible(timeout=PATIENCE)
        assert page.evaluate("window.stillTheSame")
    # What is being written stays, and only that somebody wrote is read aloud.
    expect(holder.locator("#answer")).to_have_value("Je vous ")
    holder.clock.run_for(200)
    expect(holder.locator("#announce")).to_have_text("Nouveau message.")

    with transaction(site.sessions) as session:
        free = (
            session.query(Conversation).filter_by(talker="assistant").order_by(Conversation.id.desc()).first()
        )
        assert free is not None
        handoffs.request(session, conversation_id=free.id, reason="distress", now=NOW)
        new = f'a[href="/console/conversations/{free.id}"]'
    expect(list_of_other.locator(new)).to_be_visible(timeout=PATIENCE)
    assert list_of_other.evaluate("window.stillTheSame")


def test_without_a_stream_a_page_asks_now_and_then(site: Site, open_window: OpenWindow) -> None:
    talk_id = talk_of(site, "organiser-ar")
    page = open_window("organiser-ar")
    tries: list[str] = []

    def refuse(route: Route) -> None:
        tries.append(route.request.url)
        route.abort()

    page.route("**/console/live**", refuse)
    page.clock.install()
    page.goto(f"/console/conversations/{talk_id}")
    says(site, talk_id, "Ana hna")
    for _ in range(60):
        page.clock.run_for(2_000)
        page.wait_for_timeout(20)
    expect(page.get_by_text("Ana hna").first).to_be_visible(timeout=PATIENCE)
    # Two minutes by the page's clock: tried anew, ever more slowly.
    assert 2 <= len(tries) <= 8
