"""A run: people talk, faults come and go, and at the end everybody waits until nothing is under way any more."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import httpx
import psycopg

from bot.progress import say
from tests.e2e.product import Product
from tests.torture import plan, proof, records
from tests.torture.faults import HEALTHY, Fault, sandbox_url, set_faults
from tests.torture.people import NoAnswer, Person, Tally
from tests.torture.plan import Form
from tests.torture.proof import Proof

ROUND = 0.5
QUIET_ROUNDS = 6


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """Seconds from the end of a fault (or a kill) to the answer to a message sent right after it; None where none came."""

    fault: str
    seconds: float | None


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a run showed."""

    proof: Proof
    recoveries: tuple[Recovery, ...]
    tally: Tally
    seconds: float


def run(product: Product, form: Form, *, seed: int, disk: bool = False) -> Report:
    """Torture a product that runs and is healthy, and prove from the records what came of it."""
    began = time.monotonic()
    numbers = [f"+21268{seed % 10}{number:06d}" for number in range(form.people + 1)]
    recoveries, tally = asyncio.run(_torture(product, form, seed, disk, numbers))
    set_faults(product, HEALTHY)
    product.wait_until_healthy(plan_seconds(form))
    _settle(product, form.settle)
    with httpx.Client(base_url=sandbox_url(product), timeout=30.0) as sandbox:
        found = records.read(product.database_url(), numbers, sandbox)
    return Report(
        proof=proof.prove(found),
        recoveries=tuple(recoveries),
        tally=tally,
        seconds=time.monotonic() - began,
    )


def plan_seconds(form: Form) -> float:
    """How long the product may take to be healthy again."""
    return max(form.settle, 300.0)


async def _torture(
    product: Product, form: Form, seed: int, disk: bool, numbers: Sequence[str]
) -> tuple[list[Recovery], Tally]:
    tally = Tally()
    over = asyncio.Event()
    recoveries: list[Recovery] = []
    limits = httpx.Limits(max_connections=form.people * 3 + 10)
    async with httpx.AsyncClient(base_url=sandbox_url(product), limits=limits) as client:
        people = [
            Person(
                number=number,
                channel="telegram" if place % 3 == 2 else "whatsapp",
                client=client,
                luck=random.Random(f"{seed}/{number}"),
                tally=tally,
            )
            for place, number in enumerate(numbers)
        ]
        probe, talkers = people[0], people[1:]
        lives = [asyncio.create_task(person.live(over, form.pause)) for person in talkers]
        await asyncio.sleep(form.pause)
        for fault in plan.faults(product, form, seed, disk=disk):
            recoveries.append(await _suffer(fault.name, (fault,), probe))
        recoveries.append(await _suffer("all together", plan.storm(product, form, seed), probe))
        over.set()
        await asyncio.gather(*lives)
    return recoveries, tally


async def _suffer(name: str, faults: Sequence[Fault], probe: Person) -> Recovery:
    for fault in faults:
        await asyncio.to_thread(fault.begin)
    until = time.monotonic() + faults[0].seconds
    while time.monotonic() < until:
        for fault in faults:
            await asyncio.to_thread(fault.during)
        await asyncio.sleep(ROUND)
    for fault in reversed(faults):
        await asyncio.to_thread(fault.end)
    began = time.monotonic()
    try:
        await probe.say("c'est gratuit ?")
    except NoAnswer:
        recovery = Recovery(fault=name, seconds=None)
    else:
        recovery = Recovery(fault=name, seconds=time.monotonic() - began)
    say(
        f"  {name}: "
        + ("no answer" if recovery.seconds is None else f"answered after {recovery.seconds:.1f} s")
    )
    return recovery


def _settle(product: Product, seconds: float) -> None:
    """Return when nothing has been under way for some rounds, or when for ``seconds`` nothing went on: the proof tells what is left."""
    deadline, quiet, left = time.monotonic() + seconds, 0, -1
    while quiet < QUIET_ROUNDS and time.monotonic() < deadline:
        time.sleep(ROUND)
        with suppress(psycopg.Error):
            before, left = left, records.unfinished(product.database_url())
            quiet = quiet + 1 if left == 0 else 0
            if left != before:
                deadline = time.monotonic() + seconds
