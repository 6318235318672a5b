"""What can go wrong: each fault begins, lasts, and ends."""

from __future__ import annotations

import os
import random
import signal
import time
import xmlrpc.client
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
from supervisor.xmlrpc import SupervisorTransport

from bot.data_dir import locate
from tests.e2e.product import Product

HEALTHY: dict[str, Any] = {
    "delay_ms": 0,
    "error_rate": 0.0,
    "throttle_rate": 0.0,
    "drop_after_accept_rate": 0.0,
    "duplicate_webhooks": 0,
    "shuffle_webhooks": False,
    "down": False,
    "status_callbacks": "normal",
}
VICTIMS = ("web", "worker", "actions", "rasa")
RESTART_SECONDS = 120.0


@dataclass
class Fault:
    """``seconds`` is how long it lasts; what is over at once (a kill) lasts 0 and is timed from its beginning."""

    product: Product
    name: str
    seconds: float

    def begin(self) -> None:
        """From now on it is wrong."""

    def during(self) -> None:
        """Called again and again while it lasts."""

    def end(self) -> None:
        """Now it is right again."""


@dataclass
class Kill(Fault):
    """``kill -9`` of one process."""

    victim: str = "web"

    def begin(self) -> None:
        """Kill it; a process that is just being started has no id and is left alone."""
        with suppress(AssertionError, ProcessLookupError):
            os.kill(self.product.pid(self.victim), signal.SIGKILL)


@dataclass
class RandomKills(Fault):
    """Somebody is killed every few seconds."""

    luck: random.Random = field(default_factory=random.Random)
    every: float = 6.0
    victims: tuple[str, ...] = VICTIMS
    _next: float = 0.0

    def begin(self) -> None:
        """The first one at once."""
        self._next = time.monotonic()

    def during(self) -> None:
        """The next one, when it is time."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self.every * self.luck.uniform(0.5, 1.5)
        Kill(self.product, "", 0, self.luck.choice(self.victims)).begin()


@dataclass
class DatabaseRestart(Fault):
    """PostgreSQL ends, politely or not, and is started again by the process manager."""

    number: signal.Signals = signal.SIGINT

    def begin(self) -> None:
        """End it."""
        with suppress(AssertionError, ProcessLookupError):
            os.kill(self.product.pid("db"), self.number)


@dataclass
class CutConnections(Fault):
    """Every connection to the database is cut, again and again."""

    def begin(self) -> None:
        """Nothing before the first cut."""

    def during(self) -> None:
        """Cut all but this one."""
        cut = b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        with suppress(psycopg.Error), psycopg.connect(self.product.database_url(), connect_timeout=3) as own:
            own.execute(cut)


@dataclass
class Stopped(Fault):
    """A process is stopped and stays down."""

    victim: str = "rasa"

    def begin(self) -> None:
        """Stop it."""
        self._manager().supervisor.stopProcess(self.victim, True)

    def end(self) -> None:
        """Start it."""
        self._manager().supervisor.startProcess(self.victim, False)

    def _manager(self) -> Any:
        socket = locate(self.product.home).supervisor_socket
        return xmlrpc.client.ServerProxy(
            "http://localhost", transport=SupervisorTransport(None, None, f"unix://{socket}")
        )


@dataclass
class Providers(Fault):
    """The providers do what ``wrong`` says; ``clock`` is moved forward in steps meanwhile."""

    wrong: dict[str, Any] = field(default_factory=dict)
    clock: timedelta = timedelta(0)
    steps: int = 6

    def begin(self) -> None:
        """Set the faults."""
        set_faults(self.product, self.wrong)
        self._left = self.steps

    def during(self) -> None:
        """Move the clock by one step."""
        if self.clock and self._left:
            self._left -= 1
            with suppress(httpx.HTTPError, AssertionError, ValueError, KeyError):
                self.product.set_clock(self.product.clock() + self.clock / self.steps)

    def end(self) -> None:
        """Set them back."""
        set_faults(self.product, HEALTHY)


@dataclass
class DiskFull(Fault):
    """A file takes all the room that is left on the disk of ``DATA_DIR``, which must be a small one of its own."""

    @property
    def _ballast(self) -> Path:
        return self.product.home / "ballast"

    def begin(self) -> None:
        """Fill it."""
        self.during()

    def during(self) -> None:
        """Fill what has become free."""
        with suppress(OSError), self._ballast.open("ab", buffering=0) as file:
            while True:
                file.write(b"\0" * 65536)

    def end(self) -> None:
        """Make room."""
        self._ballast.unlink(missing_ok=True)


def set_faults(product: Product, wrong: dict[str, Any]) -> None:
    """Tell the sandbox itself: the web service, which also passes it on, may be down."""
    deadline = time.monotonic() + RESTART_SECONDS
    while True:
        try:
            httpx.put(f"{sandbox_url(product)}/sandbox/faults", json=wrong, timeout=10.0).raise_for_status()
        except httpx.HTTPError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


def sandbox_url(product: Product) -> str:
    """Where the sandbox process listens."""
    return f"http://127.0.0.1:{product.port + 1}"
