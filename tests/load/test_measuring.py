"""The measuring tools measure: both ends of the wire, rates, quantiles."""

from __future__ import annotations

import asyncio
import socket
from urllib.parse import urlencode

from tests.load.provider import Provider
from tests.load.traffic import Measured, at_once, at_rate
from tests.load.wire import Wire

PATH = "/twilio/2010-04-01/Accounts/AC0/Messages.json"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_who_waits_for_a_phone_hears_of_its_call_and_of_no_other() -> None:
    async def scenario() -> tuple[int, int, bool, bool]:
        provider, port = Provider(), free_port()
        await provider.open(port)
        mine, other = provider.next_call("+212670000001"), provider.next_call("+212670000002")
        wire = Wire(port)
        body = urlencode({"To": "whatsapp:+212670000001", "Body": "Oui"}).encode()
        taken = await wire.post(PATH, {}, body)
        refused = await wire.post("/content/v1/Content", {}, b"{}")
        await wire.close()
        await provider.close()
        return taken.status, refused.status, mine.done(), other.done()

    assert asyncio.run(scenario()) == (201, 404, True, False)


def test_requests_are_counted_by_how_they_went() -> None:
    async def call(number: int) -> bool:
        if number == 1:
            raise ConnectionResetError
        return number != 2

    found = asyncio.run(at_rate(call, rate=100, seconds=0.1))
    assert (len(found.times), found.failed) == (8, 2)


def test_as_many_as_asked_for_are_under_way_at_once() -> None:
    under_way, most = 0, 0

    async def call(_: int) -> bool:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0.01)
        under_way -= 1
        return True

    asyncio.run(at_once(call, workers=5, seconds=0.1))
    assert most == 5


def test_as_many_times_as_asked_for() -> None:
    async def call(_: int) -> bool:
        return True

    assert len(asyncio.run(at_once(call, workers=3, times=7)).times) == 7


def test_quantiles_are_in_milliseconds() -> None:
    found = Measured(times=tuple(number / 1000 for number in range(100)), failed=0, rate=1.0)
    assert (found.quantile(0.5), found.quantile(0.99)) == (50.0, 99.0)
    assert Measured(times=(), failed=3, rate=0.0).quantile(0.5) == 0.0
