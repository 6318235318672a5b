"""The source files that a module is made of: itself and what it imports of ours, by reading the code, not running it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path


def closure(root: Path, modules: Iterable[str]) -> tuple[Path, ...]:
    """The files below ``root`` of the modules with these dotted names and, in turn, of all they import; sorted."""
    found: set[Path] = set()
    waiting = [path for name in modules for path in _files(root, name)]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += [file for name in _imported(path) for file in _files(root, name)]
    return tuple(sorted(found))


def _files(root: Path, name: str) -> Iterator[Path]:
    """A module's file, and the ``__init__`` of the packages that hold it; nothing for names that are no modules of ours."""
    parts = name.split(".")
    place = root.joinpath(*parts)
    if place.with_suffix(".py").is_file():
        yield place.with_suffix(".py")
    for length in range(1, len(parts) + 1):
        package = root.joinpath(*parts[:length], "__init__.py")
        if package.is_file():
            yield package


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
