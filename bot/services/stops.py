"""Questions about the calendar: which stops lie ahead, how far they are, which times are free."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Row, func, literal, select, true
from sqlalchemy.orm import Session

from bot.core.booking_rules import BOOKABLE_STOP, CALLED_OFF
from bot.core.errors import NotFound
from bot.core.geo import distance_km
from bot.core.messages import Location
from bot.core.reminder_rules import CASABLANCA
from bot.services import places
from bot.store.models import AppointmentTime, Caravan, Stop

_SHOWN = (
    Stop.id,
    Stop.commune_code,
    Stop.day,
    Stop.opens_at,
    Stop.closes_at,
    Stop.venue_fr,
    Stop.venue_ar,
    Stop.latitude,
    Stop.longitude,
    Stop.status,
    Stop.services,
)


@dataclass(frozen=True, kw_only=True)
class StopView:
    """A stop as the dialogue needs it. ``distance`` is in kilometres as the crow flies, None where no place is known.

    ``free`` counts the places that can still be booked for the service asked about; hours are local.
    """

    id: int
    commune_code: str
    day: date
    opens_at: time
    closes_at: time
    venue_fr: str | None
    venue_ar: str | None
    latitude: float
    longitude: float
    status: str
    is_example: bool
    distance: float | None
    free: int
    services: tuple[str, ...]


_CURRENT = select(Caravan).where(Caravan.is_current)
"""Put together once: most turns ask for it."""


def current_caravan(session: Session) -> Caravan | None:
    """The edition that is shown to people, if one is loaded."""
    return session.scalar(_CURRENT)


def upcoming(
    session: Session, *, now: datetime, near: Location | None = None, service: str | None = None
) -> list[StopView]:
    """Stops of today and later that stand, nearest first where ``near`` is given, then by day.

    ``service`` counts only places that can be booked for it; without it any place counts.
    """
    views = _ahead(session, now=now, near=near, service=service)
    return sorted(views, key=lambda view: (view.distance or 0.0, view.day))


def _ahead(
    session: Session,
    *,
    now: datetime,
    near: Location | None = None,
    service: str | None = None,
    only: int | None = None,
) -> list[StopView]:
    """Stops that lie ahead and stand, by day, or ``only`` the one with this id."""
    one = true() if only is None else Stop.id == only
    # Counted once for all stops: a count for each would be a thousand of them in a large calendar.
    free = (
        select(AppointmentTime.stop_id, _places())
        .where(
            places.is_free(now),
            _for_service(service),
            true() if only is None else AppointmentTime.stop_id == only,
        )
        .group_by(AppointmentTime.stop_id)
        .subquery()
    )
    rows = session.execute(
        select(*_SHOWN, Caravan.is_example, func.coalesce(free.c.places, 0).label("free"))
        .join(Caravan)
        .outerjoin(free, free.c.stop_id == Stop.id)
        .where(_is_ahead(now), one)
        .order_by(Stop.day, Stop.id)
    )
    return [_view(row, near) for row in rows]


def with_room(
    session: Session, *, now: datetime, limit: int, near: Location | None = None, service: str | None = None
) -> list[StopView]:
    """The first of :func:`upcoming` that have free places, at most ``limit``.

    Their places alone are counted, by the index on the stop: the others' are not looked at.
    """
    far = literal(0.0) if near is None else _half_chord(near)
    # In its order before anything is counted: a sort that came after the counting would count all.
    ahead = (
        select(*_SHOWN, Caravan.is_example, far.label("far"))
        .join(Caravan)
        .where(_is_ahead(now))
        .order_by("far", Stop.day, Stop.id)
        .subquery()
    )
    free = (
        select(_places())
        .where(AppointmentTime.stop_id == ahead.c.id, places.is_free(now), _for_service(service))
        .lateral()
    )
    rows = session.execute(
        select(ahead, free.c.places.label("free"))
        .join(free, free.c.places > 0)
        .order_by(ahead.c.far, ahead.c.day, ahead.c.id)
        .limit(limit)
    )
    return [_view(row, near) for row in rows]


def at_commune(session: Session, *, commune_code: str, now: datetime) -> list[StopView]:
    """Stops ahead in one commune, by day."""
    return [view for view in upcoming(session, now=now) if view.commune_code == commune_code]


def past_at_commune(session: Session, *, commune_code: str, now: datetime) -> date | None:
    """The last day on which the caravan stood in a commune, if it did."""
    today = now.astimezone(CASABLANCA).date()
    return session.scalar(
        select(func.max(Stop.day))
        .join(Caravan)
        .where(
            Caravan.is_current,
            Stop.commune_code == commune_code,
            Stop.day < today,
            Stop.status.not_in(CALLED_OFF),
        )
    )


def get(session: Session, *, stop_id: int, now: datetime) -> StopView:
    """One stop that lies ahead and stands. Raises NotFound."""
    found = _ahead(session, now=now, only=stop_id)
    if not found:
        raise NotFound(f"stop {stop_id} is not ahead")
    return found[0]


def free_times(
    session: Session,
    *,
    stop_id: int,
    now: datetime,
    service: str | None = None,
    contact_id: int | None = None,
) -> Sequence[AppointmentTime]:
    """Appointment times of a stop that stands which have a free place, earliest first; see :func:`upcoming` on services.

    A place that is held for the contact is free for them.
    """
    own = places.held_for(session, contact_id=contact_id, now=now) if contact_id is not None else set()
    return session.scalars(
        select(AppointmentTime)
        .join(Stop)
        .where(
            AppointmentTime.stop_id == stop_id,
            Stop.status.in_(BOOKABLE_STOP),
            places.is_free(now) | AppointmentTime.id.in_(own),
            _for_service(service),
        )
        .order_by(AppointmentTime.starts_at, AppointmentTime.id)
    ).all()


_Columns: TypeAlias = "Row[*tuple[Any, ...]]"  # in quotes: older Pythons read this file too


def _for_service(service: str | None) -> ColumnElement[bool]:
    if service is None:
        return true()
    return places.serves(service)


def _is_ahead(now: datetime) -> ColumnElement[bool]:
    """Whether a stop of the current edition stands and has not closed for the day."""
    local = now.astimezone(CASABLANCA)
    still_open = (Stop.day > local.date()) | ((Stop.day == local.date()) & (Stop.closes_at > local.time()))
    return Caravan.is_current.is_(True) & Stop.status.in_(BOOKABLE_STOP) & still_open


def _places() -> ColumnElement[int]:
    """How many places are free, of those times that a query looks at."""
    return func.sum(AppointmentTime.capacity - AppointmentTime.taken - AppointmentTime.held).label("places")


def _half_chord(near: Location) -> ColumnElement[float]:
    """What grows with the distance of a stop: the inner part of :func:`bot.core.geo.distance_km`, in the database."""
    latitude, longitude = func.radians(near.latitude), func.radians(near.longitude)
    return func.power(func.sin((func.radians(Stop.latitude) - latitude) / 2), 2) + func.cos(
        latitude
    ) * func.cos(func.radians(Stop.latitude)) * func.power(
        func.sin((func.radians(Stop.longitude) - longitude) / 2), 2
    )


def _view(stop: _Columns, near: Location | None) -> StopView:
    place = Location(latitude=stop.latitude, longitude=stop.longitude)
    return StopView(
        id=stop.id,
        commune_code=stop.commune_code,
        day=stop.day,
        opens_at=stop.opens_at,
        closes_at=stop.closes_at,
        venue_fr=stop.venue_fr,
        venue_ar=stop.venue_ar,
        latitude=stop.latitude,
        longitude=stop.longitude,
        status=stop.status,
        is_example=stop.is_example,
        distance=distance_km(near, place) if near else None,
        free=int(stop.free),
        services=tuple(stop.services),
    )
