"""The page of what did not arrive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text

from bot.core.bubbles import Bubble
from bot.services import messages
from bot.store.engine import Sessions, transaction
from bot.store.models import AuditEvent, Conversation, OutboundMessage
from tests.web.console.conftest import Desk

PATH = "/console/undelivered"


@pytest.fixture
def failed(waiting: None, sessions: Sessions, clock: Any) -> int:
    with transaction(sessions) as session:
        talk = session.get_one(Conversation, 1)
        bubble = Bubble(text="Votre réponse")
        (made,) = messages.reply(session, conversation=talk, bubbles=[bubble], now=clock())
        row = session.get_one(OutboundMessage, made)
        row.status, row.error_code = "failed", "63003"
    return made


def actions(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def test_nothing_is_left_to_see_to(amina: Desk) -> None:
    assert "Tout est arrivé." in amina.get(PATH).text


def test_a_message_is_shown_with_the_reason_and_a_number_to_call(
    log_in: Callable[..., Desk], failed: int
) -> None:
    page = log_in("amina").get(PATH).text
    assert "Votre réponse" in page
    assert "pas de WhatsApp à ce numéro" in page
    assert 'href="tel:+212612345678"' in page
    reader = log_in("hiba").get(PATH).text
    assert "tel:" not in reader
    assert "/again" not in reader


@pytest.mark.parametrize(("act", "count"), [("again", 2), ("done", 1)])
def test_it_is_sent_again_or_seen_to_once(
    amina: Desk,
    sessions: Sessions,
    outbound: Callable[[], list[OutboundMessage]],
    failed: int,
    act: str,
    count: int,
) -> None:
    target = f"{PATH}/{failed}/{act}"
    assert amina.send(target, {}, form_at=PATH).status_code == 303
    assert len(outbound()) == count
    assert "Tout est arrivé." in amina.get(PATH).text
    token = amina.token(PATH)
    again = amina.post(target, data={"csrf": token})
    assert again.status_code == 409
    assert "déjà occupé" in again.text
    assert len(outbound()) == count
    assert {"again": "message_resent", "done": "message_seen_to"}[act] in actions(sessions)


def test_what_is_over_is_not_sent_again(amina: Desk, sessions: Sessions, failed: int, clock: Any) -> None:
    token = amina.token(PATH)
    with transaction(sessions) as session:
        session.get_one(OutboundMessage, failed).expires_at = clock()
    answer = amina.post(f"{PATH}/{failed}/again", data={"csrf": token})
    assert answer.status_code == 409
    assert "passé" in answer.text


def test_a_job_that_was_set_aside_is_run_again_by_an_organiser(
    log_in: Callable[..., Desk], sessions: Sessions, failed: int
) -> None:
    with transaction(sessions) as session:
        session.execute(text("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = 'inbound'"))
        job_id = session.execute(text("SELECT id FROM procrastinate_jobs WHERE status = 'failed'")).scalar()
    nadia = log_in("nadia")
    assert "répondre à un message" in nadia.get(PATH).text
    done = nadia.send(f"{PATH}/jobs/{job_id}/replay", {}, form_at=PATH)
    assert done.status_code == 303
    assert "répondre à un message" not in nadia.get(PATH).text
