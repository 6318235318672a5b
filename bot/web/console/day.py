"""The day of a stop: who is expected, who came, what became of the talk, and the list on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated, Literal

from fastapi import Form, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.status import HTTP_303_SEE_OTHER as SEE_OTHER

from bot.core.errors import NotFound
from bot.core.roles import FIELD, Role, Roles
from bot.core.texts import CASABLANCA
from bot.core.timetable import SERVICES
from bot.core.visit_rules import GENDERS, may_be_noted
from bot.services import attendance, audit, day_list, stops
from bot.services.attendance import TooEarly
from bot.services.audit import Action, Kind
from bot.services.day_list import DayLine, TextTooLong
from bot.store.engine import transaction
from bot.store.models import Stop
from bot.web.console.access import CONSOLE, Staff
from bot.web.console.pages import page
from bot.web.console.printed_list import PrintedStop, printed_list
from bot.web.console.routes import ConsoleRouter
from bot.web.context import Web, web_of

AHEAD = 5
LONGEST_SEARCH = 80
ATTENDERS: Roles = FIELD | {Role.AUDITOR}
DONE = frozenset({"came", "absent", "result", "walk_in", "rest"})
ERRORS = frozenset({"too_early", "too_long", "gone"})

router = ConsoleRouter(prefix=f"{CONSOLE}/day")


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many of the day are in which state."""

    expected: int
    came: int
    no_show: int
    walk_ins: int


def tally(lines: tuple[DayLine, ...]) -> Tally:
    """The counts over all lines."""
    return Tally(
        expected=sum(line.state == "expected" for line in lines),
        came=sum(line.state == "came" for line in lines),
        no_show=sum(line.state == "no_show" for line in lines),
        walk_ins=sum(line.state == "walk_ins" for line in lines),
    )


@router.page("", roles=ATTENDERS)
def choose_stop(request: Request, who: Staff) -> Response:
    """The stops of today and the next ones; straight to the list where there is one today and nothing to choose."""
    web = web_of(request)
    today = who.now.astimezone(CASABLANCA).date()
    with web.sessions() as session:
        caravan = stops.current_caravan(session)
        found = day_list.days(session, caravan_id=caravan.id, today=today, ahead=AHEAD) if caravan else ()
    of_today = [stop for stop in found if stop.day == today]
    if len(of_today) == 1:
        return RedirectResponse(f"{CONSOLE}/day/{of_today[0].id}", SEE_OTHER)
    return page(
        request,
        who,
        "day_choice.html",
        of_today=of_today,
        coming=[stop for stop in found if stop.day > today],
        place=lambda code: web.places(code, who.words.language),
    )


@router.page("/{stop_id}", roles=ATTENDERS)
def show_day(
    request: Request,
    who: Staff,
    stop_id: int,
    wanted: Annotated[str, Query(alias="q", max_length=LONGEST_SEARCH)] = "",
    only: Annotated[Literal["", "expected", "came", "no_show", "walk_ins"], Query()] = "",
    done: str = "",
    at: str = "",
    error: str = "",
) -> Response:
    """The list by hour; ``q`` finds a code, a name or a whole number in it, ``only`` keeps those who are counted so."""
    web = web_of(request)
    with transaction(web.sessions) as session:
        stop = _stop(session, stop_id)
        lines = day_list.of_stop(session, stop_id=stop_id)
        shown = tuple(line for line in day_list.matching(lines, wanted) if only in ("", line.state))
        audit.record(
            session, staff_id=who.id, action=Action.DAY_VIEWED, now=who.now, about=_seen(stop_id, shown)
        )
        is_example = stop.caravan.is_example
    return page(
        request,
        who,
        "day.html",
        stop=stop,
        is_example=is_example,
        hours=[(hour, list(group)) for hour, group in groupby(shown, key=lambda line: line.hour_shown)],
        tally=tally(lines),
        wanted=wanted,
        only=only,
        done=done if done in DONE else "",
        at=at,
        error=error if error in ERRORS else "",
        may_note=who.role in FIELD and may_be_noted(day=stop.day, now=who.now),
        services=SERVICES,
        genders=GENDERS,
        place=web.places(stop.commune_code, who.words.language),
    )


@router.page("/{stop_id}/list.pdf", roles=ATTENDERS)
def print_list(request: Request, who: Staff, stop_id: int) -> Response:
    """The day's list on A4, for places without network."""
    web = web_of(request)
    with transaction(web.sessions) as session:
        stop = _stop(session, stop_id)
        lines = day_list.of_stop(session, stop_id=stop_id)
        audit.record(
            session, staff_id=who.id, action=Action.DAY_PRINTED, now=who.now, about=_seen(stop_id, lines)
        )
    venue = stop.venue_ar if who.words.language == "ar" else stop.venue_fr
    printed = PrintedStop(
        place=web.places(stop.commune_code, who.words.language),
        venue=venue,
        day=stop.day,
        opens_at=stop.opens_at,
        closes_at=stop.closes_at,
        lines=tuple(line for line in lines if line.booking_id is not None),
    )
    return Response(
        printed_list(printed, who.words, now=who.now),
        media_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="stop-{stop.day.isoformat()}.pdf"'},
    )


@router.form("/{stop_id}/bookings/{booking_id}", roles=FIELD)
def note_booking(
    request: Request,
    who: Staff,
    stop_id: int,
    booking_id: int,
    came: Annotated[bool, Form()],
) -> Response:
    """The person is there, or is not coming."""

    def note(web: Web) -> None:
        with transaction(web.sessions) as session:
            noted = attendance.check_in if came else attendance.no_show
            noted(session, booking_id=booking_id, staff_id=who.id, now=who.now)

    return _done(request, note, stop_id, "came" if came else "absent", at=f"b{booking_id}")


@router.form("/{stop_id}/results/{attendance_id}", roles=FIELD)
def note_result(
    request: Request,
    who: Staff,
    stop_id: int,
    attendance_id: int,
    what_next: Annotated[str, Form()] = "",
    referred_to: Annotated[str, Form()] = "",
) -> Response:
    """What became of the talk."""

    def note(web: Web) -> None:
        with transaction(web.sessions) as session:
            day_list.note_result(
                session,
                attendance_id=attendance_id,
                stop_id=stop_id,
                what_next=what_next,
                referred_to=referred_to,
                staff_id=who.id,
                now=who.now,
            )

    return _done(request, note, stop_id, "result", at=f"a{attendance_id}")


@router.form("/{stop_id}/walk-ins", roles=FIELD)
def add_walk_in(
    request: Request,
    who: Staff,
    stop_id: int,
    name: Annotated[str, Form(max_length=200)] = "",
    service: Annotated[str, Form()] = "",
    gender: Annotated[str, Form()] = "",
) -> Response:
    """Somebody came without an appointment."""

    def note(web: Web) -> None:
        with transaction(web.sessions) as session:
            attendance.walk_in(
                session,
                stop_id=stop_id,
                staff_id=who.id,
                now=who.now,
                name=name or None,
                service=service or None,
                gender=gender or None,
            )

    return _done(request, note, stop_id, "walk_in")


@router.form("/{stop_id}/rest-absent", roles=FIELD)
def note_rest(request: Request, who: Staff, stop_id: int) -> Response:
    """Whoever has not been noted and whose time has come did not come."""

    def note(web: Web) -> None:
        with transaction(web.sessions) as session:
            attendance.no_show_of_the_rest(session, stop_id=stop_id, staff_id=who.id, now=who.now)

    return _done(request, note, stop_id, "rest")


def _done(
    request: Request, note: Callable[[Web], None], stop_id: int, done: str, *, at: str | None = None
) -> Response:
    """Back to the list, with what was done or why it was not, said where the person ``at`` stands in it."""
    try:
        note(web_of(request))
    except TooEarly:
        said = "error=too_early"
    except TextTooLong:
        said = "error=too_long"
    except NotFound:
        said = "error=gone"
    else:
        said = f"done={done}"
    place = f"&at={at}#p-{at}" if at else ""
    return RedirectResponse(f"{CONSOLE}/day/{stop_id}?{said}{place}", SEE_OTHER)


def _stop(session: Session, stop_id: int) -> Stop:
    found = session.get(Stop, stop_id)
    if found is None:
        raise NotFound(f"stop {stop_id}")
    return found


def _seen(stop_id: int, lines: Iterable[DayLine]) -> list[tuple[Kind, int]]:
    booked = [(Kind.BOOKING, line.booking_id) for line in lines if line.booking_id is not None]
    return [(Kind.STOP, stop_id), *booked]
