"""The schema: what the migrations make is what the models say."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool, text
from sqlalchemy.engine import make_url

from bot.store.engine import driver_url, libpq_url
from bot.store.migrate import alembic_config, upgrade
from bot.store.models import Base


@pytest.fixture
def empty_url(server_url: str) -> Iterator[str]:
    """A database without a single table."""
    name = f"empty_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


def tables(url: str) -> set[str]:
    query = "SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_type = 'BASE TABLE'"
    with psycopg.connect(libpq_url(url)) as connection:
        return {row[0] for row in connection.execute(query.encode())}


def versions(url: str) -> list[str]:
    with psycopg.connect(libpq_url(url)) as connection:
        return [row[0] for row in connection.execute(b"SELECT version_num FROM alembic_version")]


def head(url: str) -> list[str]:
    return list(ScriptDirectory.from_config(alembic_config(url)).get_heads())


def test_the_migrations_make_what_the_models_say(database_url: str) -> None:
    command.check(alembic_config(database_url))


def test_a_column_that_is_missing_would_be_noticed(database_url: str) -> None:
    """What the check above compares with sees types and columns, not names of tables only."""
    engine = create_engine(driver_url(database_url), poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE staff DROP COLUMN language"))
        context = MigrationContext.configure(connection)
        found = compare_metadata(context, Base.metadata)
    assert [(change[0], change[3].name) for change in found if change[0] == "add_column"] == [
        ("add_column", "language")
    ]


def test_one_upgrade_makes_everything_and_a_second_changes_nothing(empty_url: str) -> None:
    upgrade(empty_url)
    made = tables(empty_url)
    assert {f"public.{name}" for name in Base.metadata.tables} <= made
    assert {"rasa.events", "public.procrastinate_jobs"} <= made
    with psycopg.connect(libpq_url(empty_url)) as connection:
        connection.execute(
            b"INSERT INTO contact (created_at, variety_chosen, wants_updates) VALUES (now(), false, false)"
        )
    upgrade(empty_url)
    assert tables(empty_url) == made
    assert versions(empty_url) == head(empty_url)
    with psycopg.connect(libpq_url(empty_url)) as connection:
        assert connection.execute(b"SELECT count(*) FROM contact").fetchone() == (1,)


def test_two_starts_at_once_do_not_collide(empty_url: str) -> None:
    with ExitStack() as stack:
        starts = [stack.enter_context(ready_to_upgrade(empty_url)) for _ in range(2)]
        for start in starts:
            assert start.stdout is not None
            assert start.stdout.readline() == "ready\n"
        with ThreadPoolExecutor(2) as together:
            said = list(together.map(lambda start: start.communicate("go\n", timeout=60), starts))
    assert [errors for _, errors in said] == ["", ""]
    assert [start.returncode for start in starts] == [0, 0]
    assert versions(empty_url) == head(empty_url)


def ready_to_upgrade(url: str) -> subprocess.Popen[str]:
    """A process of its own, as a start is, that upgrades when it is told to."""
    script = (
        "import sys; from bot.store.migrate import upgrade; print('ready', flush=True);"
        " sys.stdin.readline(); upgrade(sys.argv[1])"
    )
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", script, url], stdin=pipe, stdout=pipe, stderr=pipe, text=True
    )
