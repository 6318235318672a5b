"""The ledger of consent: what a person agreed to be written for, who said so, when, and by which words. Nothing in it changes."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.core.consent_rules import BY_DEFAULT, ENDED_BY_STOP, Purpose, Source
from bot.core.messages import Channel
from bot.store.inbox import LONGEST_WORDS
from bot.store.models import ConsentEvent, Contact


def allowed(session: Session, *, contact_id: int, purpose: Purpose) -> bool:
    """Whether the person may be written to for this purpose: the last word counts, on whichever channel it was said."""
    last = _last(session, contact_id, purpose)
    return BY_DEFAULT[purpose] if last is None else last


def give(
    session: Session,
    *,
    contact_id: int,
    purpose: Purpose,
    channel: Channel,
    words: str,
    now: datetime,
    source: Source = Source.PERSON,
) -> bool:
    """Note that the person agrees; False where that is known already."""
    return _note(session, contact_id, purpose, channel, True, source, words, now)


def stop(session: Session, *, contact_id: int, channel: Channel, words: str, now: datetime) -> bool:
    """The person wants no messages but answers. False where they had said so before."""
    noted = [
        _note(session, contact_id, purpose, channel, False, Source.PERSON, words, now)
        for purpose in ENDED_BY_STOP
    ]
    return any(noted)


def resume(session: Session, *, contact_id: int, channel: Channel, words: str, now: datetime) -> bool:
    """The person clearly wants messages again. Whether that restores what a stop had ended."""
    stopped = has_stopped(session, contact_id=contact_id)
    for purpose in ENDED_BY_STOP:
        give(session, contact_id=contact_id, purpose=purpose, channel=channel, words=words, now=now)
    return stopped


def has_stopped(session: Session, *, contact_id: int) -> bool:
    """Whether the person said stop and nothing to the contrary since."""
    return not allowed(session, contact_id=contact_id, purpose=Purpose.REMINDERS)


def stopped_among(session: Session, *, contact_ids: Collection[int]) -> set[int]:
    """Those of many people who said stop and nothing to the contrary since."""
    latest = (
        select(func.max(ConsentEvent.id))
        .where(
            ConsentEvent.contact_id.in_(list(contact_ids)), ConsentEvent.purpose == Purpose.REMINDERS.value
        )
        .group_by(ConsentEvent.contact_id)
    )
    stops = select(ConsentEvent.contact_id).where(ConsentEvent.id.in_(latest), ConsentEvent.given.is_(False))
    return set(session.scalars(stops))


def agree_to_reminders(
    session: Session, *, contact_id: int, channel: Channel, words: str, now: datetime
) -> bool:
    """Who books agrees to be reminded, unless they had said stop: that is not reversed by a booking. Whether they are reminded."""
    last = _last(session, contact_id, Purpose.REMINDERS)
    if last is None:
        give(session, contact_id=contact_id, purpose=Purpose.REMINDERS, channel=channel, words=words, now=now)
    return last is not False


def shut_out(session: Session, *, contact_id: int, channel: Channel, words: str, now: datetime) -> None:
    """The provider says that the person refuses us on this channel; news are over then, and stay so when they write again."""
    _note(session, contact_id, Purpose.SERVICE, channel, False, Source.PROVIDER, words, now)
    if allowed(session, contact_id=contact_id, purpose=Purpose.ANNOUNCEMENTS):
        _note(session, contact_id, Purpose.ANNOUNCEMENTS, channel, False, Source.PROVIDER, words, now)


def let_in_again(session: Session, *, contact_id: int, channel: Channel, now: datetime) -> None:
    """The person wrote again on a channel on which they had refused us: they are answered, and no more than that."""
    _note(session, contact_id, Purpose.SERVICE, channel, True, Source.PERSON, "", now)


def history(session: Session, *, contact_id: int) -> Sequence[ConsentEvent]:
    """All entries of a person, latest first."""
    found = select(ConsentEvent).where(ConsentEvent.contact_id == contact_id)
    return session.scalars(found.order_by(ConsentEvent.id.desc())).all()


def _last(session: Session, contact_id: int, purpose: Purpose) -> bool | None:
    session.flush()
    return session.scalar(
        select(ConsentEvent.given)
        .where(ConsentEvent.contact_id == contact_id, ConsentEvent.purpose == purpose.value)
        .order_by(ConsentEvent.id.desc())
        .limit(1)
    )


def _note(
    session: Session,
    contact_id: int,
    purpose: Purpose,
    channel: Channel,
    given: bool,
    source: Source,
    words: str,
    now: datetime,
) -> bool:
    """Add an entry; one that says what the last one said adds nothing and gives False."""
    if _last(session, contact_id, purpose) is given:
        return False
    session.add(
        ConsentEvent(
            contact_id=contact_id,
            purpose=purpose.value,
            channel=channel.value,
            given=given,
            source=source.value,
            words=words[:LONGEST_WORDS],
            at=now,
        )
    )
    if purpose is Purpose.ANNOUNCEMENTS:
        changed = {"wants_updates": given, "updates_changed_at": now}
        session.execute(update(Contact).where(Contact.id == contact_id).values(changed))
    session.flush()
    return True
