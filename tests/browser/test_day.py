"""A day at a stop in the hand of a field agent: found, checked in, noted, added, printed."""

from __future__ import annotations

import subprocess
from datetime import date, datetime, time, timedelta
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from bot.core.booking_rules import person_key
from bot.services import day_list
from bot.store.engine import transaction
from bot.store.models import AppointmentTime, Booking, Caravan, Conversation, Stop
from tests.browser.conftest import OpenWindow
from tests.browser.site import NOW, Site
from tests.browser.test_every_page import flaws

PEOPLE = (("Fatima Zahra El Ouardi", 8), ("حسناء بن علي", 8), ("Brahim Aït Lahcen", 15), ("Mohamed", 15))


@pytest.fixture(scope="module")
def stop_id(site: Site) -> int:
    """A stop of today with four appointments, two of which have begun."""
    with transaction(site.sessions) as session:
        caravan = session.scalars(select(Caravan).where(Caravan.is_current)).one()
        stop = Stop(
            caravan_id=caravan.id,
            commune_code="04.291.05.11",
            day=NOW.date(),
            opens_at=time(9),
            closes_at=time(16),
            latitude=33.42,
            longitude=-6.0,
            venue_fr="Maison des jeunes",
            venue_ar="دار الشباب",
        )
        session.add(stop)
        session.flush()
        talks = session.scalars(select(Conversation).order_by(Conversation.id).limit(len(PEOPLE))).all()
        for number, ((name, hour), talk) in enumerate(zip(PEOPLE, talks, strict=True)):
            starts_at = datetime.combine(date(2026, 11, 24), time(hour), NOW.tzinfo) + timedelta(
                minutes=number
            )
            place = AppointmentTime(stop_id=stop.id, starts_at=starts_at, capacity=1, taken=1)
            session.add(place)
            session.flush()
            session.add(
                Booking(
                    code=f"DAY{number}Z",
                    contact_id=talk.contact_id,
                    conversation_id=talk.id,
                    appointment_time_id=place.id,
                    name=name,
                    person_key=person_key(name),
                    phone=f"+21261234567{number}",
                    created_at=NOW,
                    changed_at=NOW,
                )
            )
        return stop.id


def states(site: Site, stop_id: int) -> dict[str, bool | None]:
    with site.sessions() as session:
        return {str(line.name): line.came for line in day_list.of_stop(session, stop_id=stop_id)}


def test_an_agent_runs_the_day(site: Site, stop_id: int, open_window: OpenWindow, screenshots: Path) -> None:
    page = open_window("agent-fr")
    page.goto("/console/day")
    expect(page).to_have_url(f"{site.url}/console/day/{stop_id}")
    page.get_by_label("Code, nom").fill("d a y 0 z")
    page.get_by_role("button", name="Chercher").click()
    expect(page.locator(".day-person")).to_have_count(1)
    page.get_by_role("button", name="Est là").click()
    # Said where the person stands, in sight: an agent does not look for the place again after each.
    expect(page.locator(".day-person .notice[role=status]")).to_contain_text("présent")
    expect(page.locator(".day-person .notice[role=status]")).to_be_in_viewport()
    assert states(site, stop_id)["Fatima Zahra El Ouardi"] is True

    page.get_by_text("Résultat de l’entretien").click()
    page.get_by_label("Et maintenant").fill("Refaire le CV, revenir avec le plan du projet")
    page.get_by_label("Orienté·e vers").fill("formation")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Refaire le CV", exact=False).first).to_be_visible()

    page.get_by_label("Nom (facultatif)").fill("Aïcha")
    page.get_by_label("Pour quoi").select_option("cooperative")
    page.get_by_role("button", name="Ajouter").click()
    expect(page.locator(".day-tally")).to_contain_text("1")
    page.get_by_role("button", name="Noter les autres absents").click()
    assert states(site, stop_id) == {
        "Fatima Zahra El Ouardi": True,
        "حسناء بن علي": False,
        "Brahim Aït Lahcen": None,
        "Mohamed": None,
        "Aïcha": True,
    }
    page.get_by_role("link", name="Absents: 1").click()
    expect(page.locator(".day-person strong")).to_have_text("حسناء بن علي")
    page.get_by_text("Tout afficher").click()
    expect(page.locator(".day-person")).to_have_count(5)
    page.get_by_role("button", name="Absent·e – Mohamed").click()
    expect(page.get_by_role("alert")).to_contain_text("Pas encore")
    assert states(site, stop_id)["Mohamed"] is None
    wrong = []
    for language in ("fr", "ar"):
        for size in ("hand", "desk"):
            shown = open_window(f"agent-{language}", size)
            shown.goto(f"/console/day/{stop_id}")
            shown.screenshot(path=screenshots / f"day-running-{language}-{size}.png", full_page=True)
            wrong += flaws(shown)
    assert wrong == []


@pytest.mark.parametrize(("language", "heading"), [("fr", "Liste des rendez-vous"), ("ar", "")])
def test_the_list_is_printed(
    stop_id: int, open_window: OpenWindow, screenshots: Path, language: str, heading: str
) -> None:
    page = open_window(f"agent-{language}")
    answer = page.request.get(f"/console/day/{stop_id}/list.pdf")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/pdf"
    paper = screenshots / f"list-{language}.pdf"
    paper.write_bytes(answer.body())
    assert answer.body().startswith(b"%PDF-")
    if which("pdftotext"):
        words = subprocess.run(
            ["pdftotext", str(paper), "-"], capture_output=True, text=True, check=True
        ).stdout
        assert "DAY2Z" in words
        assert heading in words
