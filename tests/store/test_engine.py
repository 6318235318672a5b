"""What an error of the database says."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.store import engine
from bot.store.engine import Sessions, make_engine


def test_an_error_shows_no_value_that_was_passed(sessions: Sessions) -> None:
    with sessions() as session, pytest.raises(DBAPIError) as raised:
        session.execute(text("SELECT 1 / 0 WHERE :number <> ''"), {"number": "+212612345678"})
    assert "612345678" not in str(raised.value)


def test_connections_stay_open_and_those_used_last_are_used_first(database_url: str) -> None:
    own = make_engine(database_url, connections=2)
    number = text("SELECT pg_backend_pid()")
    with own.connect() as first, own.connect() as second:
        opened = [first.scalar(number), second.scalar(number)]
    for _ in range(3):
        with own.connect() as later:
            assert later.scalar(number) == opened[0]  # given back last
    with own.connect() as first, own.connect() as second:
        assert [first.scalar(number), second.scalar(number)] == opened
    own.dispose()


def test_a_connection_that_the_server_closed_while_it_was_idle_is_not_used(
    database_url: str, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "IDLE_SECONDS", 0.0)
    own = make_engine(database_url, connections=1)
    with own.connect() as connection:
        number = connection.scalar(text("SELECT pg_backend_pid()"))
    with sessions() as session:
        assert session.scalar(text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})
    with own.connect() as connection:
        assert connection.scalar(text("SELECT pg_backend_pid()")) != number
    own.dispose()
