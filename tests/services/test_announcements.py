"""Telling people of a change of plan, by chat, by SMS, or by a call; and what they answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.core import sms
from bot.core.bubbles import Bubble
from bot.core.errors import InvalidInput
from bot.core.locales import Variety
from bot.core.messages import Channel
from bot.core.texts import default_texts
from bot.services import announcements, calls, messages, plan_answers, plan_preview, preferences
from bot.services.plan_wishes import PlanRefused
from bot.store.engine import Sessions, transaction
from bot.store.models import Announcement, Booking, Contact, Conversation, OutboundMessage, PlanChange
from tests.services.conftest import MakeConversation
from tests.services.editions import FIRST, OULMES, SECOND, TIFLET, at, edition, load, planned, stop_at
from tests.services.plans import GRACE, NEW_DAY, Plans, commune_name, talk_of, wish

TEXTS = default_texts()


@pytest.fixture
def plans(sessions: Sessions, now: datetime, make_conversation: MakeConversation) -> Plans:
    load(sessions, edition(), now)
    return Plans(sessions=sessions, now=now, make_conversation=make_conversation)


def writes(sessions: Sessions, booking: Booking, when: datetime) -> None:
    """The person wrote at this moment: WhatsApp's window is open for a day."""
    with transaction(sessions) as session:
        session.get_one(Conversation, booking.conversation_id).last_inbound_at = when


def tick(sessions: Sessions, when: datetime) -> int:
    """One round of the worker; how many were told."""
    with transaction(sessions) as session:
        announcements.release(session, now=when)
    with transaction(sessions) as session:
        told = announcements.send_due(session, texts=TEXTS, commune_name=commune_name, now=when)
    with transaction(sessions) as session:
        announcements.follow_up(session, texts=TEXTS, commune_name=commune_name, now=when)
    return told


def sent(sessions: Sessions) -> Sequence[OutboundMessage]:
    with sessions() as session:
        return session.scalars(select(OutboundMessage).order_by(OutboundMessage.id)).all()


def arrives(sessions: Sessions, status: str) -> None:
    """What the provider says of the last message."""
    with transaction(sessions) as session:
        last = session.scalars(select(OutboundMessage).order_by(OutboundMessage.id.desc())).first()
        assert last is not None
        last.status = status


def called(sessions: Sessions) -> list[tuple[int, str]]:
    with sessions() as session:
        return [(call.booking_id, call.reason) for call in calls.waiting(session)]


def speaks(sessions: Sessions, booking: Booking, variety: Variety) -> None:
    with transaction(sessions) as session:
        session.get_one(Contact, booking.contact_id).variety = variety.value


def told_by_chat(plans: Plans) -> Booking:
    """Somebody who was just told on WhatsApp that their stop is postponed."""
    booking = plans.book()
    writes(plans.sessions, booking, plans.now)
    plans.change("postpone", day=NEW_DAY)
    assert tick(plans.sessions, plans.now + GRACE) == 1
    return booking


def test_nobody_is_told_during_the_grace_and_everybody_once_after_it(plans: Plans, now: datetime) -> None:
    plans.book()
    plans.book(10)
    plans.change("postpone", day=NEW_DAY)
    assert tick(plans.sessions, now + GRACE - timedelta(seconds=1)) == 0
    assert tick(plans.sessions, now + GRACE) == 2
    assert tick(plans.sessions, now + GRACE) == 0
    assert len(sent(plans.sessions)) == 2


def test_once_people_are_told_nothing_is_undone(plans: Plans, now: datetime) -> None:
    plans.book()
    change = plans.change("postpone", day=NEW_DAY).change
    tick(plans.sessions, now + GRACE)
    with pytest.raises(PlanRefused, match="plan_told_already"):
        plans.undo(change)


def test_what_was_undone_is_not_told(plans: Plans, now: datetime) -> None:
    plans.book()
    plans.undo(plans.change("postpone", day=NEW_DAY).change)
    assert tick(plans.sessions, now + GRACE) == 0


@pytest.mark.parametrize("variety", Variety)
def test_inside_the_window_the_news_is_chat_with_three_choices(
    plans: Plans, now: datetime, variety: Variety
) -> None:
    booking = plans.book()
    writes(plans.sessions, booking, now)
    speaks(plans.sessions, booking, variety)
    plans.change("postpone", day=NEW_DAY)
    tick(plans.sessions, now + GRACE)
    (row,) = sent(plans.sessions)
    (news,) = plans.announcements()
    assert (row.channel, row.kind, row.conversation_id) == (
        "whatsapp",
        "announcement",
        booking.conversation_id,
    )
    choices = [
        f'/answer_change{{"choice": "change_{each}:{news.id}"}}' for each in ("keep", "other", "give_up")
    ]
    assert [button["payload"] for button in row.buttons] == choices
    assert booking.code in row.text
    assert TEXTS.say("notice_plan_ask", variety) in row.text


@pytest.mark.parametrize("variety", Variety)
@pytest.mark.parametrize("kind", ["postpone", "cancel", "move"])
def test_outside_the_window_the_news_is_one_sms(
    plans: Plans, now: datetime, variety: Variety, kind: str
) -> None:
    booking = plans.book()
    speaks(plans.sessions, booking, variety)
    changed: dict[str, dict[str, Any]] = {
        "postpone": {"day": NEW_DAY},
        "move": {"venue_fr": "Maison des jeunes", "venue_ar": "دار الشباب"},
    }
    plans.change(kind, **changed.get(kind, {}))
    tick(plans.sessions, now + GRACE)
    (row,) = sent(plans.sessions)
    assert (row.channel, row.address, sms.segments(row.text)) == ("sms", booking.phone, 1)
    assert booking.code in row.text


def test_a_blocked_address_is_told_by_sms(plans: Plans, sessions: Sessions, now: datetime) -> None:
    booking = plans.book()
    writes(sessions, booking, now)
    with transaction(sessions) as session:
        session.get_one(Conversation, booking.conversation_id).address.blocked_at = now
    plans.change("cancel")
    tick(sessions, now + GRACE)
    assert [row.channel for row in sent(sessions)] == ["sms"]


def test_who_has_moved_meanwhile_is_not_told(plans: Plans, sessions: Sessions, now: datetime) -> None:
    booking = plans.book()
    plans.change("postpone", day=NEW_DAY)
    with transaction(sessions) as session:
        session.get_one(Booking, booking.id).version += 1
    assert tick(sessions, now + GRACE) == 0
    assert [each.status for each in plans.announcements()] == ["void"]


def test_each_person_of_a_family_gets_news_of_their_own(
    plans: Plans, sessions: Sessions, now: datetime
) -> None:
    first, second = plans.book(), plans.book()
    with transaction(sessions) as session:
        moved = session.get_one(Booking, second.id)
        moved.contact_id, moved.conversation_id = first.contact_id, first.conversation_id
    writes(sessions, first, now)
    plans.change("cancel")
    tick(sessions, now + GRACE)
    texts = [row.text for row in sent(sessions)]
    assert [first.code in texts[0], second.code in texts[1]] == [True, True]


def test_chat_that_fails_is_followed_by_an_sms_and_that_by_a_call(plans: Plans, now: datetime) -> None:
    booking = told_by_chat(plans)
    arrives(plans.sessions, "failed")
    tick(plans.sessions, now + GRACE)
    assert [row.channel for row in sent(plans.sessions)] == ["whatsapp", "sms"]
    assert called(plans.sessions) == []
    arrives(plans.sessions, "undelivered")
    tick(plans.sessions, now + GRACE)
    tick(plans.sessions, now + GRACE)
    assert called(plans.sessions) == [(booking.id, "change")]
    assert len(sent(plans.sessions)) == 2


def test_who_was_not_reached_in_time_is_called(plans: Plans, now: datetime) -> None:
    booking = told_by_chat(plans)
    arrives(plans.sessions, "sent")
    late = now + GRACE + timedelta(minutes=preferences.DEFAULTS["unreached_minutes"])
    tick(plans.sessions, late - timedelta(seconds=1))
    assert called(plans.sessions) == []
    tick(plans.sessions, late)
    assert called(plans.sessions) == [(booking.id, "change")]


@pytest.mark.parametrize("status", ["delivered", "read"])
def test_a_receipt_spares_the_call(plans: Plans, now: datetime, status: str) -> None:
    told_by_chat(plans)
    arrives(plans.sessions, status)
    tick(plans.sessions, now + timedelta(days=1))
    assert called(plans.sessions) == []


def test_telegram_gives_no_receipts(plans: Plans, sessions: Sessions, now: datetime) -> None:
    booking = plans.book()
    with transaction(sessions) as session:
        talk = session.get_one(Conversation, booking.conversation_id)
        talk.address.channel, talk.address.address = Channel.TELEGRAM.value, "777"
    plans.change("cancel")
    tick(sessions, now + GRACE)
    arrives(sessions, "sent")
    tick(sessions, now + timedelta(days=1))
    assert called(sessions) == []


def test_a_message_that_was_sent_anew_counts(plans: Plans, sessions: Sessions, now: datetime) -> None:
    told_by_chat(plans)
    arrives(sessions, "undelivered")
    with transaction(sessions) as session:
        (row,) = session.scalars(select(OutboundMessage))
        messages.replace(session, row, now=now)
    arrives(sessions, "delivered")
    tick(sessions, now + timedelta(days=1))
    assert called(sessions) == []
    assert len(sent(sessions)) == 2


def test_who_has_no_place_is_called_at_once(plans: Plans, sessions: Sessions, now: datetime) -> None:
    load(sessions, edition(planned(TIFLET, FIRST)), now)
    booking = plans.book()
    plans.change("cancel")
    tick(sessions, now + GRACE)
    assert called(sessions) == [(booking.id, "no_place")]
    (row,) = sent(sessions)
    assert sms.segments(row.text) == 1


def test_a_call_that_reached_somebody_leaves_the_list(
    plans: Plans, sessions: Sessions, now: datetime
) -> None:
    booking = plans.book()
    with transaction(sessions) as session:
        known = session.get_one(Booking, booking.id)
        calls.need(session, booking=known, reason="change", now=now)
        calls.need(session, booking=known, reason="change", now=now)
        (call,) = calls.waiting(session)
        calls.note(session, call_id=call.id, result="no_answer", staff_id=None, now=now)
        assert calls.count(session) == 1
        calls.note(session, call_id=call.id, result="reached", staff_id=None, now=now)
        assert calls.count(session) == 0
        calls.need(session, booking=known, reason="change", now=now)
        assert calls.count(session) == 1


def choice_of(sessions: Sessions, booking: Booking, typed: str) -> str | None:
    """Which of the choices a typed message takes."""
    with sessions() as session:
        payload = plan_answers.payload_for(session, conversation_id=booking.conversation_id, typed=typed)
    return payload.split("change_")[-1].split(":")[0] if payload else None


def test_numbers_and_words_mean_the_choices(plans: Plans) -> None:
    booking = told_by_chat(plans)
    typed = ["1", "jouj", "3", "4", "nkhelliha", "بغيت نهار آخر", "ma bghitch", "non", "fin kayna?"]
    assert [choice_of(plans.sessions, booking, each) for each in typed] == [
        "keep",
        "other",
        "give_up",
        None,
        "keep",
        "other",
        "give_up",
        "no",
        None,
    ]


def test_after_something_else_was_said_numbers_mean_that(plans: Plans, now: datetime) -> None:
    booking = told_by_chat(plans)
    with transaction(plans.sessions) as session:
        talk = session.get_one(Conversation, booking.conversation_id)
        messages.reply(session, conversation=talk, bubbles=[Bubble(text="menu")], now=now)
    assert choice_of(plans.sessions, booking, "1") is None


def take(plans: Plans, booking: Booking, choice: str) -> Announcement | None:
    (news,) = plans.announcements()
    with transaction(plans.sessions) as session:
        live = plan_answers.live(session, announcement_id=news.id, contact_id=booking.contact_id)
        if live is not None:
            plan_answers.answer(session, live, choice=choice, now=plans.now)
        return live


def test_keeping_is_noted_and_spares_the_call(plans: Plans, now: datetime) -> None:
    booking = told_by_chat(plans)
    with transaction(plans.sessions) as session:
        calls.need(session, booking=session.get_one(Booking, booking.id), reason="change", now=now)
    assert take(plans, booking, "keep") is not None
    assert called(plans.sessions) == []
    assert [each.answer for each in plans.announcements()] == ["keep"]
    assert plans.where(booking) == ("active", TIFLET, "10/12 09:00")


def test_giving_up_frees_the_place_and_makes_the_news_old(plans: Plans) -> None:
    booking = told_by_chat(plans)
    take(plans, booking, "give_up")
    assert plans.where(booking)[0] == "cancelled"
    assert plans.places_are_counted()
    assert take(plans, booking, "keep") is None


def test_somebody_else_cannot_answer(plans: Plans, make_conversation: MakeConversation) -> None:
    told_by_chat(plans)
    stranger = make_conversation("+212699999999")
    (news,) = plans.announcements()
    with plans.sessions() as session:
        assert plan_answers.live(session, announcement_id=news.id, contact_id=stranger.contact_id) is None


def test_who_was_told_by_sms_sees_the_choices_in_the_chat_once(
    plans: Plans, sessions: Sessions, now: datetime
) -> None:
    booking = plans.book()
    plans.change("postpone", day=NEW_DAY)
    tick(sessions, now + GRACE)
    writes(sessions, booking, now + GRACE)
    for intent in ("book_slot", "greet", "greet"):
        with transaction(sessions) as session:
            announcements.show_pending(
                session,
                conversation=session.get_one(Conversation, booking.conversation_id),
                intent=intent,
                texts=TEXTS,
                commune_name=commune_name,
                now=now + GRACE,
            )
    assert [(row.channel, len(row.buttons)) for row in sent(sessions)] == [("sms", 0), ("whatsapp", 3)]
    assert talk_of(sessions, booking).id == sent(sessions)[-1].conversation_id


def test_the_preview_says_what_will_happen_and_leaves_nothing(
    plans: Plans, sessions: Sessions, now: datetime
) -> None:
    chatting, silent = plans.book(), plans.book(10)
    writes(sessions, chatting, now)
    speaks(sessions, chatting, Variety.FRENCH)
    postponed = wish(plans.stop(), "postpone", day=NEW_DAY)
    with transaction(sessions) as session:
        preferences.put(session, key="centimes_per_sms", value=55, now=now)
        shown = plan_preview.preview(session, wish=postponed, texts=TEXTS, commune_name=commune_name, now=now)
    assert [(each.name, each.channel.value, each.segments) for each in shown.told] == [
        (chatting.name, "whatsapp", 0),
        (silent.name, "sms", 1),
    ]
    assert "jeudi 10 décembre" in shown.told[0].text
    assert (shown.by_sms, shown.segments, str(shown.cost)) == (1, 1, "0.55")
    assert dict(shown.outcomes) == {"same_hour": 2}
    assert plans.where(chatting) == ("active", TIFLET, "03/12 09:00")
    assert plans.announcements() == []
    assert stop_at(sessions, at(TIFLET, NEW_DAY)) is None
    with sessions() as session:
        assert session.scalars(select(PlanChange)).all() == []
    with transaction(sessions) as session:
        plan_preview.confirm(session, wish=postponed, key="k", mark=shown.mark, staff_id=None, now=now)
    tick(sessions, now + GRACE)
    assert [row.text for row in sent(sessions)] == [each.text for each in shown.told]


def test_what_is_no_longer_as_previewed_is_not_done(plans: Plans, sessions: Sessions, now: datetime) -> None:
    booking = plans.book()
    cancelled = wish(plans.stop(), "cancel")
    with transaction(sessions) as session:
        shown = plan_preview.preview(session, wish=cancelled, texts=TEXTS, commune_name=commune_name, now=now)
    plans.book(11)
    with pytest.raises(PlanRefused, match="plan_differs"), transaction(sessions) as session:
        plan_preview.confirm(session, wish=cancelled, key="k", mark=shown.mark, staff_id=None, now=now)
    assert plans.where(booking)[1] == TIFLET
    assert stop_at(sessions, at(OULMES, SECOND)) is not None


def test_numbers_of_the_staff_keep_inside_their_limits(sessions: Sessions, now: datetime) -> None:
    with transaction(sessions) as session:
        assert preferences.grace(session) == GRACE
        preferences.put(session, key="grace_seconds", value=0, now=now)
        assert preferences.grace(session) == timedelta(0)
        for key, value in (("grace_seconds", -1), ("unreached_minutes", 1), ("nonsense", 1)):
            with pytest.raises(InvalidInput):
                preferences.put(session, key=key, value=value, now=now)
