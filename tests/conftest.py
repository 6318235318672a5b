"""Fixtures for all tests: a real PostgreSQL, a fresh database for each test, no network."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.data_dir import locate
from bot.store.engine import Sessions, libpq_url, make_engine, make_sessions
from bot.store.migrate import upgrade
from bot.supervise import embedded
from tests.databases import Databases

TEMPLATE = "template_migrated"


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A PostgreSQL server: TEST_DATABASE_URL where it is given, else an embedded one that ends with the tests."""
    given = os.environ.get("TEST_DATABASE_URL")
    with ExitStack() as stack:
        if given:
            yield libpq_url(given)
            return
        # Not pytest's own directory: it forgets old ones, and runs side by side must not end each other's server.
        home = locate(Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="postgres-"))))
        yield stack.enter_context(embedded.serving(embedded.cluster_of(home, durable=False)))


@pytest.fixture(scope="session")
def databases(server_url: str) -> Databases:
    """Where a test's database comes from, and goes to."""
    return Databases(server_url)


@pytest.fixture(scope="session")
def template(databases: Databases) -> str:
    """The name of a migrated database that is cloned for each test."""
    name = f"{TEMPLATE}_{os.getpid()}"
    databases.execute(f'CREATE DATABASE "{name}"')
    upgrade(databases.address(name))
    return name


@pytest.fixture
def database_url(databases: Databases, template: str) -> Iterator[str]:
    """A migrated database that is as its template is: empty, or with what a folder's own template holds."""
    with databases.like(template) as url:
        yield url


@pytest.fixture
def sessions(database_url: str) -> Iterator[Sessions]:
    """Sessions on a fresh database."""
    engine = make_engine(database_url)
    yield make_sessions(engine)
    engine.dispose()


@pytest.fixture
def now() -> datetime:
    """Tuesday 24 November 2026, 10:00 in Morocco."""
    return datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's directory."""
    return Path(__file__).parent.parent
