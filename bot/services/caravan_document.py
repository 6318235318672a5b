"""A YAML file as a tree in which everything knows its line, and readers that report mistakes and go on.

Every scalar is a text, quoted or not: what it means is decided by the reader that asks, so that ``16:00`` is
never taken for a number. Readers return None where they have reported a problem, or the entry is missing.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path

import yaml


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A value and where it stands: ``place`` such as ``timetable[3].opens``, ``line`` from 1."""

    value: str | list[Entry] | dict[str, Entry]
    place: str
    line: int


@dataclass(kw_only=True)
class Problems:
    """What is wrong with one file, in the order of its lines."""

    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, entry: Entry, what: str) -> None:
        """Report ``what`` at ``entry``."""
        self.add_at(entry.line, entry.place, what)

    def add_at(self, line: int, place: str, what: str) -> None:
        """Report ``what`` at a line."""
        self.found.append((line, f"line {line}{f', {place}' if place else ''}: {what}"))

    def sentences(self) -> tuple[str, ...]:
        """One sentence per problem, by line."""
        return tuple(sentence for _, sentence in sorted(self.found, key=lambda problem: problem[0]))


def parse(path: Path, problems: Problems) -> Entry | None:
    """The tree of the file at ``path``; None, and the reason among ``problems``, if it cannot be read."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    except OSError as error:
        problems.add_at(1, "", f"the file cannot be read ({error.strerror})")
    except UnicodeDecodeError:
        problems.add_at(1, "", "the file is not UTF-8 text")
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problems.add_at(line, "", f"not valid YAML: {error.problem}")
    except yaml.YAMLError as error:
        problems.add_at(1, "", f"not valid YAML: {error}")
    else:
        if node is not None:
            return _entry(node, "", problems, ())
        problems.add_at(1, "", "the file is empty")
    return None


def mapping(
    entry: Entry, problems: Problems, *, required: Iterable[str], optional: Iterable[str] = ()
) -> dict[str, Entry]:
    """The known keys of a mapping; unknown and missing ones are reported."""
    if not isinstance(entry.value, dict):
        problems.add(entry, "keys with values are expected here")
        return {}
    required = list(required)
    known = [*required, *optional]
    for key, value in entry.value.items():
        if key not in known:
            likely = difflib.get_close_matches(key, known, n=1)
            hint = f", is {likely[0]} meant?" if likely else ""
            problems.add(value, f"unknown key{hint}")
    for key in required:
        if key not in entry.value:
            problems.add(entry, f"{key} is missing")
    return {key: value for key, value in entry.value.items() if key in known}


def items(entry: Entry | None, problems: Problems) -> list[Entry]:
    """The items of a list, none where the entry is missing."""
    if entry is None:
        return []
    if isinstance(entry.value, list):
        return entry.value
    problems.add(entry, "a list is expected here")
    return []


def text(entry: Entry | None, problems: Problems, *, longest: int = 450) -> str | None:
    """A text of one to ``longest`` characters."""
    if entry is None:
        return None
    if not isinstance(entry.value, str) or not entry.value.strip():
        problems.add(entry, "a text is expected here")
        return None
    words = entry.value.strip()
    if len(words) > longest:
        problems.add(entry, f"{len(words)} characters, at most {longest} are allowed")
        return None
    return words


def matching(entry: Entry | None, problems: Problems, pattern: str, what: str) -> str | None:
    """A text that matches ``pattern`` as a whole; ``what`` says in words what is expected."""
    words = text(entry, problems)
    if words is None or entry is None or re.fullmatch(pattern, words):
        return words
    problems.add(entry, f"{words!r} is not {what}")
    return None


def one_of(entry: Entry | None, problems: Problems, choices: Collection[str]) -> str | None:
    """One of ``choices``."""
    words = text(entry, problems)
    if words is None or entry is None or words in choices:
        return words
    problems.add(entry, f"{words!r} is none of {', '.join(choices)}")
    return None


def whole(entry: Entry | None, problems: Problems, *, least: int, most: int) -> int | None:
    """A whole number from ``least`` to ``most``."""
    words = matching(entry, problems, r"\d{1,6}", "a whole number")
    if words is None or entry is None:
        return None
    if least <= int(words) <= most:
        return int(words)
    problems.add(entry, f"{words} is not between {least} and {most}")
    return None


def degrees(entry: Entry | None, problems: Problems, *, least: float, most: float) -> float | None:
    """Decimal degrees from ``least`` to ``most``."""
    words = matching(entry, problems, r"-?\d{1,3}(\.\d+)?", "a number of degrees")
    if words is None or entry is None:
        return None
    if least <= float(words) <= most:
        return float(words)
    problems.add(entry, f"{words} degrees lie outside Morocco")
    return None


def clock(entry: Entry | None, problems: Problems) -> time | None:
    """A local time as ``09:00``."""
    words = matching(entry, problems, r"([01]?\d|2[0-3]):[0-5]\d", 'a time such as "09:00"')
    if words is None:
        return None
    hour, minute = words.split(":")
    return time(int(hour), int(minute))


def day(entry: Entry | None, problems: Problems) -> date | None:
    """A date as ``2026-12-03``."""
    words = matching(entry, problems, r"\d{4}-\d{2}-\d{2}", "a date such as 2026-12-03")
    if words is None or entry is None:
        return None
    try:
        return date.fromisoformat(words)
    except ValueError:
        problems.add(entry, f"there is no day {words}")
        return None


def _entry(node: yaml.Node, place: str, problems: Problems, above: tuple[yaml.Node, ...]) -> Entry:
    line = node.start_mark.line + 1
    if node in above:
        problems.add_at(line, place, "the value contains itself")
        return Entry(value="", place=place, line=line)
    if isinstance(node, yaml.MappingNode):
        return Entry(value=_keys(node, place, problems, (*above, node)), place=place, line=line)
    if isinstance(node, yaml.SequenceNode):
        parts = [
            _entry(part, f"{place}[{number}]", problems, (*above, node))
            for number, part in enumerate(node.value, start=1)
        ]
        return Entry(value=parts, place=place, line=line)
    return Entry(value=str(node.value), place=place, line=line)


def _keys(
    node: yaml.MappingNode, place: str, problems: Problems, above: tuple[yaml.Node, ...]
) -> dict[str, Entry]:
    keys: dict[str, Entry] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            problems.add_at(line, place, "a key must be a word")
            continue
        key = str(key_node.value)
        inside = f"{place}.{key}" if place else key
        if key in keys:
            problems.add_at(line, inside, f"stands here twice, first in line {keys[key].line}")
            continue
        value = _entry(value_node, inside, problems, above)
        # A folded text begins a line below its key; people look for the key.
        keys[key] = Entry(value=value.value, place=inside, line=line)
    return keys
