"""Where a stop is, as the organiser says it: nothing (the commune's centre), two numbers, a map's link, or a tap on the province."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from bot.core.errors import AnaM3akError
from bot.core.geo import Point
from bot.core.map_links import is_short_link, read_point, write_point
from bot.core.roles import PLANNERS
from bot.gazetteer import Gazetteer
from bot.gazetteer.drawing import WIDTH, drawing
from bot.gazetteer.outlines import commune_at
from bot.services.stop_rows import RowProblem
from bot.web.console.access import CONSOLE, Staff
from bot.web.console.edition import province
from bot.web.console.pages import environment
from bot.web.console.routes import ConsoleRouter
from bot.web.context import web_of

SHOWN_WIDTH = 280
"""Pixels of the map in the form: browsers count taps in the picture as it is shown, so that its size is fixed."""
TAP = ("map.x", "map.y")

router = ConsoleRouter(prefix=f"{CONSOLE}/stops")


class PlaceUnreadable(AnaM3akError):
    """What was written says no point on the map."""

    def __init__(self, problem: RowProblem) -> None:
        super().__init__(problem.key)
        self.problem = problem


def with_point(fields: Mapping[str, str]) -> dict[str, str]:
    """The form's fields with the place as ``latitude`` and ``longitude``, empty where it is. Raises PlaceUnreadable."""
    written = fields.get("place", "")
    point = read_point(written)
    if written and point is None:
        key = "row_place_short" if is_short_link(written) else "row_place"
        raise PlaceUnreadable(RowProblem(column="place", key=key, value=written))
    found = {"latitude": repr(point.latitude), "longitude": repr(point.longitude)} if point else {}
    return {**fields, "latitude": "", "longitude": "", **found}


def place_of(cells: Mapping[str, str]) -> str:
    """What stands in the field: what was written, else the point of the cells."""
    if "place" in cells:
        return cells["place"]
    latitude, longitude = cells.get("latitude"), cells.get("longitude")
    return (
        write_point(Point(latitude=float(latitude), longitude=float(longitude)))
        if latitude and longitude
        else ""
    )


def is_tap(fields: Mapping[str, str]) -> bool:
    """Whether the form was sent by a tap on its map."""
    return all(fields.get(name, "").isdecimal() for name in TAP)


def with_tap(fields: Mapping[str, str], known: Gazetteer) -> dict[str, str]:
    """The fields with the place that was tapped, and its commune; as they were where that is outside the province."""
    across, down = (int(fields[name][:6]) * WIDTH / SHOWN_WIDTH for name in TAP)
    point = drawing(known).point(across, down)
    commune = commune_at(known, point.latitude, point.longitude)
    if commune is None:
        return dict(fields)
    return {**fields, "place": write_point(point), "commune": commune}


@router.page("/province.svg", roles=PLANNERS)
def picture(
    request: Request,
    who: Staff,
    commune: Annotated[str, Query(max_length=20)] = "",
    at: Annotated[str, Query(max_length=60)] = "",
) -> Response:
    """The province as a picture: the ``commune`` filled, a pin ``at`` a point."""
    with web_of(request).sessions() as session:
        known = province(session)
    drawn, point = drawing(known), read_point(at)
    svg = (
        environment()
        .get_template("province.svg")
        .render(
            width=WIDTH,
            height=drawn.height,
            outlines=drawn.outlines,
            commune=commune,
            pin=drawn.place(point) if point else None,
        )
    )
    return Response(svg, media_type="image/svg+xml", headers={"Cache-Control": "private, max-age=3600"})


def shown_size(known: Gazetteer) -> tuple[int, int]:
    """Width and height of the map in the form, in pixels."""
    return SHOWN_WIDTH, round(drawing(known).height * SHOWN_WIDTH / WIDTH)
