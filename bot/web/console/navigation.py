"""Which pages the console leads to, in which order, for which role."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.roles import COACHES, EVERYONE, FIELD, OVERSEERS, PLANNERS, READERS, Role, Roles
from bot.web.console.access import CONSOLE

ON_A_PHONE = 4
"""How many places the bar at a phone's lower edge has, beside the menu's."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A page of the navigation. Its word is ``nav_<name>``, its icon is drawn in `icons.html` under ``name``.

    ``also`` names folders of the console whose pages belong to it.
    """

    name: str
    roles: Roles
    also: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Its address."""
        return f"{CONSOLE}/{self.name}"

    def holds(self, path: str) -> bool:
        """Whether the page at ``path`` is this one or belongs to it."""
        roots = (self.path, *(f"{CONSOLE}/{name}" for name in self.also))
        return any(path == root or path.startswith(f"{root}/") for root in roots)


PLACES = (
    Place(name="inbox", roles=READERS, also=("conversations",)),
    Place(name="day", roles=FIELD),
    Place(name="stops", roles=EVERYONE, also=("changes", "timetable")),
    Place(name="calls", roles=FIELD),
    Place(name="ideas", roles=READERS),
    Place(name="numbers", roles=OVERSEERS),
    Place(name="undelivered", roles=READERS),
    Place(name="labels", roles=COACHES),
    Place(name="staff", roles=OVERSEERS),
    Place(name="record", roles=OVERSEERS),
    Place(name="account", roles=EVERYONE),
    Place(name="coaching", roles=PLANNERS),
)
"""The most used first: a phone's bar shows the first ones of a role, its menu all."""


def places_of(role: Role) -> list[Place]:
    """What this role may go to."""
    return [place for place in PLACES if role in place.roles]


def first_page(role: Role) -> str:
    """Where somebody of this role begins."""
    return places_of(role)[0].path
