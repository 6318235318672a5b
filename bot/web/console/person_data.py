"""What is kept of a person: consent, a copy to hand over, erasing, and the attachments that they sent."""

from __future__ import annotations

import json
from typing import Annotated

from fastapi import Form, Path
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.status import HTTP_303_SEE_OTHER as SEE_OTHER

from bot.core.consent_rules import Purpose
from bot.core.errors import NotFound
from bot.core.media_rules import Shown, shown_as
from bot.core.roles import COACHES, READERS
from bot.services import attachments, audit, consent, data_export, erasure, timeline
from bot.services.audit import Action, Kind
from bot.store.engine import transaction
from bot.store.media import MediaStore
from bot.web.console.access import CONSOLE, Member, Staff
from bot.web.console.pages import page
from bot.web.console.routes import ConsoleRouter
from bot.web.context import Web, web_of

router = ConsoleRouter(prefix=CONSOLE)
Id = Annotated[int, Path(ge=1, lt=2**62)]


@router.page("/conversations/{conversation_id}/data", roles=READERS)
def show(request: Request, who: Staff, conversation_id: Id) -> Response:
    """What the person agreed to, and what may be done with their data."""
    return _page(request, who, conversation_id)


@router.form("/conversations/{conversation_id}/data/export", roles=COACHES)
def export(request: Request, who: Staff, conversation_id: Id) -> Response:
    """A copy of everything that is kept of the person, as a file."""
    with transaction(web_of(request).sessions) as session:
        contact_id = timeline.contact_of(session, conversation_id=conversation_id)
        copy = data_export.export(session, contact_id=contact_id, now=who.now)
        about = [(Kind.CONTACT, contact_id)]
        audit.record(session, staff_id=who.id, action=Action.DATA_EXPORTED, now=who.now, about=about)
    headers = {"Content-Disposition": f'attachment; filename="personne-{contact_id}.json"'}
    content = json.dumps(copy, ensure_ascii=False, indent=1)
    return Response(content, media_type="application/json", headers=headers)


@router.form("/conversations/{conversation_id}/data/erase", roles=COACHES)
def erase(request: Request, who: Staff, conversation_id: Id, sure: Annotated[str, Form()] = "") -> Response:
    """Erase the person now and for good, where the box was ticked that says so."""
    if sure != "yes":
        return _page(request, who, conversation_id, status=422, problem="data_erase_not_sure")
    web = web_of(request)
    with transaction(web.sessions) as session:
        contact_id = timeline.contact_of(session, conversation_id=conversation_id)
        erased = erasure.erase_contacts(session, contact_ids=[contact_id], now=who.now)
        about = [(Kind.CONTACT, contact_id)]
        audit.record(session, staff_id=who.id, action=Action.PERSON_ERASED, now=who.now, about=about)
    _files(web).remove(erased.media)
    return RedirectResponse(f"{CONSOLE}/inbox?tab=all&done=erased", SEE_OTHER)


@router.page("/media/{media_id}", roles=READERS)
def attachment(request: Request, who: Staff, media_id: Id) -> Response:
    """An attachment: in the page where browsers show its kind safely, else as a file to save."""
    web = web_of(request)
    with transaction(web.sessions) as session:
        found = attachments.get(session, media_id=media_id)
        about = [(Kind.ATTACHMENT, media_id)]
        audit.record(session, staff_id=who.id, action=Action.ATTACHMENT_VIEWED, now=who.now, about=about)
    path = _files(web).path(found.name or "")
    if path is None:
        raise NotFound(f"attachment {media_id}")
    content_type = found.content_type or "application/octet-stream"
    inline = shown_as(content_type) not in (None, Shown.FILE)
    return FileResponse(
        path,
        media_type=content_type,
        filename=f"{media_id}",
        content_disposition_type="inline" if inline else "attachment",
        headers={"Content-Security-Policy": "default-src 'none'; sandbox"},
    )


def _files(web: Web) -> MediaStore:
    return MediaStore(web.settings.data.media)


def _page(
    request: Request, who: Member, conversation_id: int, *, status: int = 200, problem: str | None = None
) -> Response:
    with transaction(web_of(request).sessions) as session:
        head = timeline.header(session, conversation_id=conversation_id)
        may = {
            purpose.value: consent.allowed(session, contact_id=head.contact_id, purpose=purpose)
            for purpose in Purpose
        }
        entries = consent.history(session, contact_id=head.contact_id)
        asked = erasure.is_requested(session, contact_id=head.contact_id)
        about = [(Kind.CONVERSATION, conversation_id), (Kind.CONTACT, head.contact_id)]
        audit.record(session, staff_id=who.id, action=Action.DATA_VIEWED, now=who.now, about=about)
    return page(
        request,
        who,
        "person_data.html",
        status=status,
        problem=problem,
        head=head,
        may=may,
        entries=entries,
        asked=asked,
        may_act=who.role in COACHES,
    )
