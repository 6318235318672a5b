"""Asking people on waiting lists: rows polled with the product's clock, by day only, safe in several workers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from bot.core import offer_rules, visit_rules
from bot.core.booking_rules import BOOKABLE_STOP, CALLED_OFF
from bot.core.bubbles import Bubble
from bot.core.consent_rules import Purpose
from bot.core.locales import variety_or_default
from bot.core.messages import Button
from bot.core.reminder_rules import CASABLANCA
from bot.core.texts import Texts
from bot.services import consent, messages, preferences, reach, reminder_words, waiting_line, waiting_list
from bot.services.reach import Templates
from bot.services.reminders import CommuneName
from bot.store.models import Conversation, Hold, Stop, WaitingListEntry

BATCH = 50


def round_of(
    session: Session,
    *,
    texts: Texts,
    commune_name: CommuneName,
    now: datetime,
    templates: Templates = frozenset(),
) -> int:
    """One round: lines that are over are closed, offers lapse, free places are kept, people are asked; how many were asked."""
    _close_over(session, now)
    _lapse(session, texts, now)
    waiting_line.pass_on_everywhere(session, now=now)
    if visit_rules.is_quiet(now):
        return 0
    untold = _offered(session, WaitingListEntry.told_at.is_(None))
    return sum(_ask(session, entry, texts, commune_name, templates, now) for entry in untold)


def _ask(
    session: Session,
    entry: WaitingListEntry,
    texts: Texts,
    commune_name: CommuneName,
    templates: Templates,
    now: datetime,
) -> bool:
    hold = session.get_one(Hold, entry.hold_id, with_for_update=True)
    starts_at = hold.appointment_time.starts_at
    if not offer_rules.worth_offering(starts_at=starts_at, now=now):
        # The night passed over it: who waits goes on waiting, for a later hour.
        waiting_list.end(session, entry, status="waiting", now=now)
        return False
    if not consent.allowed(session, contact_id=entry.contact_id, purpose=Purpose.REMINDERS):
        waiting_list.end(session, entry, status="left", now=now)
        return False
    lasts = preferences.offer_lasts(session)
    hold.expires_at = offer_rules.stands_until(starts_at=starts_at, now=now, lasts=lasts)
    entry.told_at = now
    _write(session, entry, hold, texts, commune_name, templates, now)
    return True


def _write(
    session: Session,
    entry: WaitingListEntry,
    hold: Hold,
    texts: Texts,
    commune_name: CommuneName,
    templates: Templates,
    now: datetime,
) -> None:
    conversation = session.get_one(Conversation, entry.conversation_id)
    variety = variety_or_default(conversation.contact.variety)
    stop = session.get_one(Stop, entry.stop_id)
    said = reminder_words.place_values(hold.appointment_time, stop, commune_name) | {
        "name": entry.name,
        "until": hold.expires_at,
        "channel": f"channel_{conversation.address.channel}",
    }
    if reach.by_chat(conversation, kind="offer", templates=templates, now=now):
        buttons = [("option_offer_yes", "offer_yes"), ("option_offer_no", "offer_no")]
        bubble = _bubble("notice_offer", buttons, entry, texts, said)
        entry.outbound_id = reach.say_in_chat(
            session, conversation, bubble, kind="offer", now=now, expires_at=hold.expires_at
        )
        return
    entry.outbound_id = messages.send_sms(
        session,
        contact_id=entry.contact_id,
        phone_number=entry.phone,
        text=reminder_words.in_one_sms("sms_offer", variety, said, texts),
        kind="offer",
        now=now,
        expires_at=hold.expires_at or now,
    )


def _bubble(
    key: str,
    buttons: Sequence[tuple[str, str]],
    entry: WaitingListEntry,
    texts: Texts,
    values: dict[str, object],
) -> Bubble:
    contact = entry.contact
    variety = variety_or_default(contact.variety)
    return Bubble(
        text=texts.say(key, variety, values),
        buttons=tuple(
            Button(
                title=texts.say(title, variety), payload=f'/check_booking{{"choice": "{kind}:{entry.id}"}}'
            )
            for title, kind in buttons
        ),
    )


def _lapse(session: Session, texts: Texts, now: datetime) -> None:
    over = WaitingListEntry.hold_id.in_(select(Hold.id).where(Hold.status == "held", Hold.expires_at <= now))
    for entry in _offered(session, over):
        waiting_list.end(session, entry, status="lapsed", now=now)
        _tell(session, entry, "notice_offer_lapsed", [("option_wait_again", "wait_again")], texts, now)


def _close_over(session: Session, now: datetime) -> None:
    """Lines of stops that are over end; those of a stop that was called off go with it where it went."""
    today = now.astimezone(CASABLANCA).date()
    gone = select(Stop.id).where(Stop.status.not_in(BOOKABLE_STOP) | (Stop.day < today))
    open_there = WaitingListEntry.status.in_(waiting_list.OPEN) & WaitingListEntry.stop_id.in_(gone)
    for entry in _locked(session, open_there):
        stop = session.get_one(Stop, entry.stop_id)
        target = stop.moved_to_id if stop.status in CALLED_OFF else None
        waiting_list.end(session, entry, status="closed", now=now)
        if target is not None:
            waiting_list.join(
                session,
                contact_id=entry.contact_id,
                conversation_id=entry.conversation_id,
                stop_id=target,
                name=entry.name,
                phone=entry.phone,
                now=now,
                service=entry.service,
            )


def _tell(
    session: Session,
    entry: WaitingListEntry,
    key: str,
    buttons: Sequence[tuple[str, str]],
    texts: Texts,
    now: datetime,
) -> None:
    """In the chat only, and by day: what nobody has to act on is not worth an SMS."""
    conversation = session.get_one(Conversation, entry.conversation_id)
    said: dict[str, object] = {"name": entry.name}
    if not visit_rules.is_quiet(now) and reach.by_chat(conversation, kind="notice", templates=(), now=now):
        bubble = _bubble(key, buttons, entry, texts, said)
        reach.say_in_chat(session, conversation, bubble, kind="notice", now=now)


def _offered(session: Session, which: ColumnElement[bool]) -> Sequence[WaitingListEntry]:
    return _locked(session, which & (WaitingListEntry.status == "offered"))


def _locked(session: Session, which: ColumnElement[bool]) -> Sequence[WaitingListEntry]:
    return session.scalars(
        select(WaitingListEntry)
        .options(joinedload(WaitingListEntry.contact))
        .where(which)
        .order_by(WaitingListEntry.id)
        .limit(BATCH)
        .with_for_update(of=WaitingListEntry, skip_locked=True)
        .execution_options(populate_existing=True)
    ).all()
