"""A turn: what the assistant is told of a message, and what becomes of its answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.core.bubbles import Bubble
from bot.core.consent_rules import Purpose
from bot.core.locales import Variety
from bot.core.messages import Button, Channel, InboundKind, InboundMessage, Location, MediaItem
from bot.core.texts import default_texts
from bot.services import consent, contacts, handoffs, messages, receiving, turns
from bot.services.turn_words import STICKER
from bot.services.turns import Turn
from bot.store import models
from bot.store.engine import Sessions, transaction
from tests.services.conftest import TIFLET

TEXTS = default_texts()
Receive = Callable[..., int]


@pytest.fixture
def receive(sessions: Sessions, now: datetime) -> Receive:
    """Stores a message of somebody on Telegram; keyword arguments replace its values."""

    def store(provider_id: str = "1", **changes: Any) -> int:
        values: dict[str, Any] = {"kind": InboundKind.TEXT, "address": "77", "channel": Channel.TELEGRAM}
        message = InboundMessage(provider_id=provider_id, raw={}, **(values | changes))
        with transaction(sessions) as session:
            stored = receiving.receive(session, message, now=now)
        assert stored is not None
        return stored

    return store


def begin(sessions: Sessions, inbound_id: int, now: datetime, commune: str | None = None) -> Turn | None:
    with transaction(sessions) as session:
        return turns.begin(
            session, inbound_id=inbound_id, commune_at=lambda point: commune, texts=TEXTS, now=now
        )


def begun(sessions: Sessions, inbound_id: int, now: datetime, commune: str | None = None) -> Turn:
    turn = begin(sessions, inbound_id, now, commune)
    assert turn is not None
    return turn


def finish(
    sessions: Sessions,
    turn: Turn,
    now: datetime,
    *,
    text: str = "D'accord",
    variety: str | None = "fr",
    intent: str = "ask_info",
) -> tuple[int, ...]:
    with transaction(sessions) as session:
        return turns.finish(
            session,
            turn=turn,
            bubbles=(Bubble(text=text),),
            variety=variety,
            intent=intent,
            confidence=0.9,
            texts=TEXTS,
            now=now,
        )


def give_up(sessions: Sessions, inbound_id: int, now: datetime) -> None:
    with transaction(sessions) as session:
        turns.give_up(session, inbound_id=inbound_id, texts=TEXTS, now=now)


def stored(sessions: Sessions, inbound_id: int) -> models.InboundMessage:
    with sessions() as session:
        return session.get_one(models.InboundMessage, inbound_id)


def contact(sessions: Sessions) -> models.Contact:
    with sessions() as session:
        return session.scalars(select(models.Contact)).one()


def conversation(sessions: Sessions) -> models.Conversation:
    with sessions() as session:
        return session.scalars(select(models.Conversation)).one()


def said(sessions: Sessions) -> list[str]:
    with sessions() as session:
        rows = session.scalars(select(models.OutboundMessage).order_by(models.OutboundMessage.id))
        return [row.text for row in rows]


def wait_for_coach(sessions: Sessions, now: datetime) -> None:
    with transaction(sessions) as session:
        found = session.scalars(select(models.Conversation)).one()
        handoffs.request(session, conversation_id=found.id, reason="asked", now=now)


class TestBegin:
    def test_a_text_with_what_is_known_of_the_person(self, sessions: Sessions, receive: Receive) -> None:
        july = datetime(2026, 7, 1, 9, 0, tzinfo=UTC)
        turn = begun(sessions, receive(text="fin kayna lkaravan?"), july)
        assert (turn.text, turn.payload, turn.channel) == ("fin kayna lkaravan?", None, "telegram")
        assert turn.conversation_id == conversation(sessions).id
        assert turn.metadata == {
            "contact_id": contact(sessions).id,
            "now": "2026-07-01T10:00:00+01:00",
            "variety": None,
            "variety_chosen": False,
            "phone_known": False,
            "location": None,
            "province": None,
        }

    def test_the_chosen_variety_the_phone_and_the_province_are_told(
        self, sessions: Sessions, now: datetime, receive: Receive, caravan: models.Caravan
    ) -> None:
        inbound_id = receive(address="+212612345678", channel=Channel.WHATSAPP, text="salam")
        with transaction(sessions) as session:
            contacts.choose_variety(session, contact_id=contact(sessions).id, variety=Variety.FRENCH)
        metadata = begun(sessions, inbound_id, now).metadata
        assert (metadata["variety"], metadata["variety_chosen"]) == ("fr", True)
        assert (metadata["phone_known"], metadata["province"]) == (True, "04.291")

    def test_a_button_is_its_payload(self, sessions: Sessions, now: datetime, receive: Receive) -> None:
        turn = begun(sessions, receive(kind=InboundKind.BUTTON, text="Oui", payload="/affirm"), now)
        assert (turn.text, turn.payload) == ("Oui", "/affirm")

    def test_a_button_without_payload_is_what_stands_on_it(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        turn = begun(sessions, receive(kind=InboundKind.BUTTON, text="Oui"), now)
        assert (turn.text, turn.payload) == ("Oui", None)

    def test_a_pin_is_told_with_its_commune_if_it_has_one(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        point = Location(latitude=33.89, longitude=-6.31)
        inbound_id = receive(kind=InboundKind.LOCATION, location=point)
        for commune in (TIFLET, None):
            turn = begun(sessions, inbound_id, now, commune)
            assert turn.payload == "/share_location"
            assert turn.metadata["location"] == {"latitude": 33.89, "longitude": -6.31, "commune": commune}

    def test_a_shared_number_is_remembered_in_its_international_form(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        turn = begun(sessions, receive(kind=InboundKind.CONTACT, shared_phone="0612 34 56 78"), now)
        assert turn.payload is not None
        intent, _, values = turn.payload.partition("{")
        assert intent == "/inform"
        assert json.loads("{" + values) == {"phone_number": "+212612345678"}
        assert contact(sessions).phone == "+212612345678"
        assert turn.metadata["phone_known"] is True

    def test_a_shared_number_that_takes_no_sms_is_told_but_not_remembered(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        turn = begun(sessions, receive(kind=InboundKind.CONTACT, shared_phone="+33612345678"), now)
        assert turn.payload == '/inform{"phone_number": "+33612345678"}'
        assert contact(sessions).phone is None

    def test_somebody_elses_card_holds_no_number(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        assert begun(sessions, receive(kind=InboundKind.CONTACT), now).payload == "/inform"

    def test_a_voice_note_has_no_words(self, sessions: Sessions, now: datetime, receive: Receive) -> None:
        media = (MediaItem(reference="file", content_type="audio/ogg"),)
        turn = begun(sessions, receive(kind=InboundKind.MEDIA, media=media), now)
        assert (turn.text, turn.payload) == ("", "/send_media")

    def test_a_sticker_is_not_taken_for_one(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        turn = begun(sessions, receive(kind=InboundKind.UNSUPPORTED), now)
        assert (turn.text, turn.payload) == ("", STICKER)

    def test_a_picture_with_words_is_its_words(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        turn = begun(sessions, receive(kind=InboundKind.MEDIA, text="chno hada?"), now)
        assert (turn.text, turn.payload) == ("chno hada?", None)

    def test_telegrams_commands_are_a_greeting(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        for command in ("/start", " /START ", "/start ref_7", "/menu"):
            assert begun(sessions, receive(command, text=command), now).payload == "/greet"
        assert begun(sessions, receive("/help", text="/help"), now).payload == "/ask_help"

    def test_an_insult_needs_no_model(self, sessions: Sessions, now: datetime, receive: Receive) -> None:
        assert begun(sessions, receive(text="nik mok"), now).payload == "/complain"

    def test_what_a_person_types_is_never_a_payload(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        for typed in ("/book_slot", '/inform{"choice": "stop:1"}', "/starter"):
            turn = begun(sessions, receive(typed, text=typed), now)
            assert (turn.text, turn.payload) == (typed, None)

    def test_a_conversation_that_waits_for_a_coach_is_not_answered(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        inbound_id = receive(text="wach kayn chi wa7d?")
        wait_for_coach(sessions, now)
        assert begin(sessions, inbound_id, now) is None
        row = stored(sessions, inbound_id)
        assert (row.outcome, row.completed_at) == ("to_coach", now)
        assert said(sessions) == []

    def test_a_number_shared_with_a_coach_is_remembered_too(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        inbound_id = receive(kind=InboundKind.CONTACT, shared_phone="+212612345678")
        wait_for_coach(sessions, now)
        begin(sessions, inbound_id, now)
        assert contact(sessions).phone == "+212612345678"

    def test_a_message_that_was_answered_is_not_run_again(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        inbound_id = receive(text="salam")
        finish(sessions, begun(sessions, inbound_id, now), now)
        assert begin(sessions, inbound_id, now) is None
        assert stored(sessions, inbound_id).outcome == "answered"


class TestFinish:
    def test_the_first_answer_says_first_what_is_kept(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        for provider_id in ("1", "2"):
            finish(sessions, begun(sessions, receive(provider_id, text="salam"), now), now)
        note = TEXTS.say("utter_first_note", Variety.FRENCH)
        assert said(sessions) == [f"{note}\n\nD'accord", "D'accord"]

    def test_a_welcome_says_it_itself(self, sessions: Sessions, now: datetime, receive: Receive) -> None:
        finish(sessions, begun(sessions, receive("1"), now), now, text="Marhba", intent="greet")
        finish(sessions, begun(sessions, receive("2"), now), now)
        assert said(sessions) == ["Marhba", "D'accord"]

    def test_what_was_understood_is_kept_and_the_variety_remembered(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        inbound_id = receive(text="salam")
        finish(sessions, begun(sessions, inbound_id, now), now, variety="ary-Latn")
        row = stored(sessions, inbound_id)
        assert (row.intent, row.confidence, row.variety) == ("ask_info", 0.9, "ary-Latn")
        assert (row.outcome, row.completed_at) == ("answered", now)
        known = contact(sessions)
        assert (known.variety, known.variety_chosen) == ("ary-Latn", False)

    def test_an_unknown_variety_leaves_the_known_one(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        finish(sessions, begun(sessions, receive("1"), now), now, variety="fr")
        finish(sessions, begun(sessions, receive("2"), now), now, variety=None)
        assert contact(sessions).variety == "fr"

    def test_a_turn_that_ran_twice_is_answered_once(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        turn = begun(sessions, receive(text="salam"), now)
        assert len(finish(sessions, turn, now, text="un", intent="greet")) == 1
        assert finish(sessions, turn, now, text="deux", intent="greet") == ()
        assert said(sessions) == ["un"]


class TestGiveUp:
    def test_the_person_gets_an_apology_in_their_variety_and_a_coach(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        finish(sessions, begun(sessions, receive("1"), now), now, intent="greet")
        inbound_id = receive("2")
        give_up(sessions, inbound_id, now)
        assert said(sessions)[1:] == [TEXTS.say("notice_gave_up", Variety.FRENCH)]
        assert stored(sessions, inbound_id).outcome == "gave_up"
        assert conversation(sessions).talker == "waiting"
        with sessions() as session:
            handoff = session.scalars(select(models.Handoff)).one()
        assert (handoff.reason, handoff.closed_at) == ("gave_up", None)

    def test_once_only(self, sessions: Sessions, now: datetime, receive: Receive) -> None:
        inbound_id = receive()
        give_up(sessions, inbound_id, now)
        give_up(sessions, inbound_id, now)
        assert said(sessions) == [TEXTS.say("notice_gave_up", Variety.DARIJA_ARABIC)]

    def test_an_answered_turn_is_not_given_up(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        inbound_id = receive()
        finish(sessions, begun(sessions, inbound_id, now), now, intent="greet")
        give_up(sessions, inbound_id, now)
        assert said(sessions) == ["D'accord"]
        assert conversation(sessions).talker == "assistant"

    def test_who_waits_for_a_coach_already_hears_no_apology(
        self, sessions: Sessions, now: datetime, receive: Receive
    ) -> None:
        inbound_id = receive()
        wait_for_coach(sessions, now)
        give_up(sessions, inbound_id, now)
        assert said(sessions) == []
        assert stored(sessions, inbound_id).outcome == "to_coach"


def hold(sessions: Sessions, inbound_id: int, now: datetime) -> int:
    """A coach takes the conversation of a message; its id."""
    with transaction(sessions) as session:
        staff = models.Staff(username="amal", display_name="Amal", password_hash="", created_at=now)
        session.add(staff)
        session.flush()
        conversation_id = stored(sessions, inbound_id).conversation_id
        handoffs.take(session, conversation_id=conversation_id, staff_id=staff.id, now=now)
    return conversation_id


def may(sessions: Sessions, conversation_id: int) -> dict[Purpose, bool]:
    with sessions() as session:
        contact_id = session.get_one(models.Conversation, conversation_id).contact_id
        return {
            purpose: consent.allowed(session, contact_id=contact_id, purpose=purpose) for purpose in Purpose
        }


@pytest.mark.parametrize("words", ["STOP", "توقف", "حبس", "arrêt", "ma b9itch", "baraka"])
def test_stop_is_heeded_before_the_assistant_is_asked_which_confirms_it(
    sessions: Sessions, now: datetime, receive: Receive, words: str
) -> None:
    turn = begun(sessions, receive(text=words), now)
    assert (turn.text, turn.payload) == (words, "/unsubscribe")
    assert may(sessions, turn.conversation_id) == {
        Purpose.SERVICE: True,
        Purpose.REMINDERS: False,
        Purpose.ANNOUNCEMENTS: False,
    }


def test_stop_is_heeded_with_a_coach_too_and_confirmed_once(
    sessions: Sessions, now: datetime, receive: Receive
) -> None:
    conversation_id = hold(sessions, receive("1", text="salam"), now)
    for provider_id in ("2", "3"):
        assert begin(sessions, receive(provider_id, text="حبس"), now) is None
    assert may(sessions, conversation_id)[Purpose.REMINDERS] is False
    with sessions() as session:
        said = session.scalars(select(models.OutboundMessage.text)).all()
    assert said == [TEXTS.say("utter_unsubscribed", Variety.DARIJA_ARABIC)]


def test_who_stopped_is_answered_and_stays_stopped_until_they_say_so(
    sessions: Sessions, now: datetime, receive: Receive
) -> None:
    conversation_id = begun(sessions, receive("1", text="STOP"), now).conversation_id
    for number, words in enumerate(["salam", "/start", "bghit rdv"], start=2):
        assert begun(sessions, receive(str(number), text=words), now).text == words
        assert may(sessions, conversation_id)[Purpose.REMINDERS] is False
    assert begun(sessions, receive("9", text="reprendre les messages"), now).payload == "/subscribe_updates"
    assert may(sessions, conversation_id)[Purpose.REMINDERS] is True


def test_start_is_an_ordinary_word_for_who_never_stopped(
    sessions: Sessions, now: datetime, receive: Receive
) -> None:
    assert begun(sessions, receive(text="start"), now).payload is None


def test_the_words_say_the_variety_unless_one_was_chosen(
    sessions: Sessions, now: datetime, receive: Receive
) -> None:
    turn = begun(sessions, receive("1", text="arrêtez"), now)
    assert turn.metadata["variety"] == "fr"
    with transaction(sessions) as session:
        contacts.choose_variety(session, contact_id=turn.metadata["contact_id"], variety=Variety.ARABIC)
    assert begun(sessions, receive("2", text="arrêtez"), now).metadata["variety"] == "ar"


def speak(sessions: Sessions, turn: Turn, now: datetime, bubble: Bubble) -> None:
    """The assistant answers a turn."""
    with transaction(sessions) as session:
        conversation = session.get_one(models.Conversation, turn.conversation_id)
        messages.reply(session, conversation=conversation, bubbles=[bubble], now=now, turn_id=turn.inbound_id)


@pytest.mark.parametrize(
    ("text", "payload", "meant"),
    [
        (TEXTS.say("utter_ask_booking_name", Variety.DARIJA_LATIN), None, "/go_back"),
        ("Sa3a?", '/inform{"choice": "time:3"}', "/go_back"),
        ("Rdv m9eyyed", '/check_booking{"choice": "pin:3"}', "/cancel_booking"),
        ("Mer7ba", "/book_slot", "/unsubscribe"),
    ],
)
def test_wanting_no_more_is_about_what_is_being_talked_of(
    sessions: Sessions, now: datetime, receive: Receive, text: str, payload: str | None, meant: str
) -> None:
    turn = begun(sessions, receive("1", text="salam"), now)
    buttons = (Button(title="1", payload=payload),) if payload else ()
    speak(sessions, turn, now, Bubble(text=text, buttons=buttons))
    assert begun(sessions, receive("2", text="ma b9itch baghi"), now).payload == meant
    assert may(sessions, turn.conversation_id)[Purpose.REMINDERS] is (meant != "/unsubscribe")
    assert begun(sessions, receive("3", text="STOP"), now).payload in ("/unsubscribe", None)
    assert may(sessions, turn.conversation_id)[Purpose.REMINDERS] is False
