"""People's spellings of places: what ``aliases.yml`` says, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.core.errors import InvalidInput

DEFAULT_PATH = Path(__file__).with_name("aliases.yml")


class BrokenAliases(InvalidInput):
    """The file of spellings cannot be used; the message says where it is wrong."""


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A place outside the province that is no commune: a province, a region, a country, a town abroad."""

    code: str
    name_fr: str
    name_ar: str
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SharedName:
    """Spellings that may mean any of several communes, likeliest first."""

    codes: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Aliases:
    """Spellings by commune code, those in which typing errors are not forgiven, names that are shared, names
    to show, and places that are no communes, by id.
    """

    communes: Mapping[str, tuple[str, ...]]
    exact: Mapping[str, tuple[str, ...]]
    display: Mapping[str, tuple[str | None, str | None]]
    shared: tuple[SharedName, ...]
    elsewhere: Mapping[str, Elsewhere]

    @classmethod
    def read(cls, path: Path = DEFAULT_PATH) -> Aliases:
        """Read a file of spellings. Raises :class:`BrokenAliases`."""
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError as error:
            raise BrokenAliases(f"{path.name} is not valid YAML: {error}") from error
        if not isinstance(content, dict):
            raise BrokenAliases(f"{path.name}: a mapping was expected")
        communes = _mapping(content, "communes", path)
        return cls(
            communes={code: _names(entry, f"communes {code}") for code, entry in communes.items()},
            exact={
                code: _strings(entry.get("exact"), f"communes {code}: exact")
                for code, entry in communes.items()
            },
            display={code: (entry.get("fr"), entry.get("ar")) for code, entry in communes.items()},
            shared=tuple(
                SharedName(codes=_strings(entry.get("communes"), "shared"), names=_names(entry, "shared"))
                for entry in content.get("shared") or ()
            ),
            elsewhere={
                code: Elsewhere(
                    code=code,
                    name_fr=entry["fr"],
                    name_ar=entry["ar"],
                    names=_names(entry, f"elsewhere {code}"),
                )
                for code, entry in _mapping(content, "elsewhere", path).items()
            },
        )


def _mapping(content: dict[str, Any], section: str, path: Path) -> dict[str, dict[str, Any]]:
    entries = content.get(section) or {}
    if not isinstance(entries, dict) or not all(isinstance(entry, dict) for entry in entries.values()):
        raise BrokenAliases(f"{path.name}: under '{section}' every code needs its own 'names'")
    return {str(code): entry for code, entry in entries.items()}


def _names(entry: dict[str, Any], where: str) -> tuple[str, ...]:
    return _strings(entry.get("names"), where)


def _strings(values: object, where: str) -> tuple[str, ...]:
    if values is None:
        return ()
    if not isinstance(values, list) or not all(isinstance(value, str) and value.strip() for value in values):
        raise BrokenAliases(f"{where}: a list of names was expected; write numbers and yes/no in quotes")
    return tuple(values)
