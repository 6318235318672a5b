"""What a coach does beside answering, and how the desk is set up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from bot.core.locales import Variety
from bot.services import desk_settings, handoffs
from bot.store.engine import Sessions, transaction
from bot.store.models import CoachNote, Handoff, OutboundMessage
from bot.web.canned import canned_answers
from bot.web.wording import load_words

TALK = "/console/conversations/1"
INBOX = "/console/inbox"
COACHING = "/console/coaching"


@pytest.mark.usefixtures("waiting")
def test_a_note_is_for_colleagues_and_nothing_is_sent(log_in: Callable[..., Any], sessions: Sessions) -> None:
    amina, youssef = log_in("amina"), log_in("youssef")
    assert amina.send(f"{TALK}/note", {"words": "a rappeler"}, form_at=TALK).status_code == 303
    assert "a rappeler" in youssef.get(TALK).text
    with sessions() as session:
        assert session.scalars(select(CoachNote.text)).all() == ["a rappeler"]
        assert session.scalars(select(OutboundMessage)).all() == []
    assert amina.send(f"{TALK}/note", {"words": " "}, form_at=TALK).status_code == 422


@pytest.mark.usefixtures("waiting")
def test_a_conversation_is_handed_on(log_in: Callable[..., Any], sessions: Sessions) -> None:
    amina, youssef = log_in("amina"), log_in("youssef")
    amina.take()
    assert amina.send(f"{TALK}/transfer", {"to": "2"}, form_at=TALK).status_code == 303
    assert 'id="answer"' in youssef.get(TALK).text
    assert amina.send(f"{TALK}/transfer", {"to": "2"}, form_at=TALK).status_code == 409
    assert youssef.send(f"{TALK}/transfer", {"to": "jobs"}, form_at=TALK).status_code == 303
    assert f">{load_words()['fr']('speciality_jobs')}</span>" in amina.get(INBOX).text
    with sessions() as session:
        assert session.scalars(select(Handoff)).one().speciality == "jobs"


@pytest.mark.usefixtures("waiting")
def test_what_is_urgent_comes_first_and_what_is_new_is_counted(
    amina: Any, providers: Any, sessions: Sessions, clock: Any
) -> None:
    clock.move(minutes=5)
    providers.whatsapp("salam", sid="SM2", phone="+212698765432", ProfileName="Karim")
    with transaction(sessions) as session:
        handoffs.request(session, conversation_id=2, reason="violence", now=clock())
    page = amina.get(INBOX).text
    assert page.index("Karim") < page.index("Fatima")
    assert "1 non lu<" in page
    amina.get(TALK)
    amina.get("/console/conversations/2")
    assert "non lu(s)" not in amina.get(INBOX).text


@pytest.mark.usefixtures("waiting")
def test_what_was_typed_in_a_tool_stays_and_what_was_done_is_said(amina: Any) -> None:
    amina.take()
    fields = {"time": "1", "name": "Khadija <b>", "number": "0612"}
    refused = amina.send(f"{TALK}/book", fields, form_at=TALK)
    tools = refused.text[refused.text.index('id="tools"') : refused.text.index('class="messages"')]
    assert (refused.status_code, 'role="alert"' in tools) == (409, True)
    long = "a" * 1001
    kept = amina.send(f"{TALK}/note", {"words": long}, form_at=TALK)
    assert (kept.status_code, f">{long}</textarea>" in kept.text) == (422, True)
    done = amina.send(f"{TALK}/note", {"words": "ok"}, form_at=TALK)
    assert done.headers["location"] == f"{TALK}?done=noted#done"
    assert "La note est enregistrée" in amina.get(f"{TALK}?done=noted").text
    assert 'class="notice good"' not in amina.get(f"{TALK}?done=nonsense").text


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize(
    ("looked_for", "found"),
    [
        ("fatim", True),
        ("NHDER", True),
        ("wahed bghit", True),
        ("0612345678", True),
        ("06123", False),
        ("wahed karim", False),
        ("'; drop", False),
    ],
)
def test_names_and_messages_are_searched(amina: Any, looked_for: str, found: bool) -> None:
    page = amina.get(INBOX, params={"tab": "all", "q": looked_for})
    assert page.status_code == 200
    assert ('href="/console/conversations/1"' in page.text) is found
    assert "0612345678" not in page.text.replace(f'value="{looked_for}"', "")


@pytest.mark.usefixtures("waiting")
def test_a_search_shows_the_message_that_was_meant_and_marks_the_words(amina: Any, providers: Any) -> None:
    providers.whatsapp("taawounia dyal l3sel", sid="SM2", ProfileName="Fatima")
    providers.whatsapp("chokran <b>", sid="SM3", ProfileName="Fatima")
    found = amina.get(INBOX, params={"tab": "all", "q": "taawounia"}).text
    assert "<mark>taawounia</mark> dyal l3sel" in found
    assert "chokran" not in found
    assert "<mark>Fatima</mark>" in amina.get(INBOX, params={"tab": "all", "q": "fatima"}).text
    assert "chokran &lt;b&gt;" in amina.get(f"{INBOX}?tab=all").text


@pytest.mark.usefixtures("waiting")
def test_what_was_given_back_is_among_the_closed(amina: Any) -> None:
    assert "Fatima" not in amina.get(f"{INBOX}?tab=closed").text
    amina.take()
    amina.send(f"{TALK}/give-back", {}, form_at=TALK)
    assert "Fatima" in amina.get(f"{INBOX}?tab=closed").text


def test_an_organiser_sets_up_the_desk(log_in: Callable[..., Any], sessions: Sessions) -> None:
    nadia = log_in("nadia")
    fields = {
        "opens": ["09:00", *[""] * 6],
        "closes": ["16:00", *[""] * 6],
        "line": "0800 001 234",
        "alert_after": "5",
    }
    assert nadia.send(f"{COACHING}/desk", fields, form_at=COACHING).status_code == 303
    with sessions() as session:
        desk = desk_settings.load(session)
    assert (desk.hours, desk.emergency_line) == ({"0": ["09:00", "16:00"]}, "0800 001 234")
    assert nadia.send(f"{COACHING}/desk", fields | {"line": "ask"}, form_at=COACHING).status_code == 422


def test_ready_answers_are_there_in_each_variety() -> None:
    assert len(canned_answers()) >= 5
    for answer in canned_answers():
        assert all(answer.texts[variety.value].strip() for variety in Variety)
