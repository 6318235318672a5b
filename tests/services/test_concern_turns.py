"""What goes to the staff by its words alone, before anybody thinks about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from bot.core.messages import Channel, InboundKind, InboundMessage
from bot.core.texts import default_texts
from bot.services import desk_settings, handoffs, receiving, staff, turns
from bot.services.desk_settings import Desk
from bot.store import models
from bot.store.engine import Sessions, transaction

Write = Callable[[str], turns.Turn | None]
LINE = "0800001234"


@pytest.fixture
def write(sessions: Sessions, now: datetime) -> Write:
    """Somebody on Telegram writes; what the assistant is asked to answer, if it is."""
    numbers = iter(range(1, 100))

    def receive(text: str) -> turns.Turn | None:
        message = InboundMessage(
            channel=Channel.TELEGRAM,
            address="77",
            provider_id=str(next(numbers)),
            kind=InboundKind.TEXT,
            text=text,
            raw={},
        )
        with transaction(sessions) as session:
            inbound_id = receiving.receive(session, message, now=now)
            assert inbound_id is not None
        with transaction(sessions) as session:
            return turns.begin(
                session, inbound_id=inbound_id, commune_at=lambda point: None, texts=default_texts(), now=now
            )

    return receive


def said(sessions: Sessions) -> list[str]:
    with sessions() as session:
        query = select(models.OutboundMessage.text).order_by(models.OutboundMessage.id)
        return list(session.scalars(query))


def handoff(sessions: Sessions) -> models.Handoff:
    with sessions() as session:
        return session.scalars(select(models.Handoff)).one()


def with_line(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        desk_settings.save(session, Desk(emergency_line=LINE))


def test_danger_goes_to_the_staff_at_once_and_the_assistant_is_not_asked(
    sessions: Sessions, write: Write
) -> None:
    assert write("bghit nmout") is None
    assert (handoff(sessions).reason, handoff(sessions).urgent) == ("distress", True)
    (words,) = said(sessions)
    assert "mostachar" in words


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("je veux mourir", "J'ai lu"),
        ("bghit nmout", "9rit"),
        ("بغيت نموت", "قريت"),
        ("أريد أن أموت", "قرأت"),
    ],
)
def test_the_line_that_staff_have_set_is_named_in_the_persons_variety(
    sessions: Sessions, write: Write, text: str, start: str
) -> None:
    with_line(sessions)
    write(text)
    (words,) = said(sessions)
    assert words.startswith(start)
    assert LINE in words


def test_what_follows_is_said_in_the_same_variety(sessions: Sessions, write: Write) -> None:
    write("je veux mourir")
    with sessions() as session:
        assert session.scalars(select(models.Contact.variety)).one() == "fr"


def test_without_a_line_no_number_is_invented(sessions: Sessions, write: Write) -> None:
    write("mon mari me frappe")
    assert not any(character.isdigit() for character in "".join(said(sessions)))


def test_money_and_minors_go_to_the_staff_without_the_line(sessions: Sessions, write: Write) -> None:
    with_line(sessions)
    write("j'ai 15 ans")
    assert (handoff(sessions).reason, handoff(sessions).urgent) == ("minor", False)
    assert LINE not in "".join(said(sessions))


def test_what_only_sounds_like_it_is_for_the_assistant(sessions: Sessions, write: Write) -> None:
    assert write("katqtelni lkhedma") is not None
    assert write("mort de rire") is not None
    assert said(sessions) == []


def test_who_waits_and_writes_of_danger_goes_first_and_hears_the_line_once(
    sessions: Sessions, write: Write, now: datetime
) -> None:
    with_line(sessions)
    write("c'est une arnaque")
    write("je veux mourir")
    write("je veux mourir")
    assert (handoff(sessions).reason, handoff(sessions).urgent) == ("distress", True)
    assert ["LINE" if LINE in words else "" for words in said(sessions)] == ["", "LINE"]


def test_with_a_coach_the_assistant_stays_silent_whatever_is_written(
    sessions: Sessions, write: Write, now: datetime
) -> None:
    with_line(sessions)
    write("salam")
    with transaction(sessions) as session:
        karim = staff.create(
            session, username="karim", password="a-long-password", display_name="Karim", now=now
        )
        handoffs.take(session, conversation_id=1, staff_id=karim.id, now=now)
    assert write("je veux mourir") is None
    assert said(sessions) == []
    assert handoff(sessions).urgent


def test_outside_the_hours_the_person_is_told_when_somebody_is_there(
    sessions: Sessions, write: Write
) -> None:
    with transaction(sessions) as session:
        # Now is Tuesday, 10:00.
        desk_settings.save(session, Desk(hours={"2": ["09:00", "12:00"]}))
    write("c'est une arnaque")
    (words,) = said(sessions)
    assert "mercredi 25 novembre à 09:00" in words
