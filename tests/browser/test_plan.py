"""A stop is postponed with a preview, and taken back; and what the roles see that may not do it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from bot.core.roles import Role
from bot.store.models import AppointmentTime, Booking, OutboundMessage, PlanChange, Stop
from tests.browser.conftest import OpenWindow
from tests.browser.site import NOW, Site
from tests.browser.test_every_page import flaws


@pytest.fixture(scope="module")
def stop(site: Site) -> Stop:
    """A stop ahead, with people, that no change has touched yet."""
    with site.sessions() as session:
        found = session.scalars(
            select(Stop)
            .join(AppointmentTime)
            .join(Booking)
            .where(
                Stop.status == "confirmed",
                Stop.day > NOW.date() + timedelta(days=7),
                Stop.id.not_in(select(PlanChange.stop_id)),
            )
            .group_by(Stop.id)
            .order_by(func.count(Booking.id).desc(), Stop.id)
        ).first()
    assert found is not None
    return found


def people(site: Site, stop_id: int) -> set[str]:
    """The codes of those who have a place at this stop."""
    with site.sessions() as session:
        booked = select(Booking.code).join(AppointmentTime)
        return set(
            session.scalars(booked.where(AppointmentTime.stop_id == stop_id, Booking.status == "active"))
        )


def news(site: Site) -> int:
    """Announcements that left or wait to leave."""
    with site.sessions() as session:
        sent = select(func.count()).select_from(OutboundMessage)
        return session.scalar(sent.where(OutboundMessage.kind == "announcement")) or 0


@pytest.mark.parametrize(("language", "size"), [("fr", "desk"), ("ar", "hand")])
def test_a_stop_is_postponed_and_everybody_comes_back(
    site: Site, stop: Stop, open_window: OpenWindow, screenshots: Path, language: str, size: str
) -> None:
    before, told = people(site, stop.id), news(site)
    page = open_window(f"organiser-{language}", size)
    page.goto(f"/console/stops/{stop.id}")
    page.locator("a[href$='/change/postpone']").click()
    page.locator("#day").fill((stop.day + timedelta(days=1)).isoformat())
    page.locator("main form button").click()
    expect(page.locator("main .times > li")).to_have_count(len(before))
    assert people(site, stop.id) == before, "a preview has changed something"
    page.screenshot(path=screenshots / f"story-preview-{language}-{size}.png", full_page=True)
    assert flaws(page) == []

    page.locator("form[action$='/confirm'] button").click()
    page.wait_for_url("**/console/changes/*")
    page.screenshot(path=screenshots / f"story-changed-{language}-{size}.png", full_page=True)
    assert flaws(page) == []
    with site.sessions() as session:
        moved = session.scalars(select(Stop).where(Stop.id == stop.id)).one()
        assert (moved.status, moved.moved_to_id is not None) == ("postponed", True)
    assert people(site, stop.id) == set()

    page.locator("form[action$='/undo'] button").click()
    expect(page.locator("form[action$='/undo']")).to_have_count(0)
    page.screenshot(path=screenshots / f"story-undone-{language}-{size}.png")
    assert people(site, stop.id) == before
    assert news(site) == told, "somebody was told of what was taken back"


@pytest.mark.parametrize("role", [Role.COACH, Role.AGENT, Role.AUDITOR])
def test_who_may_not_plan_sees_no_way_to(
    site: Site, stop: Stop, open_window: OpenWindow, screenshots: Path, role: Role
) -> None:
    page = open_window(f"{role.value}-fr")
    page.goto(f"/console/stops/{stop.id}")
    expect(page.locator("h1")).to_be_visible()
    assert (
        page.locator("main a[href*='/change/'], main a[href$='/edit'], main form[method=post]").count() == 0
    )
    refused = page.goto(f"/console/stops/{stop.id}/change/postpone")
    assert refused is not None
    assert refused.status == 403
    expect(page.locator("main")).to_contain_text("Votre rôle")
    assert flaws(page) == []


def test_each_role_is_led_where_it_may_go(site: Site, open_window: OpenWindow) -> None:
    for role in Role:
        page = open_window(f"{role.value}-fr", "desk")
        page.goto("/console")
        for address in page.locator(".nav li:not(.hand-only) a").evaluate_all(
            "all => all.map((each) => each.getAttribute('href'))"
        ):
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200, f"{role.value} is led to {address} and may not go there"


def test_who_only_reads_finds_nothing_to_press(site: Site, open_window: OpenWindow) -> None:
    page = open_window("auditor-fr")
    page.goto("/console/inbox")
    page.locator(".rows a").first.click()
    expect(page.locator(".actions")).to_contain_text("votre rôle ne permet pas")
    assert page.locator("main form").count() == 0
    assert "••" in page.locator("#summary").inner_text()
