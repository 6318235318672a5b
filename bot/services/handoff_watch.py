"""What happens to handoffs by themselves: somebody waits and coaches are told, nobody writes any more and the assistant resumes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot.core.locales import Variety
from bot.core.messages import Channel
from bot.core.roles import Role
from bot.core.texts import Texts
from bot.services import contacts, desk_settings, handoffs, messages
from bot.services.desk_settings import Desk
from bot.store.models import CoachProfile, Conversation, Handoff, Staff

BATCH = 50
ALERT_LASTS = timedelta(hours=2)
VARIETY = {"fr": Variety.FRENCH, "ar": Variety.ARABIC}


def tell_coaches(session: Session, *, texts: Texts, console_url: str, now: datetime) -> int:
    """Alert coaches to who has waited too long, at once where it is urgent, and organisers where nobody came; how many alerts.

    Outside the hours only what is urgent is told. Safe in several workers at once: each alert is sent once.
    """
    desk = desk_settings.load(session)
    sent = 0
    for handoff in _to_alert(session, desk, now):
        handoff.alerted_at = now
        coaches = _reachable(session, Role.COACH, handoff.speciality) or _reachable(session, Role.ORGANISER)
        key = "sms_alert_urgent" if handoff.urgent else "sms_alert"
        sent += _send(session, coaches, handoff, key, texts, console_url, now)
    for handoff in _to_escalate(session, desk, now):
        handoff.escalated_at = now
        organisers = _reachable(session, Role.ORGANISER)
        sent += _send(session, organisers, handoff, "sms_alert_escalated", texts, console_url, now)
    return sent


def give_back_silent(session: Session, *, texts: Texts, now: datetime) -> int:
    """Let the assistant resume where nobody has written for the set time, and say so; how many conversations.

    A conversation whose coach has never answered is not given back: it waits for another coach.
    """
    quiet = now - desk_settings.load(session).give_back_after
    silent = (
        select(Handoff.conversation_id)
        .join(Conversation, Conversation.id == Handoff.conversation_id)
        .where(Handoff.closed_at.is_(None), Handoff.taken_at <= quiet, Conversation.last_activity_at <= quiet)
        .limit(BATCH)
    )
    ended = 0
    for conversation_id in session.scalars(silent).all():
        conversation = session.scalar(
            select(Conversation)
            .where(Conversation.id == conversation_id, Conversation.last_activity_at <= quiet)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        if conversation is not None:
            ended += _end(session, conversation, texts, quiet, now)
    return ended


def _end(session: Session, conversation: Conversation, texts: Texts, quiet: datetime, now: datetime) -> bool:
    handoff = handoffs.open_handoff(session, conversation.id)
    if handoff is None or handoff.taken_at is None or handoff.taken_at > quiet:
        return False
    if handoff.first_answer_at is None:
        handoffs.wait_again(conversation, handoff, now)
    else:
        handoffs.close(
            session,
            conversation,
            handoff,
            by="silence",
            notice="notice_given_back_silence",
            texts=texts,
            now=now,
        )
    session.flush()
    return True


def _to_alert(session: Session, desk: Desk, now: datetime) -> Sequence[Handoff]:
    due = Handoff.waiting_since <= now - desk.alert_after
    return session.scalars(
        select(Handoff)
        .where(Handoff.closed_at.is_(None), Handoff.staff_id.is_(None), Handoff.alerted_at.is_(None))
        .where(or_(Handoff.urgent, due) if desk.is_open(now) else Handoff.urgent)
        .order_by(Handoff.urgent.desc(), Handoff.waiting_since)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()


def _to_escalate(session: Session, desk: Desk, now: datetime) -> Sequence[Handoff]:
    """Told to coaches, and nobody came: after the longer wait, and for what is urgent after the shorter one."""
    due = Handoff.waiting_since <= now - desk.escalate_after
    urgent = Handoff.urgent & (Handoff.alerted_at <= now - desk.alert_after)
    return session.scalars(
        select(Handoff)
        .where(Handoff.closed_at.is_(None), Handoff.staff_id.is_(None))
        .where(Handoff.alerted_at.is_not(None), Handoff.escalated_at.is_(None))
        .where(or_(urgent, due) if desk.is_open(now) else urgent)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()


def _reachable(session: Session, role: Role, speciality: str | None = None) -> list[CoachProfile]:
    """Whom to tell; where nobody of this role has the speciality, everybody of the role."""
    found = list(
        session.scalars(
            select(CoachProfile)
            .join(Staff, Staff.id == CoachProfile.staff_id)
            .where(Staff.role == role.value, Staff.disabled_at.is_(None))
            .where(CoachProfile.alert_channel.is_not(None), CoachProfile.alert_address.is_not(None))
            .order_by(CoachProfile.staff_id)
        )
    )
    return [each for each in found if speciality in each.specialities] or found


def _send(
    session: Session,
    to: Sequence[CoachProfile],
    handoff: Handoff,
    key: str,
    texts: Texts,
    console_url: str,
    now: datetime,
) -> int:
    minutes = int((now - handoff.waiting_since).total_seconds() // 60)
    link = f"{console_url}/console/conversations/{handoff.conversation_id}"
    for profile in to:
        channel, address = Channel(profile.alert_channel), profile.alert_address or ""
        words = texts.say(key, VARIETY[profile.staff.language], {"minutes": minutes, "link": link})
        contact_id = contacts.contact_at(session, channel=channel, address=address, now=now)
        messages.send_alert(
            session,
            contact_id=contact_id,
            channel=channel,
            address=address,
            text=words,
            now=now,
            expires_at=now + ALERT_LASTS,
        )
    return len(to)
