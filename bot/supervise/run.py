"""The product from start to stop."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bot.config import Settings
from bot.progress import say, step
from bot.supervise import (
    database,
    embedded,
    environment,
    health,
    instance,
    preflight,
    preparation,
    programs,
    supervisord,
    training,
)
from bot.supervise.errors import StartError
from bot.supervise.preparation import FirstLogin
from bot.supervise.programs import Program
from bot.supervise.supervisord import ProcessState, Supervisor

_WATCH_SECONDS = 1.0
_REVIVE_SECONDS = 30.0


def run(settings: Settings) -> int:
    """Starts everything, stays until SIGINT or SIGTERM, stops everything. Raises Problem."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGINT, _interrupt)
    with instance.exclusive(settings.data):
        try:
            _run(settings)
        except KeyboardInterrupt:
            say("Stopped.")
    return 0


def _run(settings: Settings) -> None:
    began = time.monotonic()
    data = settings.data
    services = programs.services(settings, training.model_path(data))
    preflight.check(settings, services)
    cluster = embedded.cluster_of(data) if settings.embedded_database else None
    if cluster is None:
        database.require(settings.database_url or "")
    supervised = services if cluster is None else [programs.database(cluster), *services]
    with _supervised(settings, supervised, cluster) as supervisor:
        if cluster is not None:
            _start_database(supervisor, cluster)
        login = preparation.prepare(settings)
        training.ensure_model(data)
        supervisor.start(*(program.name for program in services))
        health.wait_until_ready(data, supervisor, services)
        _print_addresses(settings, login, time.monotonic() - began)
        _watch(supervisor, supervised)


@contextmanager
def _supervised(
    settings: Settings, supervised: Sequence[Program], cluster: embedded.Cluster | None
) -> Iterator[Supervisor]:
    if cluster is not None:
        with step("Preparing the database"):
            for note in embedded.prepare(cluster):
                say(note)
    supervisor = supervisord.launch(settings.data, supervised, environment.of_children(settings))
    try:
        yield supervisor
    finally:
        # Stopping takes seconds and has an end; another Ctrl-C would only leave processes behind.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with step("Stopping"):
            supervisor.stop()


def _start_database(supervisor: Supervisor, cluster: embedded.Cluster) -> None:
    def alive() -> bool:
        return _state(supervisor.states(), "db").state in {"STARTING", "RUNNING"}

    supervisor.start("db")
    embedded.wait_until_ready(cluster, alive=alive)


def _watch(supervisor: Supervisor, supervised: Sequence[Program]) -> None:
    """Tells of each process that ended and was started again, and does not give one up that keeps failing."""
    titles = {program.name: program.title for program in supervised}
    running = {state.name: state.pid for state in supervisor.states()}
    given_up: dict[str, float] = {}
    while True:
        time.sleep(_WATCH_SECONDS)
        if not supervisor.is_alive():
            raise StartError(
                "The process manager was ended from outside, and everything with it: start again."
            )
        for state in supervisor.states():
            if state.pid is not None and state.pid != running[state.name]:
                say(f"The {titles[state.name]} had ended and was started again.")
                running[state.name] = state.pid
            if state.state == "FATAL":
                _revive(supervisor, state, given_up)


def _revive(supervisor: Supervisor, state: ProcessState, given_up: dict[str, float]) -> None:
    """The manager stops trying after a while; what a program waits for may come back later."""
    now = time.monotonic()
    if now - given_up.get(state.name, -_REVIVE_SECONDS) >= _REVIVE_SECONDS:
        given_up[state.name] = now
        say(f"{state.name} keeps failing; trying again. Its log says why.")
        supervisor.start(state.name)


def _state(states: Sequence[ProcessState], name: str) -> ProcessState:
    return next(state for state in states if state.name == name)


def _print_addresses(settings: Settings, login: FirstLogin | None, seconds: float) -> None:
    here = f"http://{programs.probe_host(settings)}:{settings.port}"
    say(f"\nReady after {seconds:.0f} s.")
    if settings.sandbox:
        say(f"  Phones to try it with   {here}/sandbox   (nothing leaves this machine)")
    else:
        say(f"  Called by providers at  {settings.base_url}/webhooks/…")
    say(f"  Console of the staff    {here}/console")
    if login is not None:
        say(f"  First login             {login.username}   password: {login.password}   (shown this once)")
    say(f"  Data and logs           {settings.data.root}")
    say("Ctrl-C stops everything.\n")


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
