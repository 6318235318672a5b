"""Requests at a rate, and as many as can be at once; what they took."""

from __future__ import annotations

import asyncio
import math
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

TIMEOUT = 60.0
Call = Callable[[int], Awaitable[bool]]
"""Makes the n-th request; whether it went well."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """``times`` in seconds, of those that went well, sorted; ``rate`` is how many did in a second."""

    times: tuple[float, ...]
    failed: int
    rate: float

    def quantile(self, share: float) -> float:
        """In milliseconds; 0 where there is nothing."""
        if not self.times:
            return 0.0
        return 1000 * self.times[min(len(self.times) - 1, int(share * len(self.times)))]


async def at_rate(call: Call, *, rate: float, seconds: float) -> Measured:
    """Begin ``rate`` requests a second whatever becomes of them; each is timed from the moment at which it should have begun."""
    began = time.perf_counter()
    tasks = []
    for number in range(int(rate * seconds)):
        due = began + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        tasks.append(asyncio.create_task(_timed(call, number, due)))
    return _measured(await asyncio.gather(*tasks), time.perf_counter() - began)


async def at_once(
    call: Call, *, workers: int, seconds: float = math.inf, times: int = sys.maxsize
) -> Measured:
    """Keep ``workers`` requests under way all the time: as many as can be, for ``seconds`` or ``times``."""
    began = time.perf_counter()
    numbers = iter(range(times))
    found: list[float | None] = []

    async def work() -> None:
        for number in numbers:
            if time.perf_counter() - began >= seconds:
                break
            found.append(await _timed(call, number, time.perf_counter()))

    await asyncio.gather(*(work() for _ in range(workers)))
    return _measured(found, time.perf_counter() - began)


async def _timed(call: Call, number: int, since: float) -> float | None:
    try:
        went_well = await asyncio.wait_for(call(number), TIMEOUT)
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return None
    return time.perf_counter() - since if went_well else None


def _measured(found: list[float | None], seconds: float) -> Measured:
    times = sorted(taken for taken in found if taken is not None)
    return Measured(times=tuple(times), failed=len(found) - len(times), rate=len(times) / seconds)
