"""All pages of the console, from the routes themselves: a new page is looked at without anybody listing it.

A path with a parameter needs a sample id in ``SAMPLES``: a query over the seeded database. Other states of a page that are worth
a look stand in ``STATES``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, literal, select
from sqlalchemy.orm import Session

from bot.config import Settings
from bot.core.roles import Role
from bot.store.clock import real_clock
from bot.store.engine import make_engine, make_sessions
from bot.store.models import Conversation, Handoff, PlanChange, Staff, Stop
from bot.web.app import create_app
from bot.web.console.routes import DECLARED
from tests.browser.desk import held_by
from tests.web.routes import page_routes

PARAMETER = re.compile(r"\{([a-z_]+)(?::[a-z]+)?\}")
SAMPLES: Mapping[str, Select[Any]] = {
    "conversation_id": select(Conversation.id)
    .join(Handoff)
    .where(Handoff.staff_id.is_(None), Handoff.closed_at.is_(None))
    .order_by(Handoff.id),
    "staff_id": select(Staff.id).order_by(Staff.id),
    "stop_id": select(Stop.id).order_by(Stop.day, Stop.id),
    "change_id": select(PlanChange.id).order_by(PlanChange.id),
    "kind": select(literal("move")),
    "talk_of_french_organiser": held_by("organiser-fr"),
    "talk_of_arabic_organiser": held_by("organiser-ar"),
}
STATES = (
    "/console/numbers/messages?intent=ask_cost&days=90",
    "/console/numbers/handoffs?reason=asked",
    "/console/inbox?tab=mine",
    "/console/inbox?tab=all&q=gratuit",
    "/console/inbox?tab=all",
    "/console/conversations/{talk_of_french_organiser}",
    "/console/conversations/{talk_of_arabic_organiser}",
    "/console/stops?view=month",
    "/console/nothing",
)
NOT_SHOWN = frozenset(
    {
        "/console",
        "/console/",
        "/console/day/{stop_id}/list.pdf",
        "/console/live",
        "/console/media/{media_id}",
        "/console/numbers/days.csv",
        "/console/numbers/stops.csv",
        "/console/numbers/stops.xlsx",
        "/console/stops/province.svg",
        "/console/timetable/export.{kind}",
    }
)
"""What only leads to another page, is a file, or needs more in its address: see ``STATES``."""


@dataclass(frozen=True, kw_only=True)
class ShownPage:
    """A page, and whose eyes it is seen with: None where it is there before a login."""

    path: str
    role: Role | None = Role.ORGANISER


def console_pages() -> list[ShownPage]:
    """All pages of the console, parameters and all, and their other states."""
    nowhere = make_sessions(make_engine("postgresql://nobody@127.0.0.1:9/nothing"))
    app = create_app(Settings(_env_file=None), nowhere, real_clock)
    found = []
    for route in page_routes(app):
        roles = (route.openapi_extra or {}).get(DECLARED)
        if roles is not None and route.path not in NOT_SHOWN:
            viewer = Role.ORGANISER if Role.ORGANISER.value in roles else next(map(Role, roles), None)
            found.append(ShownPage(path=route.path, role=viewer))
    return found + [ShownPage(path=path) for path in STATES]


def filled(session: Session, path: str) -> str:
    """The path with sample ids. Fails for a parameter of which no sample is known."""

    def sample(match: re.Match[str]) -> str:
        name = match[1]
        assert name in SAMPLES, f"{path}: say in tests/browser/pages.py which {name} is to be shown"
        number = session.scalar(SAMPLES[name].limit(1))
        assert number is not None, f"{path}: the seeded database holds no {name}"
        return str(number)

    return PARAMETER.sub(sample, path)
