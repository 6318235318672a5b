from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.services import labelling
from bot.services.labelling import Reason
from bot.store.engine import Sessions, transaction
from bot.store.models import LabelCandidate

PAGE = "/console/labels"


@pytest.fixture
def candidate(providers: Any, sessions: Sessions, clock: Any) -> int:
    """A message that was not understood; the id of its place in the line."""
    providers.whatsapp("chno dakchi nemrti 0612345678", phone="+212612345678")
    with transaction(sessions) as session:
        labelling.queue(
            session, message_id=1, reason=Reason.REFUSED, now=clock(), guess="ask_cost", variety="ary-Latn"
        )
        return session.scalars(select(LabelCandidate.id)).one()


def line(sessions: Sessions) -> LabelCandidate:
    with sessions() as session:
        return session.scalars(select(LabelCandidate)).one()


def test_what_waits_is_shown_without_numbers_and_with_the_guess(amina: Any, candidate: int) -> None:
    page = amina.get(PAGE).text
    assert "chno dakchi nemrti 0600000000" in page
    assert '<option value="ask_cost" selected>' in page
    assert '<option value="ary-Latn" selected>' in page


def test_nothing_waits(amina: Any) -> None:
    assert "Aucun message" in amina.get(PAGE).text


def test_a_label_is_given(amina: Any, candidate: int, sessions: Sessions) -> None:
    fields = {"intent": "ask_jobs", "variety": "fr"}
    assert amina.send(f"{PAGE}/{candidate}/label", fields, form_at=PAGE).headers["location"] == PAGE
    given = line(sessions)
    assert (given.state, given.intent, given.variety) == ("labelled", "ask_jobs", "fr")


def test_nothing_to_learn_from(amina: Any, candidate: int, sessions: Sessions) -> None:
    amina.send(f"{PAGE}/{candidate}/discard", {}, form_at=PAGE)
    assert line(sessions).state == "discarded"


@pytest.mark.parametrize(
    "fields", [{"intent": "conquer", "variety": "fr"}, {"intent": "ask_jobs", "variety": "tlh"}]
)
def test_what_is_no_meaning_or_no_language_is_refused(
    amina: Any, candidate: int, sessions: Sessions, fields: dict[str, str]
) -> None:
    assert amina.send(f"{PAGE}/{candidate}/label", fields, form_at=PAGE).status_code == 422
    assert line(sessions).state == "waiting"
