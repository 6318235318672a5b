"""The short form of ``make torture``: every fault, alone and together, and the six promises proved from the records. No time is asserted:
the run waits until nothing is under way any more, however long a slow machine takes.
"""

from __future__ import annotations

import pytest

from tests.e2e.product import Product
from tests.torture.plan import SHORT
from tests.torture.proof import CHECKS
from tests.torture.run import Report, run

SEED = 3
SECONDS = 1800
"""More than a run of minutes takes on the slowest machine."""

pytestmark = pytest.mark.timeout(SECONDS)


@pytest.fixture(scope="module")
def report(product: Product) -> Report:
    """One run for all questions."""
    return run(product, SHORT, seed=SEED)


@pytest.mark.parametrize("promise", CHECKS)
def test_a_promise_holds(report: Report, promise: str) -> None:
    assert report.proof.violations[promise] == []


def test_there_was_something_to_break(report: Report) -> None:
    assert report.tally.asked
    assert report.proof.counts["messages of people"]
    assert report.proof.counts["answers and other messages"]
