"""Databases for tests: a copy of a template takes a tenth of a second, so an empty one is emptied and used again.

A template that holds something (a loaded caravan) is copied for each test: nothing can be told apart there.
"""

from __future__ import annotations

import itertools
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.engine import make_url

_numbers = itertools.count(1)
_TABLES = """
SELECT relation.oid::regclass::text FROM pg_class relation JOIN pg_namespace schema ON schema.oid = relnamespace
WHERE relkind = 'r' AND nspname NOT IN ('pg_catalog', 'information_schema') AND relname <> 'alembic_version'
"""
_EMPTY = f"""
DO $$
DECLARE
    relation text;
    filled boolean;
    all_filled text[] := '{{}}';
BEGIN
    FOR relation IN {_TABLES} LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || relation || ')' INTO filled;
        IF filled THEN all_filled := all_filled || relation; END IF;
    END LOOP;
    IF all_filled <> '{{}}' THEN
        EXECUTE 'TRUNCATE ' || array_to_string(all_filled, ', ') || ' CASCADE';
    END IF;
    PERFORM setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S';
END $$
"""
# What the schema is made of; a test that changed it leaves a database that nobody gets.
_SCHEMA = """
SELECT (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger),
    (SELECT count(*) FROM pg_proc), (SELECT count(*) FROM pg_attribute),
    (SELECT string_agg(version_num, ',') FROM alembic_version)
"""


class Databases:
    """The databases of one server. Those that are clean wait for the next test."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._clean: dict[str, list[str]] = defaultdict(list)
        self._schemas: dict[str, tuple[object, ...] | None] = {}

    @contextmanager
    def like(self, template: str) -> Iterator[str]:
        """The address of a database that is as ``template`` is."""
        name = self._clean[template].pop() if self._clean[template] else self._copied(template)
        yield self.address(name)
        if self._emptied(name, template):
            self._clean[template].append(name)
        else:
            self.drop(name)

    def address(self, name: str) -> str:
        """The address of the database of this name."""
        return make_url(self._server_url).set(database=name).render_as_string(hide_password=False)

    def execute(self, statement: str) -> None:
        """Runs a statement about databases themselves."""
        with psycopg.connect(self._server_url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def copy(self, template: str, name: str) -> str:
        """Make a database of this name as ``template`` is; its address."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.address(name)

    def drop(self, name: str) -> None:
        """Take a database away, whoever is still connected to it."""
        self.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _copied(self, template: str) -> str:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        self.copy(template, name)
        if template not in self._schemas:
            self._schemas[template] = self._schema_if_empty(name)
        return name

    def _schema_if_empty(self, name: str) -> tuple[object, ...] | None:
        with psycopg.connect(self.address(name), autocommit=True) as connection:
            for (table,) in connection.execute(_TABLES).fetchall():
                if connection.execute(f"SELECT FROM {table} LIMIT 1".encode()).fetchone() is not None:
                    return None
            return connection.execute(_SCHEMA).fetchone()

    def _emptied(self, name: str, template: str) -> bool:
        schema = self._schemas[template]
        if schema is None:
            return False
        with psycopg.connect(self.address(name), autocommit=True) as connection:
            if connection.execute(_SCHEMA).fetchone() != schema:
                return False
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            # The record of what staff did refuses to be emptied, by a trigger; here it is not asked.
            connection.execute("SET session_replication_role = replica")
            connection.execute(_EMPTY)
        return True
