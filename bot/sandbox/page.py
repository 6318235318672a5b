"""The page: phones in a browser. Everything it needs comes from here."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

_DIRECTORY = Path(__file__).parent / "page"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def routes() -> list[BaseRoute]:
    """The page and its static files."""
    html = (_DIRECTORY / "index.html").read_bytes()

    async def show(_request: Request) -> Response:
        headers = {
            "Content-Security-Policy": _POLICY,
            "Cache-Control": "no-cache",
            "Referrer-Policy": "no-referrer",
        }
        return Response(html, media_type="text/html", headers=headers)

    return [
        Route("/sandbox", show, methods=["GET"]),
        Route("/sandbox/", show, methods=["GET"]),
        Mount("/sandbox/static", StaticFiles(directory=_DIRECTORY / "static")),
    ]
