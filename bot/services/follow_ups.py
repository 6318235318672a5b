"""After the day: who came is asked one question, who did not gets one kind offer. Rows polled with the product's clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from bot.core import visit_rules
from bot.core.bubbles import Bubble
from bot.core.consent_rules import Purpose
from bot.core.errors import NotFound
from bot.core.locales import variety_or_default
from bot.core.messages import Button
from bot.core.texts import Texts
from bot.services import consent, reach
from bot.services.reach import Templates
from bot.store.models import Booking, Conversation, FollowUp, Stop

BATCH = 50
CHOICES = {
    "came": (
        ("option_useful_yes", '/check_booking{{"choice": "useful_yes:{id}"}}'),
        ("option_useful_some", '/check_booking{{"choice": "useful_some:{id}"}}'),
        ("option_useful_no", '/check_booking{{"choice": "useful_no:{id}"}}'),
    ),
    "no_show": (
        ("option_again", '/book_slot{{"choice": "again:{id}"}}'),
        ("option_coach", "/talk_to_human"),
    ),
}
ANSWERS = ("useful_yes", "useful_some", "useful_no")


def plan(session: Session, *, booking_id: int, came: bool, stop: Stop, now: datetime) -> None:
    """Note that the person is to be asked, once; a note that is corrected before that changes what they are asked."""
    kind = "came" if came else "no_show"
    known = session.scalar(select(FollowUp).where(FollowUp.booking_id == booking_id).with_for_update())
    if known is not None:
        if known.status == "due":
            known.kind = kind
        return
    due_at = visit_rules.asked_at(day=stop.day, closes_at=stop.closes_at, now=now)
    session.add(FollowUp(booking_id=booking_id, kind=kind, due_at=due_at))
    session.flush()


def send_due(session: Session, *, texts: Texts, now: datetime, templates: Templates = frozenset()) -> int:
    """Ask those whose time it is, at most a batch; how many. By day only, in the chat only. Safe in several workers at once."""
    if visit_rules.is_quiet(now):
        return 0
    asked = 0
    for follow_up in _locked_due(session, now):
        reason = _obstacle(session, follow_up, templates, now)
        if reason is not None:
            follow_up.status, follow_up.reason = "skipped", reason
            continue
        _ask(session, follow_up, texts, now)
        asked += 1
    session.flush()
    return asked


def answer(session: Session, *, follow_up_id: int, contact_id: int, choice: str, now: datetime) -> None:
    """Note what was answered; the first answer counts. Raises NotFound where the contact was not asked this."""
    follow_up = session.scalar(
        select(FollowUp)
        .join(Booking)
        .where(FollowUp.id == follow_up_id, Booking.contact_id == contact_id, FollowUp.status == "sent")
        .with_for_update(of=FollowUp)
    )
    if follow_up is None or choice not in ANSWERS:
        raise NotFound(f"follow-up {follow_up_id}")
    if follow_up.answer is None:
        follow_up.answer, follow_up.answered_at = choice, now
    session.flush()


def _locked_due(session: Session, now: datetime) -> Sequence[FollowUp]:
    return session.scalars(
        select(FollowUp)
        .options(joinedload(FollowUp.booking).joinedload(Booking.contact))
        .where(FollowUp.status == "due", FollowUp.due_at <= now)
        .order_by(FollowUp.due_at)
        .limit(BATCH)
        .with_for_update(of=FollowUp, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()


def _obstacle(session: Session, follow_up: FollowUp, templates: Templates, now: datetime) -> str | None:
    if now - follow_up.due_at > visit_rules.ASKED_WITHIN:
        return "it was too long ago"
    booking = follow_up.booking
    if not consent.allowed(session, contact_id=booking.contact_id, purpose=Purpose.REMINDERS):
        return "the person said stop"
    conversation = session.get_one(Conversation, booking.conversation_id)
    if not reach.by_chat(conversation, kind="follow_up", templates=templates, now=now):
        return "the chat cannot be written to"
    return None


def _ask(session: Session, follow_up: FollowUp, texts: Texts, now: datetime) -> None:
    booking = follow_up.booking
    variety = variety_or_default(booking.contact.variety)
    bubble = Bubble(
        text=texts.say(f"notice_{follow_up.kind}", variety, {"name": booking.name}),
        buttons=tuple(
            Button(title=texts.say(title, variety), payload=payload.format(id=follow_up.id))
            for title, payload in CHOICES[follow_up.kind]
        ),
    )
    conversation = session.get_one(Conversation, booking.conversation_id)
    follow_up.outbound_id = reach.say_in_chat(
        session, conversation, bubble, kind="follow_up", now=now, expires_at=now + visit_rules.ASKED_WITHIN
    )
    follow_up.status, follow_up.sent_at = "sent", now
