"""The numbers of a stop."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from bot.core.locales import Variety
from bot.core.texts import default_texts
from bot.services import attendance, bookings, contacts, reminder_sending, stop_numbers
from bot.services.stop_numbers import Counts
from bot.store.engine import Sessions, transaction
from bot.store.models import OutboundMessage
from tests.services.conftest import OULMES, TIFLET, MakeConversation, MakeStop
from tests.services.visits import book, local, make_staff


def test_everybody_is_counted_where_they_belong(
    sessions: Sessions, now: datetime, make_stop: MakeStop, make_conversation: MakeConversation
) -> None:
    staff, stop, other = make_staff(sessions), make_stop(), make_stop(OULMES, days=4)
    sara, omar = make_conversation(), make_conversation("+212600000002")
    with transaction(sessions) as session:
        contacts.remember_variety(session, contact_id=sara.contact_id, variety=Variety.FRENCH)
    came = book(sessions, sara, stop.appointment_times[0], now, "Sara")
    missing = book(sessions, omar, stop.appointment_times[0], now, "Omar")
    gone = book(sessions, omar, stop.appointment_times[1], now, "Aya")
    book(sessions, omar, other.appointment_times[0], now, "Lina")
    there = local(now, days=2, hour=12)
    with transaction(sessions) as session:
        bookings.cancel(session, booking_id=gone.id, contact_id=omar.contact_id, now=now)
        reminder_sending.send_due(
            session,
            texts=default_texts(),
            commune_name=lambda code: {"fr": "Tiflet", "ar": "تيفلت"},
            now=local(now, days=1, hour=18),
        )
        first = session.scalars(
            select(OutboundMessage).where(OutboundMessage.contact_id == sara.contact_id)
        ).one()
        first.status = "delivered"
        attendance.check_in(session, booking_id=came.id, staff_id=staff, now=there, gender="woman")
        attendance.no_show(session, booking_id=missing.id, staff_id=staff, now=there)
        attendance.walk_in(session, stop_id=stop.id, staff_id=staff, now=there, gender="man")
    with sessions() as session:
        numbers = stop_numbers.of_stop(session, stop_id=stop.id)
        both = stop_numbers.of_caravan(session, caravan_id=stop.caravan_id)
    assert numbers.total == Counts(asked=3, booked=2, reminded=1, came=1, no_show=1, walk_ins=1)
    assert numbers.total.no_show_rate == 0.5
    assert numbers.by_variety["fr"] == Counts(asked=1, booked=1, reminded=1, came=1)
    assert numbers.by_variety[None] == Counts(asked=2, booked=1, no_show=1, walk_ins=1)
    assert numbers.by_gender == {
        "woman": Counts(asked=1, booked=1, reminded=1, came=1),
        "man": Counts(walk_ins=1),
        None: Counts(asked=2, booked=1, no_show=1),
    }
    assert [one.stop_id for one in both] == [stop.id, other.id]
    assert both[0] == numbers
    added = stop_numbers.by_commune([*both, numbers])
    assert added[TIFLET].came == 2
    assert added[OULMES] == Counts(asked=1, booked=1)
    assert added[OULMES].no_show_rate is None
