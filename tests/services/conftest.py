"""A small caravan in a database, made without files."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest

from bot.core.messages import Channel
from bot.core.reminder_rules import CASABLANCA
from bot.services import contacts
from bot.store.engine import Sessions, transaction
from bot.store.models import AppointmentTime, Caravan, Conversation, Stop

KHEMISSET, TIFLET, OULMES = "04.291.01.01", "04.291.01.05", "04.291.05.11"
PLACES = {KHEMISSET: (33.82, -6.07), TIFLET: (33.89, -6.31), OULMES: (33.43, -6.01)}
MakeStop = Callable[..., Stop]
MakeConversation = Callable[..., Conversation]


@pytest.fixture
def caravan(sessions: Sessions, now: datetime) -> Caravan:
    """The current edition, no example."""
    with transaction(sessions) as session:
        made = Caravan(
            code="test", province_code="04.291", is_example=False, is_current=True, facts={}, loaded_at=now
        )
        session.add(made)
    return made


@pytest.fixture
def make_stop(sessions: Sessions, caravan: Caravan, now: datetime) -> MakeStop:
    """Makes a stop ``days`` after today with hourly times from nine, ``capacity`` places each."""

    def make(
        commune: str = TIFLET, *, days: int = 2, times: int = 3, capacity: int = 2, status: str = "confirmed"
    ) -> Stop:
        day = now.astimezone(CASABLANCA).date() + timedelta(days=days)
        latitude, longitude = PLACES[commune]
        with transaction(sessions) as session:
            stop = Stop(
                caravan_id=caravan.id,
                commune_code=commune,
                day=day,
                opens_at=time(9),
                closes_at=time(16),
                latitude=latitude,
                longitude=longitude,
                status=status,
            )
            stop.appointment_times = [
                AppointmentTime(
                    starts_at=datetime.combine(day, time(9 + hour), CASABLANCA), capacity=capacity
                )
                for hour in range(times)
            ]
            session.add(stop)
        return stop

    return make


@pytest.fixture
def make_conversation(sessions: Sessions, now: datetime) -> MakeConversation:
    """Makes a person who writes on WhatsApp."""

    def make(address: str = "+212612345678", channel: Channel = Channel.WHATSAPP) -> Conversation:
        with transaction(sessions) as session:
            return contacts.conversation_for(
                session, channel=channel, address=address, profile_name="Sara", phone=address, now=now
            )

    return make
