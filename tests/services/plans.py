"""Changes of plan for tests: who is booked where, and what has become of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.core.reminder_rules import CASABLANCA
from bot.gazetteer import Gazetteer
from bot.services import bookings, plan_changes, plan_undo
from bot.services.plan_changes import Carried
from bot.services.plan_wishes import Wish, plan_of
from bot.store.engine import Sessions, transaction
from bot.store.models import Announcement, AppointmentTime, Booking, Conversation, PlanChange, Stop
from tests.services.conftest import MakeConversation
from tests.services.editions import FIRST, TIFLET, at, the_stop_at

GRACE = timedelta(minutes=2)
NEW_DAY = date(2026, 12, 10)
COMMUNES = Gazetteer.load("04.291")


def commune_name(code: str) -> dict[str, str]:
    return COMMUNES.names(code)


def wish(stop: Stop, kind: str, **changed: Any) -> Wish:
    """The stop with something changed; nothing is left of a cancelled one."""
    return Wish(
        kind=kind, stop_id=stop.id, plan=None if kind == "cancel" else replace(plan_of(stop), **changed)
    )


@dataclass(kw_only=True)
class Plans:
    """The staff, who change Tiflet on 3 December, and people who have places there."""

    sessions: Sessions
    now: datetime
    make_conversation: MakeConversation
    people: int = 0

    def stop(self) -> Stop:
        return the_stop_at(self.sessions, at(TIFLET, FIRST))

    def book(self, hour: int = 9, *, stop: Stop | None = None, service: str | None = None) -> Booking:
        """Somebody new takes a place at this hour."""
        self.people += 1
        phone = f"+2126100000{self.people:02d}"
        person = self.make_conversation(phone)
        with transaction(self.sessions) as session:
            return bookings.book(
                session,
                contact_id=person.contact_id,
                conversation_id=person.id,
                appointment_time_id=self.time_at(stop or self.stop(), hour).id,
                name=f"Person {self.people}",
                phone=phone,
                now=self.now,
                service=service,
            )

    def time_at(self, stop: Stop, hour: int) -> AppointmentTime:
        (found,) = [
            time for time in stop.appointment_times if time.starts_at.astimezone(CASABLANCA).hour == hour
        ]
        return found

    def change(self, kind: str, *, key: str = "k1", stop: Stop | None = None, **changed: Any) -> Carried:
        with transaction(self.sessions) as session:
            return plan_changes.confirm(
                session,
                wish=wish(stop or self.stop(), kind, **changed),
                key=key,
                staff_id=None,
                now=self.now,
                grace=GRACE,
            )

    def undo(self, change: PlanChange, now: datetime | None = None) -> None:
        with transaction(self.sessions) as session:
            plan_undo.undo(session, change_id=change.id, now=now or self.now)

    def where(self, booking: Booking) -> tuple[str, str, str]:
        """Status, commune, and local day and hour of a booking."""
        with self.sessions() as session:
            known = session.get_one(Booking, booking.id)
            time = known.appointment_time
            local = time.starts_at.astimezone(CASABLANCA)
            return known.status, time.stop.commune_code, f"{local:%d/%m %H:%M}"

    def announcements(self) -> Sequence[Announcement]:
        with self.sessions() as session:
            return session.scalars(select(Announcement).order_by(Announcement.id)).all()

    def reload(self, booking: Booking) -> Booking:
        with self.sessions() as session:
            return session.get_one(Booking, booking.id)

    def places_are_counted(self) -> bool:
        """Whether each time counts as many places as active bookings hold."""
        with self.sessions() as session:
            held = list(
                session.scalars(select(Booking.appointment_time_id).where(Booking.status == "active"))
            )
            times = session.scalars(select(AppointmentTime)).all()
        return all(time.taken == held.count(time.id) for time in times)


def talk_of(sessions: Sessions, booking: Booking) -> Conversation:
    with sessions() as session:
        return session.get_one(Conversation, booking.conversation_id)
