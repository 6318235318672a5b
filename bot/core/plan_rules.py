"""Where people go when the plan changes: the same hour first, then the nearest one, then the nearest stop. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from bot.core.reminder_rules import CASABLANCA, EARLIEST_MORNING, LATEST_EVENING

SHORTEST_NOTICE = timedelta(hours=2)
"""Nobody is put at a time that begins sooner than this: they have to read of it and come."""
HOME = 0
"""The rank of the stop to which everybody goes first."""


@dataclass(frozen=True, kw_only=True)
class Uprooted:
    """A booking that cannot stay where it is. ``starts_at`` was its time; ``service`` is None where they did not say."""

    booking_id: int
    starts_at: datetime
    service: str | None


@dataclass(frozen=True, kw_only=True)
class Room:
    """A time with ``free`` places. ``rank`` is 0 at the stop to which everybody goes first, then grows with the
    distance and the day; ``service`` is None where the time is for any.
    """

    time_id: int
    rank: int
    starts_at: datetime
    service: str | None
    free: int


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a booking goes. ``outcome`` is "same_hour", "other_hour", "other_stop", or "none" where ``time_id`` is None."""

    booking_id: int
    time_id: int | None
    outcome: str


def place(uprooted: Sequence[Uprooted], rooms: Sequence[Room]) -> list[Placement]:
    """A place for each booking, in the order in which they are given, where there is one.

    Everybody who can keep their hour does; only then the others choose among what is left, so that nobody
    loses an hour to somebody who came from another one.
    """
    left = {room.time_id: room.free for room in rooms}
    by_rank = [list(group) for _, group in groupby(sorted(rooms, key=_rank), key=_rank)]
    home = [group for group in by_rank if group[0].rank == HOME]
    away = [group for group in by_rank if group[0].rank != HOME]
    found: dict[int, Placement] = {}
    for outcome, stops in (("same_hour", home), ("other_hour", home), ("other_stop", away)):
        for one in uprooted:
            best = None if one.booking_id in found else _best(one, stops, left, same=outcome == "same_hour")
            if best is not None:
                left[best.time_id] -= 1
                found[one.booking_id] = Placement(
                    booking_id=one.booking_id, time_id=best.time_id, outcome=outcome
                )
    return [
        found.get(one.booking_id, Placement(booking_id=one.booking_id, time_id=None, outcome="none"))
        for one in uprooted
    ]


def _best(one: Uprooted, stops: list[list[Room]], left: dict[int, int], *, same: bool) -> Room | None:
    """The nearest time of the nearest stop that has one."""
    for rooms in stops:
        open_rooms = [room for room in rooms if left[room.time_id] > 0 and _serves(room, one)]
        if same:
            open_rooms = [room for room in open_rooms if _hour(room.starts_at) == _hour(one.starts_at)]
        if open_rooms:
            return min(open_rooms, key=_nearness(one))
    return None


def ranked(stops: Iterable[tuple[int, float, date]], *, home: int | None) -> dict[int, int]:
    """Each stop's rank, from its id, its distance in kilometres and its day; ``home`` comes first."""
    others = sorted((distance, day, stop_id) for stop_id, distance, day in stops if stop_id != home)
    ranks = {stop_id: number for number, (_, _, stop_id) in enumerate(others, start=HOME + 1)}
    return ranks if home is None else {home: HOME} | ranks


def _serves(room: Room, one: Uprooted) -> bool:
    return room.service is None or room.service == one.service


def _rank(room: Room) -> int:
    return room.rank


def _nearness(one: Uprooted) -> Callable[[Room], tuple[int, bool, int]]:
    """Nearest hour, the service's own time before one for any."""
    hour = _hour(one.starts_at)
    return lambda room: (abs(_hour(room.starts_at) - hour), room.service is None, room.time_id)


def _hour(moment: datetime) -> int:
    """Minutes since midnight, local."""
    local = moment.astimezone(CASABLANCA)
    return local.hour * 60 + local.minute


def told_at(*, release: datetime, starts_at: datetime) -> datetime:
    """When somebody is told whose appointment was at ``starts_at``: once it may be (``release``), but not at night.

    At night it waits until 8:00, unless the appointment is so early that this would be too late to stay at home.
    """
    local = release.astimezone(CASABLANCA)
    if EARLIEST_MORNING <= local.time() < LATEST_EVENING:
        return release
    day = local.date() if local.time() < EARLIEST_MORNING else local.date() + timedelta(days=1)
    morning = datetime.combine(day, EARLIEST_MORNING, CASABLANCA)
    return release if starts_at < morning + SHORTEST_NOTICE else morning
