"""What people answer to the news of a change: keep, another time, give up."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core import options, plan_replies
from bot.core.booking_rules import BOOKABLE_STOP, STANDING
from bot.core.messages import Location
from bot.services import bookings, calls, plan_words, stops, waiting_list
from bot.store.models import Announcement, Booking, OutboundMessage, WaitingListEntry

OURS = "/answer_change"


def payload_for(session: Session, *, conversation_id: int, typed: str) -> str | None:
    """What a typed message chooses where the last thing that was said in the conversation is such news, else None.

    Its number, or words that mean one of the three; a bare "no" asks what instead.
    """
    news = _last_said(session, conversation_id)
    if news is None:
        return None
    number = options.match(typed)
    if number is not None and 1 <= number.number <= len(news.buttons):
        return str(news.buttons[number.number - 1]["payload"])
    choice = plan_replies.meant(typed)
    about = session.scalar(select(Announcement.id).where(Announcement.outbound_id == news.id))
    if choice is None or about is None:
        return None
    return plan_words.payload(about, choice)


def _last_said(session: Session, conversation_id: int) -> OutboundMessage | None:
    last = session.scalar(
        select(OutboundMessage)
        .where(OutboundMessage.conversation_id == conversation_id)
        .order_by(OutboundMessage.id.desc())
        .limit(1)
    )
    offers = [str(button["payload"]).startswith(OURS) for button in last.buttons] if last else []
    return last if any(offers) else None


def live(session: Session, *, announcement_id: int, contact_id: int) -> Announcement | None:
    """The news, locked together with its booking, if it is this person's and still about the booking as it stands."""
    booking = session.scalar(
        select(Booking)
        .join(Announcement, Announcement.booking_id == Booking.id)
        .where(
            Announcement.id == announcement_id,
            Booking.contact_id == contact_id,
            Booking.status.in_(STANDING),
            Booking.version == Announcement.booking_version,
        )
        .with_for_update(of=Booking)
    )
    if booking is None:
        return None
    return session.get_one(Announcement, announcement_id, with_for_update=True, populate_existing=True)


def open_for(session: Session, *, contact_id: int) -> Announcement | None:
    """The latest news to this person that is not answered and still true."""
    return session.scalar(
        select(Announcement)
        .join(Booking, Booking.id == Announcement.booking_id)
        .where(
            Announcement.contact_id == contact_id,
            Announcement.status == "sent",
            Announcement.answer.is_(None),
            Booking.status.in_(STANDING),
            Booking.version == Announcement.booking_version,
        )
        .order_by(Announcement.id.desc())
        .limit(1)
    )


def stand_in_line(session: Session, announcement: Announcement, *, now: datetime) -> WaitingListEntry | None:
    """Who lost a place and found no other waits for one: on the new day, else at the stop that is nearest to the old one.

    None where no stop lies ahead.
    """
    booking, stop = announcement.booking, announcement.from_time.stop
    target = announcement.change.target_stop
    if target is None or target.status not in BOOKABLE_STOP:
        near = Location(latitude=stop.latitude, longitude=stop.longitude)
        ahead = stops.upcoming(session, now=now, near=near)
        if not ahead:
            return None
        stop_id = ahead[0].id
    else:
        stop_id = target.id
    return waiting_list.join(
        session,
        contact_id=booking.contact_id,
        conversation_id=booking.conversation_id,
        stop_id=stop_id,
        name=booking.name,
        phone=booking.phone,
        service=booking.service,
        now=now,
    )


def answer(session: Session, announcement: Announcement, *, choice: str, now: datetime) -> None:
    """Note an answer ("keep", "other" or "give_up"); giving up frees the place. Nobody has to call any more."""
    announcement.answer, announcement.answered_at = choice, now
    waits = announcement.outcome == "none" and choice == "keep"
    if not waits:
        calls.settle(session, booking_id=announcement.booking_id, now=now)
    if choice == "give_up":
        bookings.cancel(
            session, booking_id=announcement.booking_id, contact_id=announcement.contact_id, now=now
        )
    session.flush()
