"""What the jobs of one worker share: database, clock, words, providers, the assistant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.channels.media import MediaSources, TelegramMedia, TwilioMedia
from bot.channels.senders import Senders, make_telegram_sender, make_twilio_sender
from bot.channels.telegram_api import make_bot
from bot.config import Settings, SettingsError
from bot.core.locales import Variety
from bot.core.messages import Button, Channel
from bot.core.retention_rules import Periods
from bot.core.sending_rules import POLICIES
from bot.core.texts import Texts, default_texts
from bot.dialogue import KeptPosts, Post
from bot.gazetteer import Gazetteer
from bot.gazetteer.outlines import Outlines
from bot.services import stops
from bot.services.content_templates import StoredTemplates
from bot.services.ladder import Ladder
from bot.services.reminders import CommuneName
from bot.services.turn_metadata import CommuneAt
from bot.store.clock import Clock, product_clock
from bot.store.engine import Sessions, make_engine, make_sessions
from bot.store.media import MediaStore


@dataclass(frozen=True, kw_only=True)
class JobsContext:
    """Made once per worker process."""

    sessions: Sessions
    clock: Clock
    texts: Texts
    senders: Senders
    assistant: Post
    rasa_urls: tuple[str, ...]
    turn_token: str
    commune_at: CommuneAt
    commune_name: CommuneName
    media: MediaStore
    media_sources: MediaSources
    sender_names: Mapping[Channel, str]
    ladder: Ladder
    retention: Periods
    console_url: str


def database_url(settings: Settings) -> str:
    """Where the product's database is. Raises SettingsError where the start command has not said it."""
    if settings.database_url is None:
        raise SettingsError("DATABASE_URL is not set: start the product with the run command.")
    return settings.database_url


def make_context(settings: Settings) -> JobsContext:
    """The context of a worker that serves ``settings``."""
    sessions = make_sessions(make_engine(database_url(settings), connections=18))
    texts = default_texts()
    gazetteer = _gazetteer(sessions)
    return JobsContext(
        sessions=sessions,
        clock=product_clock(sessions, movable=settings.sandbox),
        texts=texts,
        senders=make_senders(settings, sessions, texts),
        assistant=KeptPosts(),
        rasa_urls=settings.rasa_urls,
        turn_token=settings.turn_token,
        commune_at=Outlines(gazetteer).commune_at,
        commune_name=gazetteer.names,
        media=MediaStore(settings.data.media),
        media_sources=make_media_sources(settings),
        sender_names=_sender_names(settings),
        retention=_periods(settings),
        ladder=Ladder(texts=texts, templates=approved_templates(settings.whatsapp_templates_file)),
        console_url=settings.base_url,
    )


def make_senders(settings: Settings, sessions: Sessions, texts: Texts) -> Senders:
    """The configured providers."""
    fixed = _fixed_buttons(texts)
    twilio = settings.twilio
    telegram = settings.telegram
    return Senders(
        twilio=make_twilio_sender(
            account_sid=twilio.account_sid,
            auth_token=twilio.auth_token,
            whatsapp_from=twilio.whatsapp_from,
            sms_from=twilio.sms_from,
            public_base_url=settings.base_url,
            api_base_url=twilio.api_base_url,
            templates=StoredTemplates(sessions),
            fixed_buttons=lambda buttons: buttons in fixed,
            list_title=fixed.get,
        )
        if twilio
        else None,
        telegram=make_telegram_sender(token=telegram.token, api_base_url=telegram.api_base_url)
        if telegram
        else None,
    )


def make_media_sources(settings: Settings) -> MediaSources:
    """Where attachments are fetched from."""
    twilio = settings.twilio
    telegram = settings.telegram
    return MediaSources(
        twilio=TwilioMedia(
            account_sid=twilio.account_sid, auth_token=twilio.auth_token, api_base_url=twilio.api_base_url
        )
        if twilio
        else None,
        telegram=TelegramMedia(make_bot(token=telegram.token, api_base_url=telegram.api_base_url))
        if telegram
        else None,
    )


def _periods(settings: Settings) -> Periods:
    return Periods(
        messages=settings.retention_messages_days,
        payloads=settings.retention_payloads_days,
        media=settings.retention_media_days,
        handoffs=settings.retention_handoffs_days,
        bookings=settings.retention_bookings_days,
        people=settings.retention_people_days,
    )


def _sender_names(settings: Settings) -> dict[Channel, str]:
    """Which number or bot sends on each channel: limits of rate count for each of them."""
    twilio = settings.twilio
    names = {Channel.TELEGRAM: "bot"}
    if twilio is not None:
        names |= {Channel.WHATSAPP: twilio.whatsapp_from, Channel.SMS: twilio.sms_from}
    return names


def approved_templates(path: Path | None) -> dict[tuple[str, str], str]:
    """The sids of approved templates by kind of message and variety. Raises SettingsError where the file cannot be used."""
    if path is None:
        return {}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        found = {
            (str(kind), Variety(variety).value): str(sid)
            for kind, by_variety in content.items()
            for variety, sid in by_variety.items()
        }
    except (OSError, yaml.YAMLError, AttributeError, ValueError) as problem:
        raise SettingsError(f"WHATSAPP_TEMPLATES_FILE cannot be used: {problem}.") from None
    wrong = [kind for kind, _ in found if kind not in POLICIES]
    if wrong:
        raise SettingsError(f"WHATSAPP_TEMPLATES_FILE: there are no messages of the kind {wrong[0]}.")
    return found


def _fixed_buttons(texts: Texts) -> dict[tuple[Button, ...], str]:
    """The choices that never change, with the title of the list that holds them."""
    return {
        buttons: texts.say("list_title", variety)
        for variety in Variety
        for buttons in texts.fixed_buttons(variety)
    }


def _gazetteer(sessions: Sessions) -> Gazetteer:
    with sessions() as session:
        caravan = stops.current_caravan(session)
        province = caravan.province_code if caravan else None
    if province is None:
        raise SettingsError("No caravan is loaded: run the start command, or load a caravan file.")
    return Gazetteer.load(province)
