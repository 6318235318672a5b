"""Waiting until every process is ready, and telling a slow start from a failing one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from bot.data_dir import DataDir
from bot.progress import say, step
from bot.supervise.errors import StartError
from bot.supervise.programs import Program
from bot.supervise.supervisord import ProcessState, Supervisor

_READY_SECONDS = 300.0
_TRIES = 4
_SHOWN_LINES = 15


class Waiting:
    """Follows the programs of one start until each is ready."""

    def __init__(self, data: DataDir, programs: Sequence[Program], client: httpx.Client) -> None:
        self._data = data
        self._client = client
        self._pending = {program.name: program for program in programs}
        self._starts: dict[str, set[float]] = {}
        self._reasons: dict[str, str] = {}
        self._began = time.monotonic()

    def detail(self) -> str:
        """Who is still waited for."""
        names = [program.title for program in list(self._pending.values())]
        return f"waiting for: {', '.join(names)}" if names else ""

    def look(self, states: Sequence[ProcessState]) -> bool:
        """Takes note of who is ready now; True when all are. Raises StartError when one keeps failing."""
        known = {state.name: state for state in states}
        for program in list(self._pending.values()):
            state = known[program.name]
            self._count(program, state)
            if state.state == "RUNNING" and self._is_ready(program):
                del self._pending[program.name]
                say(f"  {program.title} is ready ({time.monotonic() - self._began:.0f} s)")
        return not self._pending

    def give_up(self) -> StartError:
        """What to say when the patience is over."""
        parts = []
        for program in self._pending.values():
            reason = self._reasons.get(program.name, "it does not run")
            parts.append(f"{program.title}: {reason} (log: {self._data.logs / program.name}.log)")
        return StartError(f"Not everything became ready within {_READY_SECONDS:.0f} s. " + "; ".join(parts))

    def _count(self, program: Program, state: ProcessState) -> None:
        starts = self._starts.setdefault(program.name, set())
        starts.add(state.since)
        if state.state == "FATAL" or len(starts) > _TRIES:
            log = self._data.logs / f"{program.name}.log"
            raise StartError(
                f"The {program.title} ends each time it is started. The end of {log}:\n{_tail(log)}"
            )

    def _is_ready(self, program: Program) -> bool:
        if program.probe is None:
            return True
        try:
            answer = self._client.get(program.probe)
        except httpx.HTTPError:
            self._reasons[program.name] = f"{program.probe} does not answer"
            return False
        self._reasons[program.name] = f"{program.probe} answers {answer.status_code}: {answer.text[:300]}"
        return answer.is_success


def wait_until_ready(data: DataDir, supervisor: Supervisor, programs: Sequence[Program]) -> None:
    """Returns when every program is ready. Raises StartError."""
    deadline = time.monotonic() + _READY_SECONDS
    with httpx.Client(timeout=3.0, trust_env=False) as client:
        waiting = Waiting(data, programs, client)
        with step("Starting the processes", detail=waiting.detail):
            while not waiting.look(supervisor.states()):
                if time.monotonic() > deadline:
                    raise waiting.give_up()
                time.sleep(0.3)


def _tail(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "(there is no log)"
    return "\n".join(f"    {line}" for line in lines[-_SHOWN_LINES:])
