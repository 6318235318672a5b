"""Migrations run while the version before them still serves: what that one needs stays as it is (docs/reliability.md)."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

FIRST = 12
"""The rule holds from this migration on; those before it made the schema of the first version."""
TAKING = {"drop_table", "drop_column", "rename_table", "alter_column", "drop_constraint"}
SAID = "# The version before does not need it:"


def migrations(root: Path) -> list[Path]:
    files = (root / "bot" / "store" / "migrations" / "versions").glob("[0-9]*.py")
    return sorted(file for file in files if int(file.name[:4]) >= FIRST)


def taking(source: str) -> list[str]:
    """Calls in ``upgrade`` (and what only it calls) that take something away, or add a column that old rows and old code lack."""
    found = []
    lines = source.splitlines()
    for part in ast.parse(source).body:
        if not isinstance(part, ast.FunctionDef) or part.name == "downgrade":
            continue
        for call in (node for node in ast.walk(part) if isinstance(node, ast.Call)):
            name = getattr(call.func, "attr", "")
            excused = SAID in lines[call.lineno - 2]
            if not excused and (name in TAKING or (name == "add_column" and _demands(call))):
                found.append(f"line {call.lineno}: {name}")
    return found


def _demands(call: ast.Call) -> bool:
    column = call.args[1] if len(call.args) > 1 else None
    if not isinstance(column, ast.Call):
        return True
    given = {word.arg: word.value for word in column.keywords}
    nullable = given.get("nullable")
    is_optional = nullable is None or (isinstance(nullable, ast.Constant) and nullable.value is True)
    return not is_optional and "server_default" not in given


def test_new_migrations_take_nothing_from_the_version_before(root: Path) -> None:
    assert migrations(root)
    wrong = {file.name: taking(file.read_text(encoding="utf-8")) for file in migrations(root)}
    assert {name: calls for name, calls in wrong.items() if calls} == {}


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ("op.add_column('t', sa.Column('c', sa.String(), nullable=True))", True),
        ("op.add_column('t', sa.Column('c', sa.String(), nullable=False, server_default='x'))", True),
        ("op.add_column('t', sa.Column('c', sa.String(), nullable=False))", False),
        ("op.create_table('t')", True),
        ("op.drop_column('t', 'c')", False),
        ("op.alter_column('t', 'c', nullable=False)", False),
        (f"{SAID} nobody reads it\n    op.drop_column('t', 'c')", True),
    ],
)
def test_what_takes_is_told_from_what_adds(statement: str, allowed: bool) -> None:
    assert (taking(f"def upgrade():\n    {statement}\n") == []) is allowed
