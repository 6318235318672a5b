"""The connection behind the statements of a turn: what a lost one and a pooler do to them. The statements themselves run in `tests/e2e`."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from psycopg2 import OperationalError
from psycopg2.errors import InvalidSqlStatementName, UndefinedTable

from bot.rasa_components.direct_table import DirectTable

Refuses = Callable[[str], Exception | None]


class Server:
    """Gives out connections that write down what they are asked. ``refuses`` says which statement gets which error."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, str, Any]] = []
        self.refuses: Refuses = lambda statement: None
        self.opened = self.detached = 0
        self.connections: list[Any] = []

    def raw_connection(self) -> Any:
        self.opened += 1
        connection = SimpleNamespace(autocommit=False, open=True, number=self.opened)
        connection.cursor = lambda: SimpleNamespace(
            execute=lambda statement, values=(): self._execute(connection, statement, values),
            fetchall=lambda: [(connection.number,)],
        )
        connection.close = lambda: setattr(connection, "open", False)
        self.connections.append(connection)
        return SimpleNamespace(dbapi_connection=connection, detach=self._detach)

    def _detach(self) -> None:
        self.detached += 1

    def _execute(self, connection: Any, statement: str, values: Any) -> None:
        assert connection.open
        assert connection.autocommit
        self.asked.append((connection.number, statement, values))
        refused = self.refuses(statement)
        if refused is not None:
            raise refused


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def table(server: Server) -> DirectTable:
    return DirectTable(server)


def once(error: Exception) -> Refuses:
    """Refuses the next statement and no other."""
    errors = [error]
    return lambda statement: errors.pop() if errors else None


def test_a_statement_is_prepared_once_on_one_connection(table: DirectTable, server: Server) -> None:
    for sender in ("7", "8"):
        table.read("SELECT $1", sender)
    table.write("INSERT $1, $2", "a", "b")
    assert server.asked == [
        (1, "PREPARE turn_0 AS SELECT $1", ()),
        (1, "EXECUTE turn_0 (%s)", ("7",)),
        (1, "EXECUTE turn_0 (%s)", ("8",)),
        (1, "PREPARE turn_1 AS INSERT $1, $2", ()),
        (1, "EXECUTE turn_1 (%s, %s)", ("a", "b")),
    ]
    assert (server.opened, server.detached) == (1, 1)


def test_what_is_read_is_asked_again_on_a_new_connection(table: DirectTable, server: Server) -> None:
    assert table.read("SELECT $1", "7") == [(1,)]
    server.refuses = once(OperationalError("the server went away"))
    assert table.read("SELECT $1", "7") == [(2,)]
    assert not server.connections[0].open
    assert server.asked[-2:] == [(2, "PREPARE turn_0 AS SELECT $1", ()), (2, "EXECUTE turn_0 (%s)", ("7",))]


def test_a_server_that_is_away_is_asked_once(table: DirectTable, server: Server) -> None:
    server.refuses = lambda statement: OperationalError("nobody there")
    with pytest.raises(OperationalError):
        table.read("SELECT $1", "7")
    assert server.opened == 1


def test_what_is_written_is_never_written_twice(table: DirectTable, server: Server) -> None:
    table.write("INSERT $1", "a")
    server.refuses = once(OperationalError("the server went away"))
    with pytest.raises(OperationalError):
        table.write("INSERT $1", "b")
    table.write("INSERT $1", "c")
    ran = [(number, values) for number, statement, values in server.asked if statement.startswith("EXECUTE")]
    assert ran == [(1, ("a",)), (1, ("b",)), (2, ("c",))]


def test_another_error_leaves_the_connection(table: DirectTable, server: Server) -> None:
    table.read("SELECT $1", "7")
    server.refuses = once(UndefinedTable("no such table"))
    with pytest.raises(UndefinedTable):
        table.read("SELECT $1", "7")
    assert table.read("SELECT $1", "7") == [(1,)]


def test_behind_a_pooler_nothing_is_prepared_after_the_first_try(table: DirectTable, server: Server) -> None:
    server.refuses = lambda statement: (
        InvalidSqlStatementName("not on this connection") if statement.startswith("EXECUTE") else None
    )
    for sender in ("7", "8"):
        assert table.read("SELECT $1, $2", sender, "x") == [(1,)]
    plain = "SELECT %(value1)s, %(value2)s"
    assert [(statement, values) for _, statement, values in server.asked[2:]] == [
        (plain, {"value1": "7", "value2": "x"}),
        (plain, {"value1": "8", "value2": "x"}),
    ]
