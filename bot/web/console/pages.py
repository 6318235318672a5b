"""Writing pages: templates, what each of them is given, and how moments and numbers look."""

from __future__ import annotations

import hashlib
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.core.search_words import marked
from bot.core.texts import CASABLANCA
from bot.web.console import access
from bot.web.console.access import Member, Visitor
from bot.web.console.masking import isolated, masked, pretty, without_numbers
from bot.web.console.navigation import ON_A_PHONE, places_of
from bot.web.context import web_of

FOLDER = Path(__file__).parent.parent
STATIC = FOLDER / "static"
OTHER_LANGUAGE = {"ar": "fr", "fr": "ar"}


def page(request: Request, who: Visitor, template: str, *, status: int = 200, **values: Any) -> Response:
    """A page for ``who``; for the page's own script only its live parts, or 304 where nothing has changed."""
    live = access.is_live(request) and status == 200
    common = {
        "t": who.words,
        "who": who,
        "csrf": who.csrf,
        "frame": "live.html" if live else "frame.html",
        "path": request.url.path,
        "other": OTHER_LANGUAGE[who.words.language],
        "asset": asset,
        "sandbox": web_of(request).settings.sandbox,
        "places": places_of(who.role) if isinstance(who, Member) else [],
        "on_a_phone": ON_A_PHONE,
    }
    written = environment().get_template(template).render(common | values)
    response = _live(request, written) if live else HTMLResponse(written, status_code=status)
    if who.fresh is not None:
        access.set_visitor(response, web_of(request), who.fresh)
    return response


def _live(request: Request, written: str) -> Response:
    tag = f'"{hashlib.sha256(written.encode()).hexdigest()[:24]}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    return HTMLResponse(written, headers={"ETag": tag})


@lru_cache(maxsize=32)
def asset(name: str) -> str:
    """The address of a static file; it changes with its content, so that browsers may keep it for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def hour(moment: datetime) -> str:
    """A moment's time of day in Africa/Casablanca: "10:30"."""
    return moment.astimezone(CASABLANCA).strftime("%H:%M")


def day_and_month(moment: datetime) -> str:
    """A moment's day in Africa/Casablanca, short: "28/11"."""
    return moment.astimezone(CASABLANCA).strftime("%d/%m")


def machine(moment: datetime) -> str:
    """A moment for programs, as a `time` element's `datetime`."""
    return moment.astimezone(CASABLANCA).isoformat(timespec="seconds")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates, with what each of them may use."""
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "hour": hour,
        "day_and_month": day_and_month,
        "machine": machine,
        "pretty": pretty,
        "masked": masked,
        "without_numbers": without_numbers,
        "isolated": isolated,
        "marked": marked,
        "local_day": lambda moment: moment.astimezone(CASABLANCA).date(),
    }
    return environment
