"""The processes of the product: what each runs, in which order they stop, and how one sees it is ready."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from bot.config import Settings, rasa_ports
from bot.data_dir import PROJECT_ROOT
from bot.supervise import embedded

LEAN_RASA = "bot.rasa_components.lean_rasa"
RASA_PYTHON = PROJECT_ROOT / ".venv-rasa" / "bin" / "python"
# The action server and Rasa have no business with the providers, the console or the contacts' identities.
_PROVIDERS = ("TWILIO_AUTH_TOKEN", "TELEGRAM_BOT_TOKEN", "TELEGRAM_WEBHOOK_SECRET")
_CONSOLE = ("SESSION_SECRET",)
_ASSISTANT = ("TURN_TOKEN",)
_DATABASE = ("DATABASE_URL", "RASA_TRACKER_URL")


class Stage(IntEnum):
    """When a program stops: what takes work in ends first, then what that leans on, the database last."""

    DATABASE = 1
    HELPER = 2
    ENTRY = 3


@dataclass(frozen=True, kw_only=True)
class Program:
    """One supervised process.

    `stop_seconds`: how long it may take to end by itself. `probe`: an address that answers 2xx when the
    process is ready, where it has one. `port`: the one it listens on. `hidden`: environment variables that it
    is not given. `nice`: by how much it gives way where the processors are busy, 0 to 19.
    """

    name: str
    title: str
    command: tuple[str, ...]
    stage: Stage
    stop_signal: str = "TERM"
    stop_seconds: int = 3
    probe: str | None = None
    port: int | None = None
    hidden: tuple[str, ...] = ()
    nice: int = 0


def database(cluster: embedded.Cluster) -> Program:
    """The embedded PostgreSQL: the last to stop. SIGINT ends it without waiting for its clients."""
    return Program(
        name="db",
        title="database",
        command=tuple(embedded.command(cluster)),
        stage=Stage.DATABASE,
        stop_signal="INT",
        stop_seconds=8,
        hidden=(*_PROVIDERS, *_CONSOLE, *_ASSISTANT, *_DATABASE),
    )


def services(settings: Settings, model: Path) -> list[Program]:
    """Everything but the database. They start together; each waits for what it needs.

    Providers wait seconds for their webhooks to be taken; who takes them comes before who thinks about them.
    """
    programs = [
        _actions(settings),
        *(_rasa(settings, number, port, model) for number, port in enumerate(rasa_ports(settings))),
        *(_worker(settings, number) for number in range(settings.worker_processes)),
        *(_web(settings, number) for number in range(settings.web_processes)),
    ]
    if settings.sandbox:
        programs.insert(0, _sandbox(settings))
    if settings.telegram is not None and settings.telegram.polling:
        programs.append(_telegram_poller())
    return programs


def _sandbox(settings: Settings) -> Program:
    return Program(
        name="sandbox",
        title="sandbox",
        command=_module("bot.sandbox"),
        stage=Stage.HELPER,
        probe=f"{settings.sandbox_url}/sandbox/stats",
        port=settings.port + 1,
        hidden=(*_CONSOLE, *_ASSISTANT, *_DATABASE),
    )


def _actions(settings: Settings) -> Program:
    return Program(
        name="actions",
        title="action server",
        command=_module("actions"),
        stage=Stage.HELPER,
        probe=f"{settings.actions_url}/health",
        port=settings.port + 2,
        hidden=(*_PROVIDERS, *_CONSOLE),
        nice=settings.thinking_gives_way,
    )


def _numbered(name: str, number: int) -> str:
    """The first process of a kind has its plain name."""
    return name if number == 0 else f"{name}-{number + 1}"


def _rasa(settings: Settings, number: int, port: int, model: Path) -> Program:
    wiring = ("--endpoints", "endpoints.yml", "--credentials", "credentials.yml")
    return Program(
        name=_numbered("rasa", number),
        title="assistant",
        command=(
            *(str(RASA_PYTHON), "-m", LEAN_RASA, "run", "--model", str(model), *wiring),
            *("-i", "127.0.0.1", "-p", str(port)),
        ),
        stage=Stage.HELPER,
        probe=f"http://127.0.0.1:{port}/webhooks/turn/health",
        port=port,
        hidden=(*_PROVIDERS, *_CONSOLE),
        nice=settings.thinking_gives_way,
    )


def _worker(settings: Settings, number: int) -> Program:
    return Program(
        name=_numbered("worker", number),
        title="worker",
        command=_module("bot.jobs"),
        stage=Stage.ENTRY,
        stop_seconds=5,
        hidden=_CONSOLE,
        nice=settings.thinking_gives_way,
    )


def _web(settings: Settings, number: int) -> Program:
    """All web processes share one port; the kernel shares the connections out."""
    return Program(
        name=_numbered("web", number),
        title="web service",
        command=_module("bot.web"),
        # Open streams of the console get five seconds.
        stop_seconds=6,
        stage=Stage.ENTRY,
        probe=f"http://{probe_host(settings)}:{settings.port}/health",
        port=settings.port if number == 0 else None,
    )


def _telegram_poller() -> Program:
    return Program(
        name="poller",
        title="Telegram polling",
        command=_module("bot.jobs.telegram_poller"),
        stage=Stage.ENTRY,
        hidden=("TWILIO_AUTH_TOKEN", *_CONSOLE),
    )


def probe_host(settings: Settings) -> str:
    """Where this machine reaches the web service: the address it is bound to, or loopback for 'all'."""
    if settings.host in {"0.0.0.0", "::"}:
        return "127.0.0.1"
    return f"[{settings.host}]" if ":" in settings.host else settings.host


def _module(name: str) -> tuple[str, ...]:
    return (sys.executable, "-m", name)
