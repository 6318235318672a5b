"""Linking an account of the console with its owner's Telegram: a code made there is sent to the bot from here, once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.core.locales import Variety
from bot.core.messages import Channel, InboundMessage
from bot.core.texts import Texts
from bot.services import audit, contacts, messages, staff
from bot.services.audit import Action, Kind
from bot.services.logins import token_hash
from bot.store.models import CoachProfile, Staff

LIFETIME = timedelta(minutes=15)
PREFIX = "staff-"
_ANSWER_LASTS = timedelta(hours=1)
_CODE = re.compile(rf"(?:/start\s+)?{PREFIX}([\w-]{{22}})", re.ASCII)
_VARIETIES = {"fr": Variety.FRENCH, "ar": Variety.ARABIC}


def offer(session: Session, *, staff_id: int, now: datetime) -> str:
    """What the account's owner sends to the bot within a quarter of an hour; older codes no longer work. Only its hash is kept."""
    code = secrets.token_urlsafe(16)
    profile = staff.profile(session, staff_id)
    profile.link_hash, profile.link_expires_at = token_hash(code), now + LIFETIME
    session.add(profile)
    session.flush()
    return PREFIX + code


def is_code(message: InboundMessage) -> bool:
    """Whether :func:`take` will take a message."""
    return _code(message) is not None


def take(session: Session, message: InboundMessage, *, texts: Callable[[], Texts], now: datetime) -> bool:
    """Whether a message is such a code, and no matter for the assistant: it is answered here, and kept nowhere."""
    found = _code(message)
    if found is None:
        return False
    profile = session.scalar(
        select(CoachProfile)
        .join(Staff, Staff.id == CoachProfile.staff_id)
        .where(CoachProfile.link_hash == token_hash(found[1]), Staff.disabled_at.is_(None))
        .with_for_update(of=CoachProfile)
    )
    if profile is None:
        _answer(session, message, "notice_link_unusable", tuple(_VARIETIES.values()), texts(), now)
        return True
    variety = _VARIETIES[profile.staff.language]
    if profile.link_expires_at is not None and profile.link_expires_at > now:
        _link(session, profile, message.address, now)
        _answer(session, message, "notice_linked", (variety,), texts(), now)
    elif not _is_linked(profile, message.address):
        # Telegram may bring the same message twice: who is linked already hears nothing again.
        _answer(session, message, "notice_link_unusable", (variety,), texts(), now)
    return True


def _code(message: InboundMessage) -> re.Match[str] | None:
    return _CODE.fullmatch(message.text.strip()) if message.channel is Channel.TELEGRAM else None


def _link(session: Session, profile: CoachProfile, chat_id: str, now: datetime) -> None:
    profile.link_expires_at = None
    profile.alert_channel, profile.alert_address = Channel.TELEGRAM.value, chat_id
    about = [(Kind.STAFF, profile.staff_id)]
    audit.record(session, staff_id=profile.staff_id, action=Action.TELEGRAM_LINKED, now=now, about=about)


def _is_linked(profile: CoachProfile, chat_id: str) -> bool:
    return (profile.alert_channel, profile.alert_address) == (Channel.TELEGRAM.value, chat_id)


def _answer(
    session: Session,
    message: InboundMessage,
    key: str,
    varieties: tuple[Variety, ...],
    texts: Texts,
    now: datetime,
) -> None:
    contact_id = contacts.contact_at(session, channel=message.channel, address=message.address, now=now)
    messages.send_alert(
        session,
        contact_id=contact_id,
        channel=message.channel,
        address=message.address,
        text="\n".join(texts.say(key, variety, {}).strip() for variety in varieties),
        now=now,
        expires_at=now + _ANSWER_LASTS,
    )
