"""The job that sends a message: never twice blindly, never lost silently."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.channels.errors import SERVER_ERROR, FailureKind, SendError
from bot.core.bubbles import Bubble
from bot.core.locales import Variety
from bot.core.messages import Channel, DeliveryReceipt, DeliveryStatus, OutboundContent, SendResult
from bot.jobs import outbound
from bot.jobs.context import JobsContext
from bot.services import messages, receipts
from bot.services.ladder import Ladder
from bot.services.rates import TooFast
from bot.store.engine import Sessions, transaction
from bot.store.models import ContactAddress, Conversation, OutboundMessage, RateBucket
from tests.jobs.conftest import FakeSenders, Receive, StandingClock, failure

Say = Callable[..., int]


@pytest.fixture
def say(sessions: Sessions, now: datetime, receive: Receive) -> Say:
    """Stores an answer to somebody who wrote just now on a channel."""

    def store(channel: Channel = Channel.WHATSAPP, address: str = "+212612345678") -> int:
        number = receive(
            f"in-{channel.value}-{datetime.now(UTC).timestamp()}", channel=channel, address=address
        )
        with transaction(sessions) as session:
            conversation = session.scalars(
                select(Conversation)
                .join(ContactAddress, ContactAddress.id == Conversation.address_id)
                .where(ContactAddress.channel == channel.value)
            ).one()
            bubble = Bubble(text=f"Salam {number}")
            (outbound_id,) = messages.reply(session, conversation=conversation, bubbles=[bubble], now=now)
        return outbound_id

    return store


def send(context: JobsContext, outbound_id: int) -> None:
    asyncio.run(outbound.send(context, outbound_id=outbound_id))


def row(sessions: Sessions, outbound_id: int) -> OutboundMessage:
    with sessions() as session:
        return session.get_one(OutboundMessage, outbound_id)


def state(sessions: Sessions, outbound_id: int) -> tuple[str, str | None, str | None]:
    found = row(sessions, outbound_id)
    return found.status, found.provider_id, found.error_code


def interrupt(sessions: Sessions, outbound_id: int) -> None:
    """Leave a message as a process leaves it that dies while it sends."""
    with transaction(sessions) as session:
        session.get_one(OutboundMessage, outbound_id).status = DeliveryStatus.SENDING.value


def test_a_message_is_sent_once(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, say: Say
) -> None:
    outbound_id = say()
    for _ in range(2):
        send(context, outbound_id)
    assert [content.outbound_id for content in senders.sent] == [outbound_id]
    assert state(sessions, outbound_id) == ("sent", "SM1", None)


def test_what_cannot_succeed_is_not_tried_again(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, say: Say
) -> None:
    for kind in (FailureKind.PERMANENT, FailureKind.CONTENT):
        outbound_id = say()
        senders.errors = [failure(kind, kind.value)]
        for _ in range(2):
            send(context, outbound_id)
        assert state(sessions, outbound_id) == ("failed", None, kind.value)
    assert len(senders.sent) == 2
    with sessions() as session:
        assert session.scalars(select(ContactAddress.blocked_at)).one() is None


def test_who_refused_is_not_written_to_again(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, say: Say, now: datetime
) -> None:
    first, second = say(), say()
    senders.errors = [failure(FailureKind.SUPPRESS, "63018")]
    send(context, first)
    send(context, second)
    assert state(sessions, first) == ("failed", None, "63018")
    assert state(sessions, second) == ("failed", None, "blocked")
    assert len(senders.sent) == 1
    with sessions() as session:
        assert session.scalars(select(ContactAddress.blocked_at)).one() == now


def test_what_may_succeed_later_goes_back_and_the_job_fails(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, say: Say
) -> None:
    outbound_id = say()
    senders.errors = [failure(FailureKind.RETRY, "connect")]
    with pytest.raises(SendError, match="connect"):
        send(context, outbound_id)
    assert state(sessions, outbound_id) == ("queued", None, "connect")
    send(context, outbound_id)
    assert state(sessions, outbound_id) == ("sent", "SM2", None)


def test_after_a_day_a_message_is_given_up(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, clock: StandingClock, say: Say
) -> None:
    outbound_id = say(Channel.TELEGRAM, "77")
    clock.move(hours=24)
    senders.errors = [failure(FailureKind.RETRY, "connect")] * 2
    with pytest.raises(SendError):
        send(context, outbound_id)
    clock.move(seconds=1)
    send(context, outbound_id)
    assert state(sessions, outbound_id) == ("failed", None, "connect")


def test_where_nobody_can_be_asked_a_doubtful_message_is_not_sent_again(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, say: Say
) -> None:
    outbound_id = say(Channel.TELEGRAM, "77")
    senders.errors = [failure(FailureKind.AMBIGUOUS, "timeout")]
    for _ in range(2):
        send(context, outbound_id)
    assert len(senders.sent) == 1
    assert state(sessions, outbound_id) == ("unknown", None, "ambiguous")


def test_a_reply_is_tried_again_where_the_server_itself_says_that_it_failed(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, say: Say
) -> None:
    outbound_id = say(Channel.TELEGRAM, "77")
    senders.errors = [failure(FailureKind.AMBIGUOUS, SERVER_ERROR)]
    with pytest.raises(SendError):
        send(context, outbound_id)
    assert state(sessions, outbound_id) == ("queued", None, SERVER_ERROR)
    send(context, outbound_id)
    assert state(sessions, outbound_id) == ("sent", "SM2", None)


def test_what_is_sent_once_at_most_is_left_alone_even_then(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, say: Say
) -> None:
    outbound_id = say(Channel.TELEGRAM, "77")
    with transaction(sessions) as session:
        session.get_one(OutboundMessage, outbound_id).kind = "coach"
    senders.errors = [failure(FailureKind.AMBIGUOUS, SERVER_ERROR)]
    send(context, outbound_id)
    assert state(sessions, outbound_id) == ("unknown", None, "ambiguous")


def replacement_of(sessions: Sessions, outbound_id: int) -> OutboundMessage | None:
    with sessions() as session:
        return session.scalar(select(OutboundMessage).where(OutboundMessage.replaces_id == outbound_id))


def test_what_came_too_late_for_the_provider_goes_once_more_as_a_template(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, say: Say
) -> None:
    ladder = Ladder(texts=context.texts, templates={("reply", variety.value): "HX1" for variety in Variety})
    context = replace(context, ladder=ladder)
    outbound_id = say()
    senders.errors = [failure(FailureKind.WINDOW, "63016")] * 2
    send(context, outbound_id)
    assert state(sessions, outbound_id) == ("failed", None, "63016")
    anew = replacement_of(sessions, outbound_id)
    assert anew is not None
    send(context, anew.id)
    assert [content.template is not None for content in senders.sent] == [False, True]
    # The template was refused in the same way: there is no third time.
    assert state(sessions, anew.id) == ("failed", None, "63016")
    assert replacement_of(sessions, anew.id) is None


def test_without_a_template_it_goes_once_more_by_sms(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, say: Say
) -> None:
    outbound_id = say()
    senders.errors = [failure(FailureKind.WINDOW, "63016")]
    send(context, outbound_id)
    anew = replacement_of(sessions, outbound_id)
    assert anew is not None
    send(context, anew.id)
    assert state(sessions, anew.id) == ("cancelled", None, "sent_by_sms")
    by_sms = replacement_of(sessions, anew.id)
    assert by_sms is not None
    send(context, by_sms.id)
    assert [content.channel for content in senders.sent] == [Channel.WHATSAPP, Channel.SMS]


def test_a_doubtful_message_that_the_provider_lists_was_sent(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, say: Say
) -> None:
    earlier, outbound_id = say(), say()
    send(context, earlier)
    senders.errors = [failure(FailureKind.AMBIGUOUS, "timeout")]
    senders.listed = SendResult(provider_id="SM77", status=DeliveryStatus.DELIVERED)
    send(context, outbound_id)
    assert state(sessions, outbound_id) == ("delivered", "SM77", None)
    assert len(senders.sent) == 2
    assert senders.asked == [(row(sessions, outbound_id).stored_at, ["SM1"])]
    assert abs(row(sessions, outbound_id).stored_at - datetime.now(UTC)) < timedelta(minutes=5)


def test_a_doubtful_message_that_is_not_listed_is_tried_later_not_at_once(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, say: Say
) -> None:
    outbound_id = say()
    senders.errors = [failure(FailureKind.AMBIGUOUS, "timeout")] * 2
    for tries in (1, 2):
        with pytest.raises(SendError) as raised:
            send(context, outbound_id)
        assert raised.value.retryable
        assert state(sessions, outbound_id) == ("queued", None, "timeout")
        assert len(senders.sent) == tries
    send(context, outbound_id)
    assert state(sessions, outbound_id) == ("sent", "SM3", None)


def test_a_list_that_cannot_be_read_leaves_the_question_open(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, say: Say
) -> None:
    outbound_id = say()
    senders.errors = [failure(FailureKind.AMBIGUOUS, "timeout")]
    senders.listed = failure(FailureKind.RETRY, "connect")
    with pytest.raises(SendError, match="connect"):
        send(context, outbound_id)
    assert state(sessions, outbound_id) == ("sending", None, None)
    senders.listed = SendResult(provider_id="SM77")
    send(context, outbound_id)
    assert state(sessions, outbound_id) == ("sent", "SM77", None)
    assert len(senders.sent) == 1


def test_after_a_kill_the_provider_is_asked_first(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, say: Say
) -> None:
    listed, absent = say(), say()
    interrupt(sessions, listed)
    senders.listed = SendResult(provider_id="SM77")
    send(context, listed)
    assert state(sessions, listed) == ("sent", "SM77", None)
    assert senders.sent == []
    interrupt(sessions, absent)
    senders.listed = None
    send(context, absent)
    assert state(sessions, absent) == ("sent", "SM1", None)
    assert [content.outbound_id for content in senders.sent] == [absent]


def test_after_a_kill_a_reply_is_sent_again_where_nobody_can_be_asked(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, say: Say
) -> None:
    outbound_id = say(Channel.TELEGRAM, "77")
    interrupt(sessions, outbound_id)
    send(context, outbound_id)
    assert senders.asked == []
    assert state(sessions, outbound_id) == ("sent", "SM1", None)


def test_what_expired_during_a_kill_is_not_sent_late(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, clock: StandingClock, say: Say
) -> None:
    outbound_id = say()
    with transaction(sessions) as session:
        session.get_one(OutboundMessage, outbound_id).expires_at = clock.at + timedelta(hours=1)
    interrupt(sessions, outbound_id)
    clock.move(hours=1)
    send(context, outbound_id)
    assert senders.sent == []
    assert state(sessions, outbound_id) == ("cancelled", None, "expired")


def test_what_staff_wrote_is_not_sent_again_on_telegram_after_a_crash(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, say: Say
) -> None:
    outbound_id = say(Channel.TELEGRAM, "77")
    with transaction(sessions) as session:
        session.get_one(OutboundMessage, outbound_id).kind = "coach"
    interrupt(sessions, outbound_id)
    send(context, outbound_id)
    assert senders.sent == []
    assert state(sessions, outbound_id) == ("unknown", None, "interrupted")


def test_a_receipt_that_comes_before_the_list_is_asked_settles_it(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, say: Say
) -> None:
    outbound_id = say()

    class Late(FakeSenders):
        async def send(self, content: OutboundContent) -> SendResult:
            with transaction(sessions) as session:
                found = DeliveryReceipt(
                    provider_id="SM7",
                    status=DeliveryStatus.DELIVERED,
                    error_code=None,
                    raw={},
                    outbound_id=outbound_id,
                )
                receipts.record(session, found, channels=[Channel.WHATSAPP], now=context.clock())
            raise failure(FailureKind.AMBIGUOUS, "timeout")

    late = Late()
    send(replace(context, senders=late), outbound_id)
    assert late.asked == []
    assert state(sessions, outbound_id) == ("delivered", "SM7", None)


def empty(sessions: Sessions, key: str) -> None:
    """Leave no token in a bucket, and none to come for a while."""
    with transaction(sessions) as session:
        session.add(RateBucket(key=key, tokens=-50.0, at=datetime.now(UTC)))


def test_a_message_that_would_be_too_fast_waits_in_the_queue(
    context: JobsContext, sessions: Sessions, senders: FakeSenders, say: Say
) -> None:
    outbound_id = say()
    empty(sessions, f"whatsapp:to:{row(sessions, outbound_id).conversation_id}")
    with pytest.raises(TooFast) as raised:
        send(context, outbound_id)
    assert 200 < raised.value.retry_after <= 310
    assert senders.sent == []
    assert state(sessions, outbound_id) == ("queued", None, None)


def test_somebody_erased_meanwhile_is_no_reason_to_fail(context: JobsContext) -> None:
    send(context, 404)
