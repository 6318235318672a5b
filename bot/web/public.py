"""`GET /`: what this is, for whoever comes by; nothing on it is anybody's data."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from bot.web.console import access
from bot.web.console.access import Visitor
from bot.web.console.pages import page
from bot.web.context import Web, web_of
from bot.web.wording import LANGUAGES

router = APIRouter()


@router.get("/")
def show(request: Request, lang: Annotated[str, Query()] = "") -> Response:
    """The public page, in the language that was asked for."""
    web = web_of(request)
    language = lang if lang in LANGUAGES else access.language_of(request)
    response = page(
        request, Visitor(words=web.words[language], csrf=""), "public.html", whatsapp=_whatsapp(web)
    )
    if lang in LANGUAGES:
        access.set_language(response, web, lang)
    return response


def _whatsapp(web: Web) -> str:
    """The digits of the number that people write to, empty where there is none."""
    number = web.settings.twilio_whatsapp_from or ""
    return "".join(character for character in number if character.isdigit())
