"""Places that are held: nobody else takes them, and they lapse."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.services import places, stops
from bot.services.places import TimeTaken
from bot.store.engine import Sessions, transaction
from bot.store.models import AppointmentTime
from tests.services.conftest import MakeConversation, MakeStop
from tests.services.visits import book, counts


@pytest.fixture
def last(make_stop: MakeStop) -> AppointmentTime:
    return make_stop(times=2, capacity=1).appointment_times[0]


def look(sessions: Sessions, contact_id: int, time: AppointmentTime, now: datetime) -> None:
    with transaction(sessions) as session:
        places.confirming(session, time.id, contact_id=contact_id, service=None, now=now)


def test_a_place_is_kept_for_who_reads_the_summary(
    sessions: Sessions, now: datetime, last: AppointmentTime, make_conversation: MakeConversation
) -> None:
    sara, omar = make_conversation(), make_conversation("+212600000002")
    look(sessions, sara.contact_id, last, now)
    assert counts(sessions, last) == (0, 1)
    with pytest.raises(TimeTaken):
        book(sessions, omar, last, now)
    with sessions() as session:
        stop_id = last.stop_id
        free = [time.id for time in stops.free_times(session, stop_id=stop_id, now=now)]
        own = [
            time.id
            for time in stops.free_times(session, stop_id=stop_id, now=now, contact_id=sara.contact_id)
        ]
        assert last.id not in free
        assert last.id in own
        assert stops.get(session, stop_id=stop_id, now=now).free == 1
    book(sessions, sara, last, now + timedelta(minutes=9))
    assert counts(sessions, last) == (1, 0)


def test_a_hold_lapses_after_ten_minutes_and_a_late_yes_takes_what_is_left(
    sessions: Sessions, now: datetime, last: AppointmentTime, make_conversation: MakeConversation
) -> None:
    sara, omar = make_conversation(), make_conversation("+212600000002")
    look(sessions, sara.contact_id, last, now)
    with transaction(sessions) as session:
        assert places.lapse_confirming(session, now=now + timedelta(minutes=9)) == 0
        assert places.lapse_confirming(session, now=now + timedelta(minutes=10)) == 1
        assert places.lapse_confirming(session, now=now + timedelta(minutes=10)) == 0
    assert counts(sessions, last) == (0, 0)
    book(sessions, omar, last, now + timedelta(minutes=11))
    with pytest.raises(TimeTaken):
        book(sessions, sara, last, now + timedelta(minutes=12))


def test_who_looks_at_another_time_keeps_one_place_only(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    first, second = make_stop(times=2, capacity=1).appointment_times
    sara = make_conversation()
    for time in (first, first, second):
        look(sessions, sara.contact_id, time, now)
    assert (counts(sessions, first), counts(sessions, second)) == ((0, 0), (0, 1))
    with transaction(sessions) as session:
        places.let_go(session, contact_id=sara.contact_id)
    assert counts(sessions, second) == (0, 0)


def test_the_database_itself_keeps_no_more_than_there_are(
    sessions: Sessions, now: datetime, last: AppointmentTime, make_conversation: MakeConversation
) -> None:
    book(sessions, make_conversation(), last, now)
    with pytest.raises(IntegrityError), transaction(sessions) as session:
        session.execute(text("UPDATE appointment_time SET held = 1 WHERE id = :id"), {"id": last.id})
