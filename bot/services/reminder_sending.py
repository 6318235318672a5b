"""The ladder of a reminder: the chat where it may be written to, an SMS always in the evening, a call where nothing arrives."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.core import reminder_rules, visit_rules
from bot.core.errors import AnaM3akError
from bot.core.locales import variety_or_default
from bot.core.messages import Channel
from bot.core.texts import Texts
from bot.services import calls, consent, outgoing, preferences, reach, reached, reminder_words
from bot.services.outgoing import Outgoing
from bot.services.reach import Templates
from bot.services.reminders import CommuneName
from bot.store.models import AppointmentTime, Booking, Conversation, Reminder

log = logging.getLogger(__name__)

BATCH = 200


@dataclass(frozen=True, kw_only=True)
class _Written:
    """What is to be stored for one reminder: ``chat`` and ``sms`` where they are sent."""

    reminder: Reminder
    conversation: Conversation
    chat: Outgoing | None
    sms: Outgoing | None


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
    due = _locked_due(session, now)
    silent = consent.stopped_among(session, contact_ids={each.booking.contact_id for each in due})
    talks = _conversations(session, due)
    written: list[_Written] = []
    for reminder in due:
        if not _is_wanted(reminder, silent, now):
            continue
        try:
            written.append(
                _write(reminder, talks[reminder.booking.conversation_id], texts, commune_name, templates, now)
            )
        except AnaM3akError as problem:
            # One that cannot be put into words must not keep the others back.
            log.error("reminder %s cannot be sent: %s", reminder.id, type(problem).__name__)
            reminder.status, reminder.reason = "missed", type(problem).__name__
    _store(session, written, now)
    return len(written)


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
    # Both rows are locked here, and neither is waited for: what another worker holds, or a booking that moves, is passed over.
    # They are read by a second statement, because the first may have seen what was changed before it had the lock.
    locked = session.scalars(
        select(Reminder.id)
        .join(Reminder.booking)
        .where(Reminder.status == "due", Reminder.due_at <= now)
        .order_by(Reminder.due_at, Reminder.id)
        .limit(BATCH)
        .with_for_update(of=(Booking, Reminder), skip_locked=True)
    ).all()
    return session.scalars(
        select(Reminder)
        .options(
            joinedload(Reminder.booking)
            .joinedload(Booking.appointment_time)
            .joinedload(AppointmentTime.stop),
            joinedload(Reminder.booking).joinedload(Booking.contact),
        )
        .where(Reminder.id.in_(locked))
        .order_by(Reminder.due_at, Reminder.id)
        .execution_options(populate_existing=True)
    ).all()


def _conversations(session: Session, due: Sequence[Reminder]) -> dict[int, Conversation]:
    """Those in which the bookings were made, by id, with their people."""
    found = session.scalars(
        select(Conversation)
        .options(joinedload(Conversation.address), joinedload(Conversation.contact))
        .where(Conversation.id.in_({each.booking.conversation_id for each in due}))
        .execution_options(populate_existing=True)
    )
    return {talk.id: talk for talk in found}


def _locked_unsettled(session: Session, *, before: datetime) -> Sequence[Reminder]:
    return session.scalars(
        select(Reminder)
        .options(joinedload(Reminder.booking).joinedload(Booking.appointment_time))
        .where(Reminder.status == "sent", Reminder.settled_at.is_(None), Reminder.sent_at <= before)
        .order_by(Reminder.sent_at)
        .limit(BATCH)
        .with_for_update(of=Reminder, skip_locked=True)
    ).all()


def _is_wanted(reminder: Reminder, silent: Collection[int], now: datetime) -> bool:
    """Whether it is to be sent; where not, it says why. ``silent`` are the contacts who said stop."""
    booking = reminder.booking
    starts_at = booking.appointment_time.starts_at
    if booking.status != "active" or booking.version != reminder.booking_version:
        reminder.status = "void"
    elif reminder_rules.verdict(kind=reminder.kind, starts_at=starts_at, now=now) == "missed":
        reminder.status, reminder.reason = "missed", LATE
    elif booking.contact_id in silent:
        reminder.status, reminder.reason = "void", STOPPED
    else:
        return True
    return False


def _write(
    reminder: Reminder,
    conversation: Conversation,
    texts: Texts,
    commune_name: CommuneName,
    templates: Templates,
    now: datetime,
) -> _Written:
    booking = reminder.booking
    variety = variety_or_default(booking.contact.variety)
    values = reminder_words.values(booking, Channel(conversation.address.channel), commune_name)
    starts_at = booking.appointment_time.starts_at
    chat, sms = None, None
    if reach.by_chat(conversation, kind="reminder", templates=templates, now=now):
        bubble = reminder_words.in_chat(reminder.kind, booking.id, variety, values, texts)
        (chat,) = outgoing.in_chat(conversation, [bubble], kind="reminder", now=now, expires_at=starts_at)
    if reminder.kind == "evening" or chat is None:
        sms = outgoing.to_number(
            contact_id=booking.contact_id,
            channel=Channel.SMS,
            address=booking.phone,
            text=reminder_words.in_one_sms(f"sms_reminder_{reminder.kind}", variety, values, texts),
            kind="reminder",
            now=now,
            expires_at=starts_at,
        )
    return _Written(reminder=reminder, conversation=conversation, chat=chat, sms=sms)


def _store(session: Session, written: Sequence[_Written], now: datetime) -> None:
    """All messages, all jobs, and what the reminders and conversations know of them: one statement each."""
    outgoing.store(session, [message for each in written for message in (each.chat, each.sms) if message])
    for each in written:
        each.reminder.status, each.reminder.sent_at = "sent", now
        if each.chat is not None:
            each.reminder.chat_outbound_id = each.chat.row.id
            each.conversation.last_activity_at = now
        if each.sms is not None:
            each.reminder.outbound_id = each.sms.row.id
    session.flush()
