"""What goes wrong in which form of the run, in which order and for how long."""

from __future__ import annotations

import random
import signal
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.e2e.product import Product
from tests.torture.faults import (
    HEALTHY,
    VICTIMS,
    CutConnections,
    DatabaseRestart,
    DiskFull,
    Fault,
    Kill,
    Providers,
    RandomKills,
    Stopped,
)

HOUR = timedelta(minutes=60)
COPIES = 9
"""Further copies of each webhook: ten in all."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """How large a run is. ``lasting`` is the length of most faults, ``rasa_down`` and ``storm`` those of two; seconds."""

    people: int
    pause: float
    lasting: float
    rasa_down: float
    storm: float
    settle: float


SHORT = Form(people=16, pause=4.0, lasting=4.0, rasa_down=0.0, storm=14.0, settle=90.0)
LONG = Form(people=200, pause=40.0, lasting=15.0, rasa_down=600.0, storm=90.0, settle=900.0)


def faults(product: Product, form: Form, seed: int, *, disk: bool) -> list[Fault]:
    """Each fault for itself, in an order that the seed chooses; the long ones after them, and all together at the end."""
    luck = random.Random(seed)
    kills: list[Fault] = [Kill(product, f"kill -9 {victim}", 0, victim) for victim in VICTIMS]
    for_itself = [*kills, *_of_the_database(product, form), *_of_providers(product, form)]
    luck.shuffle(for_itself)
    if form.rasa_down:
        for_itself.append(Stopped(product, "Rasa down", form.rasa_down))
    if disk:
        for_itself.append(DiskFull(product, "disk full", form.lasting))
    return for_itself


def _of_the_database(product: Product, form: Form) -> list[Fault]:
    return [
        DatabaseRestart(product, "PostgreSQL restarted", 0),
        DatabaseRestart(product, "kill -9 PostgreSQL", 0, signal.SIGKILL),
        CutConnections(product, "connections cut", form.lasting),
    ]


def _of_providers(product: Product, form: Form) -> list[Fault]:
    wrong: dict[str, dict[str, Any]] = {
        "provider errors 500": {"error_rate": 0.6},
        "provider throttles 429": {"throttle_rate": 0.6},
        "time-outs after acceptance": {"drop_after_accept_rate": 0.5},
        "webhooks ten times and shuffled": {"duplicate_webhooks": COPIES, "shuffle_webhooks": True},
        "callbacks duplicated": {"status_callbacks": "duplicated"},
        "callbacks reordered": {"status_callbacks": "reordered"},
    }
    found: list[Fault] = [
        Providers(product, name, form.lasting, {**HEALTHY, **changes}) for name, changes in wrong.items()
    ]
    refused = {**HEALTHY, "down": True}
    return [
        *found,
        Providers(product, "connections refused for 60 simulated minutes", form.lasting, refused, HOUR),
    ]


def storm(product: Product, form: Form, seed: int) -> tuple[Fault, ...]:
    """All together: misbehaving providers while processes are killed and connections cut."""
    wrong = {
        **HEALTHY,
        "error_rate": 0.1,
        "throttle_rate": 0.1,
        "drop_after_accept_rate": 0.1,
        "duplicate_webhooks": COPIES if form.people < 100 else 2,
        "shuffle_webhooks": True,
        "status_callbacks": "duplicated",
    }
    return (
        Providers(product, "", form.storm, wrong),
        RandomKills(product, "", form.storm, luck=random.Random(seed), every=form.storm / 4),
    )
