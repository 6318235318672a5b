"""All routes of the service, however deep they lie."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Mount

from bot.web.webhooks import WebhookRoute


def all_routes(app: FastAPI) -> list[APIRoute | Mount | WebhookRoute]:
    """Every route; a kind of route that is not known here is an error."""
    return list(_walk(app.routes))


def _walk(routes: Iterable[BaseRoute]) -> Iterator[APIRoute | Mount | WebhookRoute]:
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _walk(inner.routes)
            continue
        assert isinstance(route, APIRoute | Mount | WebhookRoute), f"a route of an unknown kind: {route!r}"
        yield route


def page_routes(app: FastAPI) -> list[APIRoute]:
    """The routes that answer GET."""
    return [
        route for route in all_routes(app) if isinstance(route, APIRoute) and "GET" in (route.methods or ())
    ]
