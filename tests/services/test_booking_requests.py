"""The code, the calendar and the map, asked for in words."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.services import booking_requests
from bot.store.engine import Sessions
from bot.store.models import Booking
from tests.services.conftest import MakeConversation
from tests.services.editions import edition, load
from tests.services.plans import Plans


@pytest.fixture
def plans(sessions: Sessions, now: datetime, make_conversation: MakeConversation) -> Plans:
    load(sessions, edition(), now)
    return Plans(sessions=sessions, now=now, make_conversation=make_conversation)


def asked(sessions: Sessions, booking: Booking, typed: str, now: datetime) -> str | None:
    with sessions() as session:
        return booking_requests.payload_for(session, contact_id=booking.contact_id, typed=typed, now=now)


@pytest.mark.parametrize(
    ("typed", "payload"),
    [
        ("mon code", "/check_booking"),
        ("rdv dyalna", "/check_booking"),
        ("fin rdv dyali", "/check_booking"),
        ("notre rendez-vous", "/check_booking"),
        ("الموعد ديالنا", "/check_booking"),
        ("زيدو ف الكالوندري", '/check_booking{{"choice": "ics:{id}"}}'),
        ("sift liya location", '/check_booking{{"choice": "pin:{id}"}}'),
    ],
)
def test_who_has_an_appointment_gets_it(
    plans: Plans, sessions: Sessions, now: datetime, typed: str, payload: str
) -> None:
    booking = plans.book()
    assert asked(sessions, booking, typed, now) == payload.format(id=booking.id)


def test_other_words_and_people_without_an_appointment_are_left_to_the_assistant(
    plans: Plans, sessions: Sessions, now: datetime
) -> None:
    booking = plans.book()
    assert asked(sessions, booking, "fin jat l9afila", now) is None
    assert asked(sessions, booking, "bghit nbeddel rdv dyali", now) is None
    with sessions() as session:
        nobody = booking.contact_id + 999
        assert booking_requests.payload_for(session, contact_id=nobody, typed="mon code", now=now) is None
