"""The ladder of a reminder: the chat where it may be written to, an SMS always in the evening, a call where nothing arrives."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.core import reminder_rules, visit_rules
from bot.core.consent_rules import Purpose
from bot.core.errors import AnaM3akError
from bot.core.locales import variety_or_default
from bot.core.messages import Channel
from bot.core.texts import Texts
from bot.services import calls, consent, messages, preferences, reach, reached, reminder_words
from bot.services.reach import Templates
from bot.services.reminders import CommuneName
from bot.store.models import AppointmentTime, Booking, Conversation, Reminder

log = logging.getLogger(__name__)

BATCH = 100
LATE = "it was too late to be of use"
STOPPED = "the person said stop"


def send_due(
    session: Session,
    *,
    texts: Texts,
    commune_name: CommuneName,
    now: datetime,
    templates: Templates = frozenset(),
) -> int:
    """Queue what is due, at most a batch, and return to how many people. Safe in several workers at once."""
    if visit_rules.is_quiet(now):
        return 0
    sent = 0
    for reminder in _locked_due(session, now):
        try:
            with session.begin_nested():
                sent += _send(session, reminder, texts, commune_name, templates, now)
        except AnaM3akError as problem:
            # One that cannot be put into words must not keep the others back.
            log.error("reminder %s cannot be sent: %s", reminder.id, type(problem).__name__)
            reminder.status, reminder.reason = "missed", type(problem).__name__
    session.flush()
    return sent


def settle(session: Session, *, now: datetime) -> int:
    """Look at what was sent long enough ago: whom nothing has reached is to be called; how many.

    Receipts decide. The time is a preference of the staff's.
    """
    silent = 0
    unsettled = _locked_unsettled(session, before=now - preferences.patience(session))
    sent = [number for each in unsettled for number in (each.outbound_id, each.chat_outbound_id) if number]
    arrived = reached.reached(session, sent)
    for reminder in unsettled:
        reminder.settled_at = now
        if arrived & {reminder.outbound_id, reminder.chat_outbound_id}:
            continue
        booking = reminder.booking
        if booking.status == "active" and booking.version == reminder.booking_version:
            reminder.reason = "unreached"
            if booking.appointment_time.starts_at > now:
                calls.need(session, booking=booking, reason="reminder", now=now)
                silent += 1
    session.flush()
    return silent


def _locked_due(session: Session, now: datetime) -> Sequence[Reminder]:
    # Bookings are locked before reminders, as when they move; what another worker holds is left to it.
    due = (
        select(Reminder.booking_id)
        .where(Reminder.status == "due", Reminder.due_at <= now)
        .order_by(Reminder.due_at)
        .limit(BATCH)
    )
    held = session.scalars(
        select(Booking.id).where(Booking.id.in_(due)).order_by(Booking.id).with_for_update(skip_locked=True)
    ).all()
    return session.scalars(
        select(Reminder)
        .options(
            joinedload(Reminder.booking)
            .joinedload(Booking.appointment_time)
            .joinedload(AppointmentTime.stop),
            joinedload(Reminder.booking).joinedload(Booking.contact),
        )
        .where(Reminder.booking_id.in_(held), Reminder.status == "due", Reminder.due_at <= now)
        .order_by(Reminder.due_at, Reminder.id)
        .with_for_update(of=Reminder, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def _locked_unsettled(session: Session, *, before: datetime) -> Sequence[Reminder]:
    return session.scalars(
        select(Reminder)
        .options(joinedload(Reminder.booking).joinedload(Booking.appointment_time))
        .where(Reminder.status == "sent", Reminder.settled_at.is_(None), Reminder.sent_at <= before)
        .order_by(Reminder.sent_at)
        .limit(BATCH)
        .with_for_update(of=Reminder, skip_locked=True)
    ).all()


def _send(
    session: Session,
    reminder: Reminder,
    texts: Texts,
    commune_name: CommuneName,
    templates: Templates,
    now: datetime,
) -> bool:
    booking = reminder.booking
    starts_at = booking.appointment_time.starts_at
    if booking.status != "active" or booking.version != reminder.booking_version:
        reminder.status = "void"
    elif reminder_rules.verdict(kind=reminder.kind, starts_at=starts_at, now=now) == "missed":
        reminder.status, reminder.reason = "missed", LATE
    elif not consent.allowed(session, contact_id=booking.contact_id, purpose=Purpose.REMINDERS):
        reminder.status, reminder.reason = "void", STOPPED
    else:
        _write(session, reminder, texts, commune_name, templates, now)
        reminder.status, reminder.sent_at = "sent", now
        return True
    return False


def _write(
    session: Session,
    reminder: Reminder,
    texts: Texts,
    commune_name: CommuneName,
    templates: Templates,
    now: datetime,
) -> None:
    booking = reminder.booking
    conversation = session.get_one(Conversation, booking.conversation_id)
    variety = variety_or_default(booking.contact.variety)
    values = reminder_words.values(booking, Channel(conversation.address.channel), commune_name)
    starts_at = booking.appointment_time.starts_at
    if reach.by_chat(conversation, kind="reminder", templates=templates, now=now):
        bubble = reminder_words.in_chat(reminder.kind, booking.id, variety, values, texts)
        reminder.chat_outbound_id = reach.say_in_chat(
            session, conversation, bubble, kind="reminder", now=now, expires_at=starts_at
        )
    if reminder.kind == "evening" or reminder.chat_outbound_id is None:
        reminder.outbound_id = messages.send_sms(
            session,
            contact_id=booking.contact_id,
            phone_number=booking.phone,
            text=reminder_words.in_one_sms(f"sms_reminder_{reminder.kind}", variety, values, texts),
            kind="reminder",
            now=now,
            expires_at=starts_at,
        )
