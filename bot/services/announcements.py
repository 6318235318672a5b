"""Telling people of a change of plan: polled like reminders, by chat where it may, else by SMS, else by a call.

An announcement belongs to one version of a booking. Who has moved or given up meanwhile is not told any more.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.booking_rules import STANDING
from bot.core.errors import AnaM3akError
from bot.core.locales import variety_or_default
from bot.core.messages import Channel, DeliveryStatus
from bot.core.texts import Texts
from bot.services import calls, messages, plan_words, preferences
from bot.services.reminders import CommuneName
from bot.store.models import Announcement, Booking, Conversation, OutboundMessage, PlanChange

log = logging.getLogger(__name__)

BATCH = 100
USEFUL_FOR = timedelta(days=2)
"""How long the news that there is no place is worth an SMS; other news are until the new appointment."""
ARRIVED = (DeliveryStatus.DELIVERED.value, DeliveryStatus.READ.value)
LOST = (DeliveryStatus.FAILED.value, DeliveryStatus.UNDELIVERED.value, DeliveryStatus.UNKNOWN.value)
SHOWN_WITH = frozenset(
    {"greet", "check_booking", "affirm", "thank", "ask_help", "goodbye", "out_of_scope", None}
)
"""What the person may have said for the news to be shown after the answer: nothing that begins something else."""


def release(session: Session, *, now: datetime) -> None:
    """Changes whose time to be undone is over: from now on people are told. In a transaction of its own."""
    due = select(PlanChange).where(PlanChange.status == "held", PlanChange.release_at <= now)
    for change in session.scalars(due.with_for_update(skip_locked=True)):
        change.status = "told"
    session.flush()


def send_due(session: Session, *, texts: Texts, commune_name: CommuneName, now: datetime) -> int:
    """Tell those whose turn it is, at most a batch, and return how many. Safe in several workers at once."""
    due = session.execute(
        select(Announcement.id, Announcement.booking_id)
        .join(PlanChange)
        .where(Announcement.status == "held", Announcement.due_at <= now, PlanChange.status == "told")
        .order_by(Announcement.due_at, Announcement.id)
        .limit(BATCH)
    )
    told = 0
    for announcement_id, booking_id in due.all():
        try:
            with session.begin_nested():
                told += _tell(session, announcement_id, booking_id, texts, commune_name, now)
        except AnaM3akError as problem:
            # One that cannot be put into words must not keep the others back; its person is called.
            log.error("announcement %s cannot be sent: %s", announcement_id, type(problem).__name__)
            announcement = session.get_one(Announcement, announcement_id)
            announcement.status, announcement.reason = "void", type(problem).__name__
            calls.need(session, booking=announcement.booking, reason="change", now=now)
    return told


def _tell(
    session: Session,
    announcement_id: int,
    booking_id: int,
    texts: Texts,
    commune_name: CommuneName,
    now: datetime,
) -> bool:
    # The booking first, as everywhere: two orders of locking would wait for each other.
    booking = session.scalar(
        select(Booking).where(Booking.id == booking_id).with_for_update(skip_locked=True)
    )
    if booking is None:
        return False
    announcement = session.get_one(
        Announcement, announcement_id, with_for_update=True, populate_existing=True
    )
    if announcement.status != "held":
        return False
    if booking.status not in STANDING or booking.version != announcement.booking_version:
        announcement.status, announcement.reason = "void", "changed"
        return False
    conversation = session.get_one(Conversation, booking.conversation_id)
    if plan_words.reachable_by(conversation, now) is Channel.SMS:
        _by_sms(session, announcement, texts, commune_name, now)
    else:
        _by_chat(session, announcement, conversation, texts, commune_name, now)
    if announcement.outcome == "none":
        calls.need(session, booking=booking, reason="no_place", now=now)
    return True


def _by_chat(
    session: Session,
    announcement: Announcement,
    conversation: Conversation,
    texts: Texts,
    commune_name: CommuneName,
    now: datetime,
) -> None:
    variety = variety_or_default(announcement.booking.contact.variety)
    bubble = plan_words.in_chat(announcement, variety, texts, commune_name)
    sent = messages.reply(session, conversation=conversation, bubbles=[bubble], now=now, kind="announcement")
    announcement.status, announcement.sent_at, announcement.outbound_id = "sent", now, sent[-1]
    session.flush()


def _by_sms(
    session: Session, announcement: Announcement, texts: Texts, commune_name: CommuneName, now: datetime
) -> None:
    booking = announcement.booking
    conversation = session.get_one(Conversation, booking.conversation_id)
    variety = variety_or_default(booking.contact.variety)
    until = announcement.to_time.starts_at if announcement.to_time else now + USEFUL_FOR
    announcement.outbound_id = messages.send_sms(
        session,
        contact_id=booking.contact_id,
        phone_number=booking.phone,
        text=plan_words.in_one_sms(announcement, variety, conversation, texts, commune_name),
        kind="announcement",
        now=now,
        expires_at=until,
    )
    announcement.status, announcement.sent_at = "sent", now
    session.flush()


def follow_up(session: Session, *, texts: Texts, commune_name: CommuneName, now: datetime) -> None:
    """What did not arrive by chat goes by SMS; who was not reached in the set time is to be called."""
    patience = preferences.patience(session)
    for announcement, outbound in _open(session):
        anew = session.scalar(select(OutboundMessage.id).where(OutboundMessage.replaces_id == outbound.id))
        if anew is not None:
            announcement.outbound_id = anew
            continue
        lost = outbound.status in LOST
        if lost and outbound.channel != Channel.SMS.value:
            _by_sms(session, announcement, texts, commune_name, now)
        elif lost or _silent(announcement, outbound, now - patience):
            calls.need(session, booking=announcement.booking, reason="change", now=now)
            announcement.reason = "unreached"
    session.flush()


def _open(session: Session) -> list[tuple[Announcement, OutboundMessage]]:
    """Announcements that were sent, not answered, and of which no receipt says that they arrived."""
    found = session.execute(
        select(Announcement, OutboundMessage)
        .join(OutboundMessage, OutboundMessage.id == Announcement.outbound_id)
        .join(Booking, Booking.id == Announcement.booking_id)
        .where(
            Announcement.status == "sent",
            Announcement.answer.is_(None),
            Announcement.reason.is_(None),
            OutboundMessage.status.not_in(ARRIVED),
            Booking.status.in_(STANDING),
            Booking.version == Announcement.booking_version,
        )
        .order_by(Announcement.id)
        .with_for_update(of=Announcement, skip_locked=True)
    )
    return [(announcement, outbound) for announcement, outbound in found]


def _silent(announcement: Announcement, outbound: OutboundMessage, since: datetime) -> bool:
    """Whether no sign of arrival came in time. Telegram gives none beyond taking the message."""
    taken = outbound.channel == Channel.TELEGRAM.value and outbound.status == DeliveryStatus.SENT.value
    return not taken and announcement.sent_at is not None and announcement.sent_at <= since


def show_pending(
    session: Session,
    *,
    conversation: Conversation,
    intent: str | None,
    texts: Texts,
    commune_name: CommuneName,
    now: datetime,
) -> None:
    """Who was told by SMS and writes now sees the news with its choices, once."""
    if intent not in SHOWN_WITH:
        return
    pending = session.scalars(
        select(Announcement)
        .join(OutboundMessage, OutboundMessage.id == Announcement.outbound_id)
        .join(Booking, Booking.id == Announcement.booking_id)
        .where(
            Announcement.contact_id == conversation.contact_id,
            Announcement.status == "sent",
            Announcement.answer.is_(None),
            OutboundMessage.channel == Channel.SMS.value,
            OutboundMessage.conversation_id.is_(None),
            Booking.status.in_(STANDING),
            Booking.version == Announcement.booking_version,
        )
        .order_by(Announcement.id)
        .with_for_update(of=Announcement)
    )
    for announcement in pending.all():
        _by_chat(session, announcement, conversation, texts, commune_name, now)
