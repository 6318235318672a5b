"""The edition of the caravan whose calendar the console shows, and its province."""

from __future__ import annotations

from sqlalchemy.orm import Session

from bot.core.errors import NotFound
from bot.gazetteer import Gazetteer
from bot.services import stops
from bot.store.models import Caravan
from bot.web.places import gazetteer


def current(session: Session) -> Caravan:
    """The edition whose calendar is edited. Raises NotFound."""
    caravan = stops.current_caravan(session)
    if caravan is None:
        raise NotFound("no caravan is loaded")
    return caravan


def province(session: Session) -> Gazetteer:
    """The communes of the current edition's province."""
    return gazetteer(current(session).province_code)
