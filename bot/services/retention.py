"""What is too old goes, each night, in one transaction of one worker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.core.retention_rules import Periods, cutoff
from bot.services import erasure, rates
from bot.services.erasure import Erased
from bot.store.models import (
    AppointmentTime,
    Attendance,
    Booking,
    Contact,
    Conversation,
    DeliveryEvent,
    Handoff,
    InboundMessage,
    LabelCandidate,
    LoginAttempt,
    MediaFile,
    NightlyRun,
    OutboundMessage,
    Stop,
    TurnEffect,
    WaitingListEntry,
)

NAME = "retention"
PEOPLE_AT_ONCE = 500
LOGIN_ATTEMPTS = timedelta(days=30)
_RASA = """
DELETE FROM rasa.events AS old WHERE old.timestamp < :before AND (
    NOT EXISTS (SELECT 1 FROM rasa.events AS other WHERE other.sender_id = old.sender_id AND other.timestamp >= :before)
    OR old.id < (
        SELECT max(other.id) FROM rasa.events AS other
        WHERE other.sender_id = old.sender_id AND other.action_name = 'action_session_start' AND other.timestamp < :before
    )
)
"""
# Rasa reads a conversation from its last session's start, which has to stay while the conversation goes on.


def begin_night(session: Session, *, day: date) -> bool:
    """Whether the work of this day's night is to be done now: by one worker, once."""
    done = session.scalar(
        insert(NightlyRun)
        .values(name=NAME, day=day)
        .on_conflict_do_update(index_elements=["name"], set_={"day": day}, where=NightlyRun.day < day)
        .returning(NightlyRun.day)
    )
    return done is not None


def apply(session: Session, *, periods: Periods, now: datetime) -> tuple[str, ...]:
    """Delete what is too old; the names of attachments whose files are to go once this is committed."""
    _forget_payloads(session, cutoff(periods.payloads, now))
    files = _forget_media(session, cutoff(periods.media, now))
    files += _forget_messages(session, cutoff(periods.messages, now))
    _forget_handoffs(session, cutoff(periods.handoffs, now))
    erased = _forget_people(session, cutoff(periods.people, now), now)
    _forget_bookings(session, cutoff(periods.bookings, now))
    session.execute(delete(LoginAttempt).where(LoginAttempt.at < now - LOGIN_ATTEMPTS))
    rates.forget_full(session, older_than_seconds=86_400)
    return (*files, *erased.media)


def media_names(session: Session) -> set[str]:
    """The names of all attachments that are kept."""
    names = session.scalars(select(MediaFile.name).where(MediaFile.name.is_not(None)))
    return {name for name in names if name}


def _forget_payloads(session: Session, before: datetime | None) -> None:
    if before is None:
        return
    old = InboundMessage.received_at < before, InboundMessage.raw != {}, InboundMessage.outcome.is_not(None)
    session.execute(update(InboundMessage).where(*old).values(raw={}))
    session.execute(
        update(DeliveryEvent).where(DeliveryEvent.at < before, DeliveryEvent.raw != {}).values(raw={})
    )


def _forget_media(session: Session, before: datetime | None) -> list[str]:
    if before is None:
        return []
    old = select(InboundMessage.id).where(InboundMessage.received_at < before)
    gone = MediaFile.inbound_id.in_(old), MediaFile.status == "stored"
    names = session.scalars(select(MediaFile.name).where(*gone)).all()
    session.execute(update(MediaFile).where(*gone).values(status="expired", name=None))
    return [name for name in names if name]


def _forget_messages(session: Session, before: datetime | None) -> list[str]:
    """Messages both ways, and what Rasa keeps of them. A message that waits to be answered stays."""
    if before is None:
        return []
    turns = select(InboundMessage.id).where(
        InboundMessage.received_at < before, InboundMessage.outcome.is_not(None)
    )
    names = session.scalars(select(MediaFile.name).where(MediaFile.inbound_id.in_(turns))).all()
    session.execute(update(OutboundMessage).where(OutboundMessage.turn_id.in_(turns)).values(turn_id=None))
    for statement in (
        delete(TurnEffect).where(TurnEffect.turn_id.in_(turns)),
        delete(MediaFile).where(MediaFile.inbound_id.in_(turns)),
        delete(LabelCandidate).where(LabelCandidate.inbound_id.in_(turns)),
        delete(InboundMessage).where(InboundMessage.id.in_(turns)),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
    _forget_sent(session, before)
    session.execute(text(_RASA), {"before": before.timestamp()})
    return [name for name in names if name]


def _forget_sent(session: Session, before: datetime) -> None:
    """The words go; a row that something refers to stays, without them."""
    old = OutboundMessage.created_at < before, OutboundMessage.text != ""
    session.execute(update(OutboundMessage).where(*old).values(text="", buttons=[], address=""))


def _forget_handoffs(session: Session, before: datetime | None) -> None:
    if before is not None:
        session.execute(delete(Handoff).where(Handoff.closed_at < before))


def _forget_people(session: Session, before: datetime | None, now: datetime) -> Erased:
    """People of whom nothing was heard, and to whom nothing was said, for so long, and who have nothing ahead."""
    if before is None:
        return Erased(contacts=0, media=())
    talked = exists().where(Conversation.contact_id == Contact.id, Conversation.last_activity_at >= before)
    ahead = (
        select(Booking.id)
        .join(AppointmentTime)
        .where(Booking.contact_id == Contact.id, AppointmentTime.starts_at >= before)
        .exists()
    )
    silent: Sequence[int] = session.scalars(
        select(Contact.id)
        .where(Contact.created_at < before, ~talked, ~ahead)
        .order_by(Contact.id)
        .limit(PEOPLE_AT_ONCE)
    ).all()
    return (
        erasure.erase_contacts(session, contact_ids=silent, now=now)
        if silent
        else Erased(contacts=0, media=())
    )


def _forget_bookings(session: Session, before: datetime | None) -> None:
    """Names and numbers of bookings long past; the row stays, because it counts in the numbers of its stop."""
    if before is None:
        return
    past = select(AppointmentTime.id).where(AppointmentTime.starts_at < before)
    session.execute(
        update(Booking)
        .where(Booking.appointment_time_id.in_(past), Booking.name != "")
        .values(name="", phone="", person_key=Booking.code)
    )
    over = select(Stop.id).where(Stop.day < before.date())
    session.execute(update(Attendance).where(Attendance.stop_id.in_(over)).values(name=None))
    session.execute(
        update(WaitingListEntry)
        .where(WaitingListEntry.stop_id.in_(over), WaitingListEntry.status.not_in(("waiting", "offered")))
        .values(name="", phone="", person_key="")
    )
