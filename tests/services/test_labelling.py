"""The line of messages that wait for a label."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select

from bot.core.errors import InvalidInput, NotFound
from bot.core.messages import InboundKind
from bot.services import labelling, staff
from bot.services.labelling import Reason
from bot.store.engine import Sessions, transaction
from bot.store.models import InboundMessage, LabelCandidate
from tests.services.conftest import MakeConversation

_numbers = itertools.count(1)
Said = Callable[..., int]


@pytest.fixture
def said(sessions: Sessions, now: datetime, make_conversation: MakeConversation) -> Said:
    """Stores a message of Sara's; its id."""
    conversation = make_conversation()

    def say(text: str, **columns: Any) -> int:
        values = {"kind": InboundKind.TEXT.value, "received_at": now, "outcome": "answered"} | columns
        with transaction(sessions) as session:
            made = InboundMessage(
                conversation_id=conversation.id,
                channel="whatsapp",
                provider_id=f"SM{next(_numbers)}",
                text=text,
                raw={},
                media=[],
                **values,
            )
            session.add(made)
        return made.id

    return say


def queue(
    sessions: Sessions, message_id: int, now: datetime, reason: Reason = Reason.REFUSED, **more: Any
) -> None:
    with transaction(sessions) as session:
        labelling.queue(session, message_id=message_id, reason=reason, now=now, **more)


def lines(sessions: Sessions) -> list[LabelCandidate]:
    with sessions() as session:
        return list(session.scalars(select(LabelCandidate).order_by(LabelCandidate.id)))


@pytest.fixture
def coach(sessions: Sessions, now: datetime) -> int:
    with transaction(sessions) as session:
        return staff.create(
            session, username="karim", password="a-long-password", display_name="Karim", now=now
        ).id


def test_what_is_personal_is_hidden_the_profile_name_too(
    sessions: Sessions, now: datetime, said: Said
) -> None:
    queue(sessions, said("Sara hna, nemrti 0612345678"), now, variety="ary-Latn")
    (line,) = lines(sessions)
    assert (line.text, line.variety, line.state) == ("flan hna, nemrti 0600000000", "ary-Latn", "waiting")


def test_a_message_stands_in_the_line_once(sessions: Sessions, now: datetime, said: Said) -> None:
    message = said("zxcv qsdf")
    queue(sessions, message, now, guess="ask_cost")
    queue(sessions, message, now, guess="ask_jobs")
    assert [line.guess for line in lines(sessions)] == ["ask_cost"]


def test_what_the_person_chose_counts_more(sessions: Sessions, now: datetime, said: Said) -> None:
    message = said("zxcv qsdf")
    queue(sessions, message, now, guess="ask_cost")
    queue(sessions, message, now, Reason.CORRECTED, guess="ask_jobs")
    assert [(line.reason, line.guess) for line in lines(sessions)] == [("corrected", "ask_jobs")]


@pytest.mark.parametrize(
    ("text", "kind"), [("", InboundKind.MEDIA), ("12 34", InboundKind.TEXT), ("Oui", InboundKind.BUTTON)]
)
def test_what_teaches_nothing_is_left_out(
    sessions: Sessions, now: datetime, said: Said, text: str, kind: InboundKind
) -> None:
    queue(sessions, said(text, kind=kind.value), now)
    assert lines(sessions) == []


def test_the_message_before_a_request_for_a_coach(sessions: Sessions, now: datetime, said: Said) -> None:
    said("bezzaf hadi", received_at=now - timedelta(hours=2))
    said("chno ndir daba", intent="ask_help")
    asked = said("bghit nhder m3a chi wa7ed")
    with transaction(sessions) as session:
        labelling.queue_before(session, message_id=asked, now=now)
    assert [(line.text, line.reason, line.guess) for line in lines(sessions)] == [
        ("chno ndir daba", "handed_over", "ask_help")
    ]


def test_a_request_out_of_the_blue_has_no_cause(sessions: Sessions, now: datetime, said: Said) -> None:
    said("bezzaf hadi", received_at=now - timedelta(hours=2))
    with transaction(sessions) as session:
        labelling.queue_before(session, message_id=said("bghit chi wa7ed"), now=now)
    assert lines(sessions) == []


def test_a_label_is_given_once(sessions: Sessions, now: datetime, said: Said, coach: int) -> None:
    queue(sessions, said("zxcv qsdf"), now)
    (line,) = lines(sessions)
    with transaction(sessions) as session:
        labelling.label(
            session, candidate_id=line.id, intent="ask_cost", variety="fr", staff_id=coach, now=now
        )
        assert [row.intent for row in labelling.to_export(session)] == ["ask_cost"]
        assert labelling.waiting(session).total == 0
        with pytest.raises(NotFound):
            labelling.discard(session, candidate_id=line.id, staff_id=coach, now=now)


def test_a_variety_that_is_none(sessions: Sessions, now: datetime, said: Said, coach: int) -> None:
    queue(sessions, said("zxcv qsdf"), now)
    with transaction(sessions) as session, pytest.raises(InvalidInput):
        labelling.label(
            session,
            candidate_id=lines(sessions)[0].id,
            intent="ask_cost",
            variety="tlh",
            staff_id=coach,
            now=now,
        )


def test_pages(sessions: Sessions, now: datetime, said: Said) -> None:
    for number in range(labelling.PAGE_SIZE + 1):
        queue(sessions, said(f"zxcv {'q' * (number + 1)}"), now)
    with sessions() as session:
        first, second = (labelling.waiting(session, number=number) for number in (1, 2))
    assert (len(first.rows), first.has_next, first.total) == (
        labelling.PAGE_SIZE,
        True,
        labelling.PAGE_SIZE + 1,
    )
    assert (len(second.rows), second.has_next) == (1, False)


def test_what_is_old_is_forgotten(sessions: Sessions, now: datetime, said: Said, coach: int) -> None:
    for text in ("waits", "is thrown away", "is new"):
        queue(sessions, said(text), now)
    waits, thrown, _ = lines(sessions)
    with transaction(sessions) as session:
        labelling.discard(session, candidate_id=thrown.id, staff_id=coach, now=now)
        session.get_one(LabelCandidate, waits.id).queued_at = now - labelling.KEPT_WAITING
        later = now + timedelta(seconds=1)
        assert labelling.forget(session, now=later) == 1
        assert labelling.forget(session, now=later + labelling.KEPT_DONE) == 1
    assert [line.text for line in lines(sessions)] == ["is new"]


def test_it_goes_with_its_message(sessions: Sessions, now: datetime, said: Said) -> None:
    queue(sessions, said("zxcv qsdf"), now)
    with transaction(sessions) as session:
        session.execute(delete(InboundMessage))
    assert lines(sessions) == []
