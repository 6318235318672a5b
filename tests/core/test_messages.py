"""Delivery statuses only move forward."""

from __future__ import annotations

from itertools import pairwise, product

import pytest

from bot.core.messages import STATUS_RANK, DeliveryStatus, moves_forward

S = DeliveryStatus


def test_moving_forward_is_a_strict_order() -> None:
    for one, two, three in product(S, repeat=3):
        assert not (moves_forward(one, two) and moves_forward(two, one))
        if moves_forward(one, two) and moves_forward(two, three):
            assert moves_forward(one, three)


def test_every_status_has_a_rank() -> None:
    assert STATUS_RANK.keys() == set(S)


def test_the_way_of_a_message_that_is_read() -> None:
    way = [S.QUEUED, S.SENDING, S.SENT, S.DELIVERED, S.READ]
    for earlier, later in pairwise(way):
        assert moves_forward(earlier, later)
        assert not moves_forward(later, earlier)


@pytest.mark.parametrize(
    ("current", "new", "forward"),
    [
        (S.SENT, S.SENT, False),
        (S.SENT, S.FAILED, True),
        (S.SENT, S.UNDELIVERED, True),
        (S.FAILED, S.UNDELIVERED, True),
        (S.FAILED, S.SENT, False),
        (S.UNKNOWN, S.SENT, True),
        (S.UNKNOWN, S.SENDING, False),
        (S.UNDELIVERED, S.DELIVERED, True),
        (S.DELIVERED, S.FAILED, False),
        (S.READ, S.UNDELIVERED, False),
        (S.CANCELLED, S.QUEUED, False),
    ],
)
def test_what_a_late_or_contradicting_receipt_may_do(current: S, new: S, forward: bool) -> None:
    assert moves_forward(current, new) is forward
