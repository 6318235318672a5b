"""Finding things in the record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.services import audit, record
from bot.services.audit import Action, Kind
from bot.services.record import PAGE_SIZE, Query
from bot.store.engine import Sessions, transaction
from bot.store.models import Booking, Conversation, Staff, Stop

MakeConversation = Callable[..., Conversation]
MakeStop = Callable[..., Stop]


@pytest.fixture
def amina(sessions: Sessions, now: datetime) -> int:
    with transaction(sessions) as session:
        made = Staff(username="amina", display_name="Amina", password_hash="-", created_at=now)
        session.add(made)
        session.flush()
        return made.id


def note(
    sessions: Sessions, at: datetime, action: Action, about: list[tuple[Kind, int]], by: int | None = None
) -> None:
    with transaction(sessions) as session:
        audit.record(session, staff_id=by, action=action, now=at, about=about)


def found(sessions: Sessions, query: Query) -> list[str]:
    with sessions() as session:
        return [line.event.action for line in record.search(session, query).rows]


def test_by_whom_it_was_done(sessions: Sessions, now: datetime, amina: int) -> None:
    note(sessions, now, Action.LOGIN, [], by=amina)
    note(sessions, now, Action.LOGIN_REFUSED, [])
    assert found(sessions, Query()) == ["login_refused", "login"]
    with sessions() as session:
        [line] = record.search(session, Query(staff_id=amina)).rows
    assert (line.who, line.event.action) == ("Amina", "login")


def test_on_which_day_of_casablanca(sessions: Sessions) -> None:
    late = datetime(2026, 6, 24, 23, 30, tzinfo=UTC)
    note(sessions, late, Action.LOGIN, [])
    assert found(sessions, Query(first_day=date(2026, 6, 25), last_day=date(2026, 6, 25))) == ["login"]
    assert found(sessions, Query(last_day=date(2026, 6, 24))) == []
    assert found(sessions, Query(first_day=date(2026, 6, 26))) == []


def test_what_it_was_about(sessions: Sessions, now: datetime) -> None:
    note(sessions, now, Action.INBOX_VIEWED, [(Kind.CONVERSATION, 4), (Kind.CONVERSATION, 5)])
    note(sessions, now, Action.CONVERSATION_VIEWED, [(Kind.CONVERSATION, 4), (Kind.CONTACT, 2)])
    assert found(sessions, Query(subject=(Kind.CONVERSATION, 4))) == ["conversation_viewed", "inbox_viewed"]
    assert found(sessions, Query(subject=(Kind.CONVERSATION, 5))) == ["inbox_viewed"]
    assert found(sessions, Query(subject=(Kind.BOOKING, 4))) == []


def test_a_person_is_found_in_what_was_about_their_conversation(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation
) -> None:
    conversation = make_conversation()
    note(sessions, now, Action.INBOX_VIEWED, [(Kind.CONVERSATION, conversation.id)])
    note(sessions, now, Action.INBOX_VIEWED, [(Kind.CONVERSATION, conversation.id + 1)])
    assert found(sessions, Query(subject=(Kind.CONTACT, conversation.contact_id))) == ["inbox_viewed"]


def test_a_bookings_code_stands_for_its_id(
    sessions: Sessions, now: datetime, make_conversation: MakeConversation, make_stop: MakeStop
) -> None:
    conversation, stop = make_conversation(), make_stop()
    with transaction(sessions) as session:
        made = Booking(
            code="K7MPA",
            contact_id=conversation.contact_id,
            conversation_id=conversation.id,
            appointment_time_id=stop.appointment_times[0].id,
            name="Sara",
            person_key="sara",
            phone="+212612345678",
            created_at=now,
            changed_at=now,
        )
        session.add(made)
    with sessions() as session:
        assert record.subject_of(session, kind=Kind.BOOKING, written=" k7mpa") == (Kind.BOOKING, made.id)
        assert record.subject_of(session, kind=Kind.CONTACT, written="12") == (Kind.CONTACT, 12)
        for nonsense in ("XXXXX", "\x00", "9" * 30, "-"):
            assert record.subject_of(session, kind=Kind.BOOKING, written=nonsense) is None


def test_a_long_record_has_pages(sessions: Sessions, now: datetime) -> None:
    with transaction(sessions) as session:
        for number in range(PAGE_SIZE + 1):
            moment = now + timedelta(seconds=number)
            audit.record(session, staff_id=None, action=Action.LOGIN, now=moment)
    with sessions() as session:
        first, second = (record.search(session, Query(), number=number) for number in (1, 2))
    assert (len(first.rows), first.has_next) == (PAGE_SIZE, True)
    assert (len(second.rows), second.has_next) == (1, False)
    assert second.rows[0].event.at == now
