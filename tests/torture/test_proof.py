"""Each broken promise is found in the records, and records of a good run break none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.torture.proof import prove
from tests.torture.records import Booked, Inbound, Outbound, Place, Receipt, Records, Shown

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def shown(id_: int, direction: str, provider_id: str, channel: str = "whatsapp") -> Shown:
    return Shown(
        id=id_,
        phone="+212680000001",
        channel=channel,
        direction=direction,
        provider_id=provider_id,
        status="received" if direction == "in" else "delivered",
    )


def inbound(id_: int, channel: str = "whatsapp") -> Inbound:
    return Inbound(
        id=id_,
        conversation_id=1,
        channel=channel,
        provider_id=f"in{id_}",
        provider_order=None,
        received_at=NOON + timedelta(seconds=id_),
        completed_at=NOON + timedelta(seconds=id_, milliseconds=500),
        outcome="answered",
    )


def outbound(id_: int, channel: str = "whatsapp") -> Outbound:
    return Outbound(
        id=id_,
        conversation_id=1,
        channel=channel,
        kind="reply",
        turn_id=id_,
        status="delivered",
        error_code=None,
        provider_id=f"out{id_}",
        replaces_id=None,
    )


def good(channel: str = "whatsapp") -> Records:
    """Two questions and their answers, and a booking."""
    return Records(
        shown=tuple(
            shown(number * 2 + place, direction, f"{direction}{number}", channel)
            for number in (1, 2)
            for place, direction in enumerate(("in", "out"))
        ),
        inbound=(inbound(1, channel), inbound(2, channel)),
        outbound=(outbound(1, channel), outbound(2, channel)),
        receipts=(Receipt(outbound_id=1, status="delivered"), Receipt(outbound_id=1, status="sent")),
        places=(Place(id=1, capacity=2, taken=1, active=1),),
        booked=(Booked(contact_id=1, name="Sara", bookings=1),),
        tracked=(("1", "1"), ("1", "2")),
    )


def broken(records: Records) -> list[str]:
    return [name for name, violations in prove(records).violations.items() if violations]


def test_a_good_run_breaks_nothing() -> None:
    assert prove(good()).holds
    assert prove(good("telegram")).holds


@pytest.mark.parametrize(
    ("promise", "changes"),
    [
        ("messages lost", {"inbound": (inbound(1),), "outbound": (outbound(1),)}),
        ("messages lost", {"inbound": (inbound(1), replace(inbound(2), outcome=None))}),
        ("messages lost", {"outbound": (outbound(1), replace(outbound(2), status="queued"))}),
        (
            "messages lost",
            {"outbound": (outbound(1), replace(outbound(2), status="failed", error_code="500"))},
        ),
        ("messages lost", {"shown": good().shown[:3]}),
        ("turns run twice with effect", {"tracked": (("1", "1"), ("1", "1"), ("1", "2"))}),
        ("duplicate bookings", {"booked": (Booked(contact_id=1, name="Sara", bookings=2),)}),
        ("duplicate bookings", {"places": (Place(id=1, capacity=2, taken=0, active=1),)}),
        ("duplicate bookings", {"places": (Place(id=1, capacity=1, taken=2, active=2),)}),
        ("status regressions", {"outbound": (replace(outbound(1), status="sent"), outbound(2))}),
        (
            "order violations",
            {"inbound": (replace(inbound(1), completed_at=NOON + timedelta(minutes=1)), inbound(2))},
        ),
        (
            "order violations",
            {
                "outbound": (
                    replace(outbound(1), provider_id="out2"),
                    replace(outbound(2), provider_id="out1"),
                )
            },
        ),
        ("sends duplicated outside the ambiguous class", {"shown": (*good().shown, shown(9, "out", "out9"))}),
    ],
)
def test_a_broken_promise_is_found(promise: str, changes: dict[str, Any]) -> None:
    assert promise in broken(replace(good(), **changes))


def test_an_answer_that_nobody_stored_is_lost() -> None:
    assert "messages lost" in broken(replace(good(), outbound=(outbound(1),), shown=good().shown[:3]))


def test_a_second_copy_on_telegram_is_counted_and_declared() -> None:
    records = good("telegram")
    found = prove(replace(records, shown=(*records.shown, shown(9, "out", "out9", "telegram"))))
    assert found.holds
    assert found.counts["sent twice, ambiguous class (declared)"] == 1


def test_an_unknown_message_that_did_arrive_is_no_duplicate() -> None:
    unknown = replace(outbound(2), status="unknown", provider_id=None)
    assert prove(replace(good(), outbound=(outbound(1), unknown))).holds


def test_what_the_provider_swapped_may_be_answered_in_its_own_order() -> None:
    first = replace(inbound(1), provider_order=8, completed_at=NOON + timedelta(minutes=1))
    second = replace(inbound(2), provider_order=7)
    assert "order violations" not in broken(replace(good(), inbound=(first, second)))
