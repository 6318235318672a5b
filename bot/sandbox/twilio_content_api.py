"""The stand-in for Twilio's Content API (content.twilio.com): templates with buttons and lists."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.content import Content, Contents
from bot.sandbox.gate import mark_accepted
from bot.sandbox.settings import Settings
from bot.sandbox.twilio_errors import TwilioError

_BASE = "https://content.twilio.com/v1/Content"
Handler = Callable[[Request], Awaitable[Response]]


def routes(contents: Contents, settings: Settings, guard: Callable[[Handler], Handler]) -> list[Route]:
    """The routes; ``guard`` checks credentials and words errors."""
    desk = _ContentDesk(contents, settings)
    return [
        Route("/v1/Content", guard(desk.create), methods=["POST"]),
        Route("/v1/Content", guard(desk.list_all), methods=["GET"]),
        Route("/v1/Content/{sid}", guard(desk.fetch), methods=["GET"]),
        Route("/v1/Content/{sid}", guard(desk.delete), methods=["DELETE"]),
        Route("/v1/Content/{sid}/ApprovalRequests/whatsapp", guard(desk.approve), methods=["POST"]),
        Route("/v1/Content/{sid}/ApprovalRequests", guard(desk.approval), methods=["GET"]),
    ]


class _ContentDesk:
    def __init__(self, contents: Contents, settings: Settings) -> None:
        self._contents = contents
        self._account = settings.twilio_account_sid

    async def create(self, request: Request) -> Response:
        if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
            raise TwilioError(20001, "the body must be JSON")
        content = self._contents.create(await _json(request))
        mark_accepted(request)
        return JSONResponse(self._resource(content), 201)

    async def list_all(self, request: Request) -> Response:
        contents = [self._resource(content) for content in self._contents.all()]
        meta = {
            "page": 0,
            "page_size": max(len(contents), 50),
            "first_page_url": f"{_BASE}?PageSize=50&Page=0",
            "previous_page_url": None,
            "url": f"{_BASE}?PageSize=50&Page=0",
            "next_page_url": None,
            "key": "contents",
        }
        return JSONResponse({"meta": meta, "contents": contents})

    async def fetch(self, request: Request) -> Response:
        return JSONResponse(self._resource(self._named(request)))

    async def delete(self, request: Request) -> Response:
        self._contents.delete(self._named(request).sid)
        return Response(status_code=204)

    async def approve(self, request: Request) -> Response:
        body = await _json(request)
        if not isinstance(body, dict) or not body.get("name") or not body.get("category"):
            raise TwilioError(20001, "name and category")
        content = self._contents.approve(self._named(request))
        return JSONResponse(
            {
                "name": body["name"],
                "category": body["category"],
                "content_type": next(iter(content.types)),
                "status": content.approval,
                "rejection_reason": "",
                "allow_category_change": True,
            },
            201,
        )

    async def approval(self, request: Request) -> Response:
        content = self._named(request)
        state = {
            "type": "whatsapp",
            "name": content.friendly_name,
            "content_type": next(iter(content.types)),
            "status": content.approval,
            "rejection_reason": "",
        }
        url = f"{_BASE}/{content.sid}/ApprovalRequests"
        return JSONResponse({"sid": content.sid, "account_sid": self._account, "url": url, "whatsapp": state})

    def _named(self, request: Request) -> Content:
        content = self._contents.get(request.path_params["sid"])
        if content is None:
            raise TwilioError(20404, request.url.path)
        return content

    def _resource(self, content: Content) -> dict[str, Any]:
        url = f"{_BASE}/{content.sid}"
        approval = f"{url}/ApprovalRequests"
        return {
            "sid": content.sid,
            "account_sid": self._account,
            "friendly_name": content.friendly_name,
            "language": content.language,
            "variables": content.variables,
            "types": content.types,
            "url": url,
            "date_created": content.created_at,
            "date_updated": content.created_at,
            "links": {"approval_create": f"{approval}/whatsapp", "approval_fetch": approval},
        }


async def _json(request: Request) -> Any:
    try:
        return await request.json()
    except ValueError:
        raise TwilioError(20001, "the body must be JSON") from None
