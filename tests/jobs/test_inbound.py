"""The job that answers a message: until it is answered, then never again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import select, text

from bot.core.backoff import TURN_TRIES
from bot.core.locales import Variety
from bot.core.messages import Channel, InboundKind
from bot.core.texts import default_texts
from bot.dialogue import Answer, TurnFailed
from bot.jobs import inbound
from bot.jobs.context import JobsContext
from bot.jobs.inbound import TurnJob
from bot.services import handoffs
from bot.services.arrivals import NotYet
from bot.store.engine import Sessions, transaction
from bot.store.models import Conversation, Handoff, InboundMessage, OutboundMessage, RateBucket
from tests.assistant import Asked, FakeAssistant, fails, says
from tests.jobs.conftest import FakeSenders, Receive, StandingClock

LAST = TURN_TRIES - 1
APOLOGY = default_texts().say("notice_gave_up", Variety.DARIJA_ARABIC)


def answer(context: JobsContext, inbound_id: int, attempts: int = 0) -> None:
    asyncio.run(inbound.answer(context, inbound_id=inbound_id, attempts=attempts))


def outcome(sessions: Sessions, inbound_id: int) -> str | None:
    with sessions() as session:
        return session.get_one(InboundMessage, inbound_id).outcome


def said(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(OutboundMessage.text).order_by(OutboundMessage.id)))


def handed_over(sessions: Sessions) -> list[str]:
    with sessions() as session:
        return list(session.scalars(select(Handoff.reason)))


def request_coach(sessions: Sessions, now: datetime) -> None:
    with transaction(sessions) as session:
        conversation = session.scalars(select(Conversation)).one()
        handoffs.request(session, conversation_id=conversation.id, reason="asked", now=now)


def test_a_message_is_asked_and_answered_once(
    context: JobsContext, sessions: Sessions, assistant: FakeAssistant, receive: Receive
) -> None:
    inbound_id = receive(text="fin kayna?")
    for _ in range(2):
        answer(context, inbound_id)
    (asked,) = assistant.asked
    body = json.loads(asked.content)
    assert asked.url == "http://rasa.invalid/webhooks/turn/webhook"
    assert asked.headers["Authorization"] == "Bearer turn-token"
    assert (body["turn_id"], body["text"], body["payload"]) == (str(inbound_id), "fin kayna?", None)
    assert body["metadata"]["phone_known"] is True
    assert said(sessions) == ["D'accord"]
    assert outcome(sessions, inbound_id) == "answered"


def test_while_the_assistant_is_down_the_job_fails_and_the_turn_stays_open(
    context: JobsContext, sessions: Sessions, assistant: FakeAssistant, receive: Receive
) -> None:
    inbound_id = receive()
    assistant.answer = lambda request: fails(503)
    for attempts in (0, LAST - 1):
        with pytest.raises(TurnFailed):
            answer(context, inbound_id, attempts)
    assert outcome(sessions, inbound_id) is None
    assert said(sessions) == []
    assistant.answer = lambda request: says("Me voilà")
    answer(context, inbound_id, LAST)
    assert said(sessions) == ["Me voilà"]


def test_after_the_last_try_a_coach_gets_it_once(
    context: JobsContext, sessions: Sessions, assistant: FakeAssistant, receive: Receive
) -> None:
    inbound_id = receive()
    assistant.answer = lambda request: fails(500)
    for _ in range(2):
        answer(context, inbound_id, LAST)
    assert said(sessions) == [APOLOGY]
    assert handed_over(sessions) == ["gave_up"]
    assert outcome(sessions, inbound_id) == "gave_up"
    assert len(assistant.asked) == 1


def test_what_is_refused_or_answered_with_nothing_is_not_tried_again(
    context: JobsContext, sessions: Sessions, assistant: FakeAssistant, receive: Receive
) -> None:
    replies = [fails(422), says()]
    assistant.answer = lambda request: replies[len(assistant.asked) - 1]
    for number in range(2):
        inbound_id = receive(str(number), address=f"+21261234567{number}")
        answer(context, inbound_id, 0)
        assert outcome(sessions, inbound_id) == "gave_up"
    assert said(sessions) == [APOLOGY] * 2
    assert handed_over(sessions) == ["gave_up"] * 2


def test_a_coach_who_takes_over_while_the_assistant_thinks_silences_it(
    context: JobsContext, sessions: Sessions, assistant: FakeAssistant, receive: Receive, now: datetime
) -> None:
    inbound_id = receive()

    def think(request: Asked) -> Answer:
        request_coach(sessions, now)
        return says("Trop tard")

    assistant.answer = think
    answer(context, inbound_id)
    assert said(sessions) == []
    assert outcome(sessions, inbound_id) == "to_coach"


def test_while_a_coach_has_the_conversation_the_assistant_is_not_asked(
    context: JobsContext, sessions: Sessions, assistant: FakeAssistant, receive: Receive, now: datetime
) -> None:
    inbound_id = receive()
    request_coach(sessions, now)
    answer(context, inbound_id)
    assert assistant.asked == []
    assert outcome(sessions, inbound_id) == "to_coach"


def test_a_telegram_button_stops_waiting_until_it_is_answered(
    context: JobsContext, senders: FakeSenders, receive: Receive
) -> None:
    pressed = {"channel": Channel.TELEGRAM, "kind": InboundKind.BUTTON, "payload": "/affirm"}
    button = receive("1", address="77", raw={"callback_query": {"id": "4711"}}, **pressed)
    typed = receive("2", address="77", channel=Channel.TELEGRAM, raw={"message": {}})
    elsewhere = receive("3", raw={"callback_query": {"id": "4712"}})
    for inbound_id in (button, typed, elsewhere, button):
        answer(context, inbound_id)
    assert senders.callbacks == ["4711"]


def test_a_telegram_button_stops_waiting_while_a_coach_has_the_conversation(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, receive: Receive, now: datetime
) -> None:
    pressed = {"channel": Channel.TELEGRAM, "kind": InboundKind.BUTTON, "payload": "/affirm"}
    button = receive("1", address="77", raw={"callback_query": {"id": "4711"}}, **pressed)
    request_coach(sessions, now)
    answer(context, button)
    assert senders.callbacks == ["4711"]


def test_somebody_erased_meanwhile_is_no_reason_to_fail(context: JobsContext) -> None:
    asyncio.run(inbound.answer(context, inbound_id=404, attempts=0))


def test_what_was_sent_first_is_answered_first(
    context: JobsContext, sessions: Sessions, assistant: FakeAssistant, receive: Receive
) -> None:
    values = {"channel": Channel.TELEGRAM, "address": "77"}
    answer(context, receive("1", order=1, **values))
    later = receive("3", order=3, text="later", **values)
    earlier = receive("2", order=2, text="earlier", **values)
    answer(context, later)
    assert [json.loads(request.content)["text"] for request in assistant.asked[1:]] == ["earlier", "later"]
    assert (outcome(sessions, earlier), outcome(sessions, later)) == ("answered", "answered")


def test_a_flood_waits_in_the_queue(
    context: JobsContext, sessions: Sessions, clock: StandingClock, assistant: FakeAssistant, receive: Receive
) -> None:
    first, *_ = [receive(f"SM{number}") for number in range(21)]
    with pytest.raises(NotYet):
        answer(context, first)
    assert assistant.asked == []
    clock.move(seconds=3)
    answer(context, first)
    assert len(assistant.asked) == 1


def buckets(sessions: Sessions) -> dict[str, int]:
    """The tokens that are left, by what a bucket is for."""
    with sessions() as session:
        return {bucket.key.split(":")[1]: round(bucket.tokens) for bucket in session.query(RateBucket)}


@pytest.fixture
def worker(sessions: Sessions) -> TurnJob:
    """A worker that may send what it answers; its job is none that is in the queue."""
    with transaction(sessions) as session:
        session.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
        number = session.scalar(text("SELECT max(id) FROM procrastinate_workers"))
    return TurnJob(job_id=0, worker_id=number or 0, sends=True)


def answered_by(context: JobsContext, worker: TurnJob, inbound_id: int) -> bool:
    """Whether the worker holds the answer."""
    done = asyncio.run(inbound.answer(context, inbound_id=inbound_id, attempts=0, job=worker))
    assert done is not None
    return done.held is not None


def test_an_answer_that_its_worker_sends_takes_one_token_of_the_sender_and_one_of_the_person(
    context: JobsContext, sessions: Sessions, receive: Receive, worker: TurnJob
) -> None:
    assert answered_by(context, worker, receive())
    assert buckets(sessions) == {"": 79, "to": 44}


def test_without_a_token_the_answer_waits_in_the_queue_and_takes_none(
    context: JobsContext, sessions: Sessions, receive: Receive, worker: TurnJob
) -> None:
    assert answered_by(context, worker, receive())
    with transaction(sessions) as session:
        session.execute(text("UPDATE rate_bucket SET tokens = 0 WHERE key LIKE '%:to:%'"))
    assert not answered_by(context, worker, receive("SM2"))
    assert buckets(sessions)["to"] == 0
    assert said(sessions) == ["D'accord"] * 2


def test_an_answer_that_others_are_before_gives_its_tokens_back(
    context: JobsContext, sessions: Sessions, receive: Receive, worker: TurnJob
) -> None:
    """The first one is still on its way."""
    assert answered_by(context, worker, receive())
    assert not answered_by(context, worker, receive("SM2"))
    assert buckets(sessions)["to"] == 44


@pytest.fixture
def nothing_is_given_back(sessions: Sessions) -> Iterator[None]:
    """The database refuses to give tokens back, as if it was lost just then."""
    made = (
        "CREATE FUNCTION lost() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN IF NEW.at = OLD.at THEN RAISE EXCEPTION 'lost'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER lost BEFORE UPDATE ON rate_bucket FOR EACH ROW EXECUTE FUNCTION lost()",
    )
    with transaction(sessions) as session:
        for statement in made:
            session.execute(text(statement))
    yield
    with transaction(sessions) as session:
        session.execute(text("DROP FUNCTION lost CASCADE"))


@pytest.mark.usefixtures("nothing_is_given_back")
def test_an_answer_that_is_stored_is_done_though_its_tokens_cannot_be_given_back(
    context: JobsContext, sessions: Sessions, receive: Receive, worker: TurnJob
) -> None:
    assert answered_by(context, worker, receive())
    second = receive("SM2")
    assert not answered_by(context, worker, second)
    assert outcome(sessions, second) == "answered"
