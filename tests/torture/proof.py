"""What the records prove: each check gives the violations that it finds, and the counts that a reader wants to know."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.core.messages import STATUS_RANK, DeliveryStatus
from tests.torture.records import Inbound, Outbound, Records, Shown

ARRIVED = frozenset({"sent", "delivered", "read"})
ALLOWED_FAILURES = frozenset({"window_closed", "blocked", "opted_out", "void", "expired"})
"""What the product decides by its own rules, whatever the providers do."""
AMBIGUOUS_CHANNEL = "telegram"
"""Nobody can ask Telegram what it sent: a reply that was being sent when its worker died is sent again (docs/how-it-works.md)."""
Check = Callable[[Records], Iterator[str]]


@dataclass(frozen=True, kw_only=True)
class Proof:
    """``violations`` by the name of the promise that they break; every promise has an entry."""

    violations: dict[str, list[str]]
    counts: dict[str, int]

    @property
    def holds(self) -> bool:
        """Whether nothing was violated."""
        return not any(self.violations.values())


def prove(records: Records) -> Proof:
    """All checks."""
    return Proof(
        violations={name: list(check(records)) for name, check in CHECKS.items()},
        counts={
            "messages of people": len(records.inbound),
            "answers and other messages": len(records.outbound),
            "turns given up and handed to the staff": _outcomes(records)["gave_up"],
            "floods merged": _outcomes(records)["merged"],
            "active bookings": sum(booked.bookings for booked in records.booked),
            "sent and unknown (declared)": sum(m.status == "unknown" for m in records.outbound),
            "sent twice, ambiguous class (declared)": sum(_surplus(records, AMBIGUOUS_CHANNEL).values()),
        },
    )


def _outcomes(records: Records) -> Counter[str | None]:
    return Counter(message.outcome for message in records.inbound)


def messages_lost(records: Records) -> Iterator[str]:
    """What a provider was told was taken is stored and answered; what was answered is on the person's phone."""
    stored = {(message.channel, message.provider_id) for message in records.inbound}
    for message in records.shown:
        taken = message.direction == "in" and message.status == "received"
        if taken and (message.channel, message.provider_id) not in stored:
            yield f"{message.channel} message {message.id} was taken and is not stored"
    answered = {message.turn_id for message in records.outbound}
    for inbound in records.inbound:
        if inbound.outcome is None:
            yield f"inbound {inbound.id} has no outcome"
        if inbound.outcome == "answered" and inbound.id not in answered:
            yield f"inbound {inbound.id} is answered without an answer"
    on_phones = {(m.channel, m.provider_id) for m in records.shown if m.direction == "out"}
    for outbound in records.outbound:
        yield from _lost_on_the_way(outbound, on_phones)


def _lost_on_the_way(outbound: Outbound, on_phones: set[tuple[str, str]]) -> Iterator[str]:
    if outbound.status in {"queued", "sending"}:
        yield f"outbound {outbound.id} is still {outbound.status}"
    if outbound.status == "failed" and outbound.error_code not in ALLOWED_FAILURES:
        yield f"outbound {outbound.id} failed: {outbound.error_code}"
    if outbound.status in ARRIVED and (outbound.channel, outbound.provider_id) not in on_phones:
        yield f"outbound {outbound.id} is {outbound.status} and on no phone"


def effects_twice(records: Records) -> Iterator[str]:
    """Each turn is in Rasa's tracker once, and its answer is stored once."""
    for (conversation, turn), times in Counter(records.tracked).items():
        if times > 1:
            yield f"turn {turn} of conversation {conversation} is in the tracker {times} times"


def bookings_twice(records: Records) -> Iterator[str]:
    """Nobody has two places under one name; places taken are the active bookings, and never more than there are."""
    for booked in records.booked:
        if booked.bookings > 1:
            yield f"contact {booked.contact_id} has {booked.bookings} bookings under one name"
    for place in records.places:
        if place.taken != place.active:
            yield f"time {place.id}: {place.taken} taken, {place.active} active bookings"
        if place.active > place.capacity:
            yield f"time {place.id}: {place.active} bookings for {place.capacity} places"


def statuses_back(records: Records) -> Iterator[str]:
    """A message's status is never behind a receipt that came for it."""
    furthest: dict[int, int] = defaultdict(int)
    for receipt in records.receipts:
        rank = STATUS_RANK[DeliveryStatus(receipt.status)]
        furthest[receipt.outbound_id] = max(furthest[receipt.outbound_id], rank)
    for message in records.outbound:
        if STATUS_RANK[DeliveryStatus(message.status)] < furthest[message.id]:
            yield f"outbound {message.id} is {message.status}, behind a receipt"


def out_of_order(records: Records) -> Iterator[str]:
    """On the phone answers stand in the order in which they were stored; turns of a conversation end in the order of its messages."""
    ours = {(message.channel, message.provider_id): message for message in records.outbound}
    last: dict[tuple[str, str], int] = {}
    for shown in sorted(records.shown, key=lambda message: message.id):
        message = ours.get((shown.channel, shown.provider_id))
        if shown.direction == "in" or message is None or message.replaces_id is not None:
            continue
        place = (shown.phone, shown.channel)
        if message.id < last.get(place, 0):
            yield f"outbound {message.id} came after {last[place]}"
        last[place] = max(message.id, last.get(place, 0))
    by_conversation: dict[int, list[Inbound]] = defaultdict(list)
    for inbound in records.inbound:
        by_conversation[inbound.conversation_id].append(inbound)
    for messages in by_conversation.values():
        yield from _overtakings(messages)


def _overtakings(messages: list[Inbound]) -> Iterator[str]:
    """Of neighbours by arrival, the later one may be answered first only where the provider's numbers say so."""
    done = [
        message for message in messages if message.completed_at is not None and message.outcome != "merged"
    ]
    for earlier, later in pairwise(done):
        swapped = (earlier.provider_order or 0) > (later.provider_order or 0)
        if not swapped and (earlier.completed_at or earlier.received_at) > (
            later.completed_at or later.received_at
        ):
            yield f"inbound {later.id} was answered before {earlier.id}"


def sent_twice(records: Records) -> Iterator[str]:
    """More messages on a phone than were stored for it, outside the class for which that is declared."""
    for channel in {message.channel for message in records.shown} - {AMBIGUOUS_CHANNEL}:
        for phone, count in _surplus(records, channel).items():
            yield f"{count} messages too many on {channel} of phone {phone[-4:]}"


def _surplus(records: Records, channel: str) -> Counter[str]:
    """How many messages a phone shows beyond those that the product knows of or says it does not know about."""
    phone_of = _phones(records)
    settled = {message.provider_id for message in records.outbound if message.channel == channel}
    surplus: Counter[str] = Counter(
        shown.phone
        for shown in records.shown
        if shown.direction == "out" and shown.channel == channel and shown.provider_id not in settled
    )
    for message in records.outbound:
        if message.channel == channel and message.provider_id is None and message.status == "unknown":
            surplus[phone_of.get(message.conversation_id, "")] -= 1
    return +surplus


def _phones(records: Records) -> dict[int, str]:
    """Which phone holds each conversation."""
    sent: dict[tuple[str, str], Shown] = {
        (message.channel, message.provider_id): message
        for message in records.shown
        if message.direction == "in"
    }
    return {
        message.conversation_id: sent[(message.channel, message.provider_id)].phone
        for message in records.inbound
        if (message.channel, message.provider_id) in sent
    }


CHECKS: dict[str, Check] = {
    "messages lost": messages_lost,
    "turns run twice with effect": effects_twice,
    "duplicate bookings": bookings_twice,
    "status regressions": statuses_back,
    "order violations": out_of_order,
    "sends duplicated outside the ambiguous class": sent_twice,
}
