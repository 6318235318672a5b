"""What did not arrive, until somebody has seen to it; and jobs that were set aside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from bot.core.bubbles import Bubble
from bot.core.errors import NotFound
from bot.core.messages import DeliveryStatus
from bot.services import dead_jobs, messages, undelivered
from bot.services.undelivered import SeenTo, TooLate
from bot.store.engine import Sessions, transaction
from bot.store.models import Conversation, OutboundMessage, Staff
from tests.services.conftest import MakeConversation

Fail = Callable[..., int]


@pytest.fixture
def fail(sessions: Sessions, now: datetime, make_conversation: MakeConversation) -> Fail:
    """Stores a message that came to nothing; keyword arguments are the row's."""
    person = make_conversation()

    def store(status: DeliveryStatus = DeliveryStatus.FAILED, code: str = "30003", **values: object) -> int:
        with transaction(sessions) as session:
            bound = session.get_one(Conversation, person.id)
            (made,) = messages.reply(session, conversation=bound, bubbles=[Bubble(text="Salam")], now=now)
            row = session.get_one(OutboundMessage, made)
            row.status, row.error_code = status.value, code
            for name, value in values.items():
                setattr(row, name, value)
        return made

    return store


@pytest.fixture
def staff_id(sessions: Sessions, now: datetime) -> int:
    with transaction(sessions) as session:
        made = Staff(username="amal", display_name="Amal", password_hash="", created_at=now)
        session.add(made)
    return made.id


def shown(sessions: Sessions, now: datetime) -> list[int]:
    with sessions() as session:
        return [line.outbound_id for line in undelivered.page(session, now=now).rows]


def test_what_failed_and_what_nobody_knows_of_is_shown_latest_first(
    sessions: Sessions, now: datetime, fail: Fail
) -> None:
    expected = [
        fail(status) for status in (DeliveryStatus.FAILED, DeliveryStatus.UNDELIVERED, DeliveryStatus.UNKNOWN)
    ]
    for status in (DeliveryStatus.QUEUED, DeliveryStatus.SENT, DeliveryStatus.READ, DeliveryStatus.CANCELLED):
        fail(status)
    for code in undelivered.AS_WISHED:
        fail(code=code)
    assert shown(sessions, now) == expected[::-1]


def test_it_is_sent_again_once_as_a_message_of_its_own(
    sessions: Sessions, now: datetime, fail: Fail, staff_id: int
) -> None:
    failed = fail()
    with transaction(sessions) as session:
        anew = undelivered.send_again(session, outbound_id=failed, staff_id=staff_id, now=now)
    with sessions() as session:
        row, old = session.get_one(OutboundMessage, anew), session.get_one(OutboundMessage, failed)
    assert (row.text, row.status, row.replaces_id) == ("Salam", "queued", failed)
    assert (old.status, old.handled_by) == ("failed", staff_id), "its own status does not go back"
    assert shown(sessions, now) == []
    with pytest.raises(SeenTo), transaction(sessions) as session:
        undelivered.send_again(session, outbound_id=failed, staff_id=staff_id, now=now)


def test_what_is_over_is_not_sent_again(sessions: Sessions, now: datetime, fail: Fail, staff_id: int) -> None:
    failed = fail(expires_at=now + timedelta(hours=1))
    later = now + timedelta(hours=1)
    with pytest.raises(TooLate), transaction(sessions) as session:
        undelivered.send_again(session, outbound_id=failed, staff_id=staff_id, now=later)
    with sessions() as session:
        (line,) = undelivered.page(session, now=later).rows
    assert not line.may_be_sent_again


def test_after_a_call_it_is_seen_to(sessions: Sessions, now: datetime, fail: Fail, staff_id: int) -> None:
    failed = fail()
    with transaction(sessions) as session:
        undelivered.seen_to(session, outbound_id=failed, staff_id=staff_id, now=now)
    assert shown(sessions, now) == []


def test_a_message_that_arrived_after_all_is_not_sent_again(
    sessions: Sessions, now: datetime, fail: Fail, staff_id: int
) -> None:
    arrived = fail(DeliveryStatus.DELIVERED)
    with pytest.raises(SeenTo), transaction(sessions) as session:
        undelivered.send_again(session, outbound_id=arrived, staff_id=staff_id, now=now)


def test_a_job_that_was_set_aside_is_shown_and_run_again_with_all_its_tries(
    sessions: Sessions, fail: Fail
) -> None:
    outbound_id = fail()
    with transaction(sessions) as session:
        session.execute(text("UPDATE procrastinate_jobs SET status = 'failed', attempts = 60"))
    with transaction(sessions) as session:
        (job,) = dead_jobs.found(session)
        dead_jobs.replay(session, job_id=job.job_id)
    assert (job.task, job.attempts, job.subject_id) == ("outbound", 60, outbound_id)
    with sessions() as session:
        state = session.execute(text("SELECT status::text, attempts FROM procrastinate_jobs")).one()
        assert tuple(state) == ("todo", 0)
        assert dead_jobs.found(session) == []
    with pytest.raises(NotFound), transaction(sessions) as session:
        dead_jobs.replay(session, job_id=job.job_id)
