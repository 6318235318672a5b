"""What somebody is told of a change of plan: in which variety, on which channel, in how many SMS segments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.core import service_window, sms
from bot.core.bubbles import Bubble
from bot.core.locales import Variety, variety_or_default
from bot.core.messages import Button, Channel
from bot.core.texts import Option, Texts
from bot.services.reminders import CommuneName
from bot.store.models import Announcement, Conversation, Stop

CHOICES = ("keep", "other", "give_up")
PAYLOAD = '/answer_change{{"choice": "change_{choice}:{announcement_id}"}}'


@dataclass(frozen=True, kw_only=True)
class Told:
    """One person's news. ``segments`` is nought where it goes out as chat, whose ``text`` has choices under it."""

    name: str
    phone: str
    channel: Channel
    variety: Variety
    outcome: str
    text: str
    buttons: tuple[Button, ...]
    segments: int


def told(
    session: Session, announcement: Announcement, *, texts: Texts, commune_name: CommuneName, now: datetime
) -> Told:
    """The news of one person, as it would be sent at ``now``."""
    booking = announcement.booking
    conversation = session.get_one(Conversation, booking.conversation_id)
    variety = variety_or_default(booking.contact.variety)
    channel = reachable_by(conversation, now)
    if channel is Channel.SMS:
        bubble = Bubble(text=in_one_sms(announcement, variety, conversation, texts, commune_name))
    else:
        bubble = in_chat(announcement, variety, texts, commune_name)
    return Told(
        name=booking.name,
        phone=booking.phone,
        channel=channel,
        variety=variety,
        outcome=announcement.outcome,
        text=bubble.text,
        buttons=bubble.buttons,
        segments=sms.segments(bubble.text) if channel is Channel.SMS else 0,
    )


def reachable_by(conversation: Conversation, now: datetime) -> Channel:
    """The person's own channel where free text may be sent there now, else SMS."""
    channel = Channel(conversation.address.channel)
    window = service_window.is_open(channel=channel, last_inbound_at=conversation.last_inbound_at, now=now)
    return channel if window and conversation.address.blocked_at is None else Channel.SMS


def in_chat(announcement: Announcement, variety: Variety, texts: Texts, commune_name: CommuneName) -> Bubble:
    """What has changed, what becomes of the appointment, and the three choices."""
    values = _values(announcement, commune_name)
    after = values | _after(announcement, commune_name)
    parts = [texts.say(f"notice_plan_{announcement.change.kind}", variety, values)]
    outcome = announcement.outcome if announcement.outcome in ("venue", "none") else "placed"
    parts.append(texts.say(f"notice_plan_{outcome}", variety, after))
    if "venue" in after and outcome != "none":
        parts.append(texts.say("utter_stop_venue", variety, after))
    parts.append(texts.say("notice_plan_ask", variety))
    return Bubble(text="\n".join(parts), buttons=buttons_of(announcement, variety, texts))


def buttons_of(announcement: Announcement, variety: Variety, texts: Texts) -> tuple[Button, ...]:
    """Keep (or wait), another time, give up."""
    return tuple(
        Button(title=texts.say(option.key, variety), payload=option.payload)
        for option in options(announcement)
    )


def options(announcement: Announcement, choices: tuple[str, ...] = CHOICES) -> tuple[Option, ...]:
    """The choices of this announcement, or those of them that are named."""
    keys = {
        "keep": "option_plan_wait" if announcement.outcome == "none" else "option_plan_keep",
        "other": "option_plan_other",
        "give_up": "option_plan_give_up",
    }
    return tuple(
        Option(key=keys[choice], payload=payload(announcement.id, choice), values={}) for choice in choices
    )


def payload(announcement_id: int, choice: str) -> str:
    """What choosing means."""
    return PAYLOAD.format(choice=choice, announcement_id=announcement_id)


def in_one_sms(
    announcement: Announcement,
    variety: Variety,
    conversation: Conversation,
    texts: Texts,
    commune_name: CommuneName,
) -> str:
    """The longest of the texts that one segment holds, with where to answer."""
    values = _values(announcement, commune_name) | _after(announcement, commune_name)
    values["channel"] = f"channel_{Channel(conversation.address.channel).value}"
    keys = {"venue": ["sms_plan_venue", "sms_plan_venue_short"], "none": ["sms_plan_none"]}
    wanted = keys.get(announcement.outcome, ["sms_plan_placed"])
    if "venue" not in values:
        wanted = wanted[-1:]
    said = [sms.fold_gsm7(texts.say(key, variety, values)) for key in wanted]
    return next((text for text in said if sms.segments(text) == 1), said[-1])


def _values(announcement: Announcement, commune_name: CommuneName) -> dict[str, Any]:
    """The stop as it was, with the hours that it has now."""
    stop = announcement.from_time.stop
    return {
        "commune": commune_name(stop.commune_code),
        "day": stop.day,
        "opens_at": stop.opens_at,
        "closes_at": stop.closes_at,
        "name": announcement.booking.name,
        "code": announcement.booking.code,
    }


def _after(announcement: Announcement, commune_name: CommuneName) -> dict[str, Any]:
    if announcement.to_time is None:
        return {}
    stop = announcement.to_time.stop
    after = {"commune": commune_name(stop.commune_code), "starts_at": announcement.to_time.starts_at}
    return after | _venue(stop)


def _venue(stop: Stop) -> dict[str, Any]:
    if not (stop.venue_fr or stop.venue_ar):
        return {}
    return {"venue": {"fr": stop.venue_fr or stop.venue_ar, "ar": stop.venue_ar or stop.venue_fr}}
