"""Waiting for a place at a full stop: joining, leaving, and answering an offer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from bot.core import booking_rules
from bot.core.errors import Conflict, NotFound
from bot.core.messages import Channel
from bot.services import bookings, consent, places, waiting_line
from bot.services.bookings import AlreadyBooked
from bot.store.models import Booking, Conversation, Hold, Stop, WaitingListEntry

OPEN = ("waiting", "offered")


class OfferOver(Conflict):
    """The place went to somebody else, or was never offered."""


def join(
    session: Session,
    *,
    contact_id: int,
    conversation_id: int,
    stop_id: int,
    name: str,
    phone: str,
    now: datetime,
    service: str | None = None,
) -> WaitingListEntry:
    """Stand in line for one person (this contact, this name); who stands there already keeps their place in it.

    ``phone`` is a Moroccan mobile in E.164. Raises NotFound where the stop does not stand any more.
    """
    stop = session.get(Stop, stop_id)
    if stop is None or stop.status not in booking_rules.BOOKABLE_STOP:
        raise NotFound(f"stop {stop_id} does not stand")
    key = booking_rules.person_key(name)
    known = _standing(session, stop_id, contact_id, key)
    if known is not None:
        return known
    entry = WaitingListEntry(
        stop_id=stop_id,
        contact_id=contact_id,
        conversation_id=conversation_id,
        name=name,
        person_key=key,
        phone=phone,
        service=service,
        joined_at=now,
        changed_at=now,
    )
    try:
        with session.begin_nested():
            session.add(entry)
    except IntegrityError:
        return _standing(session, stop_id, contact_id, key) or entry
    channel = Channel(session.get_one(Conversation, conversation_id).address.channel)
    consent.agree_to_reminders(
        session, contact_id=contact_id, channel=channel, words=f"waiting list {entry.id}", now=now
    )
    return entry


def position(session: Session, entry: WaitingListEntry) -> int:
    """How manieth in line: 1 is next."""
    before = select(func.count()).where(
        WaitingListEntry.stop_id == entry.stop_id,
        WaitingListEntry.status.in_(OPEN),
        WaitingListEntry.id <= entry.id,
    )
    return session.scalar(before) or 1


def of_contact(session: Session, *, contact_id: int) -> Sequence[WaitingListEntry]:
    """Where the contact's people wait, oldest first."""
    return session.scalars(
        select(WaitingListEntry)
        .options(
            joinedload(WaitingListEntry.stop),
            joinedload(WaitingListEntry.hold).joinedload(Hold.appointment_time),
        )
        .where(WaitingListEntry.contact_id == contact_id, WaitingListEntry.status.in_(OPEN))
        .order_by(WaitingListEntry.id)
        .execution_options(populate_existing=True)
    ).all()


def accept(session: Session, *, entry_id: int, contact_id: int, now: datetime) -> Booking:
    """Yes to the offer: the place that is held becomes a booking; one that the person has elsewhere moves there.

    Saying yes twice is saying it once. Raises NotFound, or OfferOver where the place was not kept any longer.
    """
    entry = _locked(session, entry_id, contact_id)
    if entry.status == "accepted" and entry.booking_id is not None:
        return session.get_one(Booking, entry.booking_id)
    hold = session.get(Hold, entry.hold_id, with_for_update=True) if entry.hold_id else None
    if entry.status != "offered" or hold is None or hold.expires_at is None or hold.expires_at <= now:
        raise OfferOver(f"waiting list entry {entry_id} has no offer")
    try:
        booking = bookings.book(
            session,
            contact_id=contact_id,
            conversation_id=entry.conversation_id,
            appointment_time_id=hold.appointment_time_id,
            name=entry.name,
            phone=entry.phone,
            now=now,
            service=entry.service,
            hold=hold,
        )
    except AlreadyBooked as elsewhere:
        booking = bookings.move(
            session,
            booking_id=elsewhere.booking_id,
            contact_id=contact_id,
            appointment_time_id=hold.appointment_time_id,
            now=now,
            hold=hold,
        )
    entry.status, entry.booking_id, entry.changed_at = "accepted", booking.id, now
    session.flush()
    return booking


def refuse(session: Session, *, entry_id: int, contact_id: int, now: datetime) -> WaitingListEntry:
    """No to the offer: the next in line is asked. Raises NotFound, or OfferOver where there is none."""
    entry = _locked(session, entry_id, contact_id)
    if entry.status != "offered":
        raise OfferOver(f"waiting list entry {entry_id} has no offer")
    end(session, entry, status="refused", now=now)
    return entry


def leave(session: Session, *, entry_id: int, contact_id: int, now: datetime) -> WaitingListEntry:
    """Out of the line; what was kept is the next one's. Raises NotFound where the contact does not stand in it."""
    entry = _locked(session, entry_id, contact_id)
    if entry.status not in OPEN:
        raise NotFound(f"waiting list entry {entry_id} is closed")
    end(session, entry, status="left", now=now)
    return entry


def leave_all(session: Session, *, contact_id: int, now: datetime) -> None:
    """Out of every line, and nothing is kept any more."""
    for entry in of_contact(session, contact_id=contact_id):
        leave(session, entry_id=entry.id, contact_id=contact_id, now=now)
    places.let_go(session, contact_id=contact_id)


def end(session: Session, entry: WaitingListEntry, *, status: str, now: datetime) -> None:
    """Close a locked entry; the place that was held for it goes to the next in line."""
    hold = session.get(Hold, entry.hold_id, with_for_update=True) if entry.hold_id else None
    entry.status, entry.changed_at = status, now
    session.flush()
    if hold is not None and hold.status == "held":
        places.free_held(session, hold)
        waiting_line.pass_on(session, stop_id=entry.stop_id, now=now)


def _standing(session: Session, stop_id: int, contact_id: int, key: str) -> WaitingListEntry | None:
    return session.scalar(
        select(WaitingListEntry).where(
            WaitingListEntry.stop_id == stop_id,
            WaitingListEntry.contact_id == contact_id,
            WaitingListEntry.person_key == key,
            WaitingListEntry.status.in_(OPEN),
        )
    )


def _locked(session: Session, entry_id: int, contact_id: int) -> WaitingListEntry:
    entry = session.get(WaitingListEntry, entry_id, with_for_update=True, populate_existing=True)
    if entry is None or entry.contact_id != contact_id:
        raise NotFound(f"waiting list entry {entry_id}")
    return entry
