"""One connection of the driver's own for the statements of a turn: SQLAlchemy's way to it took longer than PostgreSQL.

A statement is prepared where it is run first, so that PostgreSQL reads and plans it once for each connection: that is half of its work.
"""

from __future__ import annotations

import re
from typing import Any

from psycopg2 import InterfaceError, OperationalError
from psycopg2.errors import DuplicatePreparedStatement, InvalidSqlStatementName
from sqlalchemy.engine import Engine

_PARAMETER = re.compile(r"\$(\d+)")
Row = tuple[Any, ...]


class DirectTable:
    """Statements have ``$1``, ``$2`` … for values. Each is a transaction of its own.

    For one thread: Rasa's statements run one after the other in its event loop.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Any = None
        self._prepared: dict[str, str] = {}
        self._prepares = True

    def read(self, statement: str, *values: Any) -> list[Row]:
        """The rows. Asked once more where the connection was lost meanwhile, as after a restart of the server."""
        known = self._connection is not None
        try:
            return self._rows(statement, values)
        except (OperationalError, InterfaceError):
            if not known:
                raise
            return self._rows(statement, values)

    def write(self, statement: str, *values: Any) -> None:
        """Run it. Never a second time, because nobody knows what became of the first."""
        self._run(statement, values)

    def _rows(self, statement: str, values: Row) -> list[Row]:
        rows: list[Row] = self._run(statement, values).fetchall()
        return rows

    def _run(self, statement: str, values: Row) -> Any:
        if self._connection is None:
            self._connection = self._opened()
        try:
            cursor = self._connection.cursor()
            if not self._execute_prepared(cursor, statement, values):
                named = {f"value{number}": value for number, value in enumerate(values, start=1)}
                cursor.execute(_PARAMETER.sub(r"%(value\1)s", statement), named)
        except (OperationalError, InterfaceError):
            self._connection.close()
            self._connection = None
            raise
        return cursor

    def _execute_prepared(self, cursor: Any, statement: str, values: Row) -> bool:
        """Whether it was run. Not behind a pooler that gives each transaction another of the server's connections."""
        if not self._prepares:
            return False
        try:
            if statement not in self._prepared:
                name = f"turn_{len(self._prepared)}"
                cursor.execute(f"PREPARE {name} AS {statement}")
                self._prepared[statement] = f"EXECUTE {name} ({', '.join(['%s'] * len(values))})"
            cursor.execute(self._prepared[statement], values)
        except (DuplicatePreparedStatement, InvalidSqlStatementName):
            self._prepares = False
        return self._prepares

    def _opened(self) -> Any:
        self._prepared = {}
        pooled = self._engine.raw_connection()
        connection: Any = pooled.dbapi_connection
        # From now on the pool neither counts nor resets it.
        pooled.detach()
        connection.autocommit = True
        return connection
