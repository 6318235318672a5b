"""One conversation: reading it, taking it, answering, giving it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Form, Path, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.status import HTTP_303_SEE_OTHER as SEE_OTHER

from bot.channels.storable import storable
from bot.core import service_window
from bot.core.bubbles import MAX_CHARACTERS
from bot.core.errors import Conflict, InvalidInput
from bot.core.handoff_rules import SPECIALITIES
from bot.core.roles import COACHES, READERS
from bot.services import (
    audit,
    coach_bookings,
    coach_notes,
    colleagues,
    desk_settings,
    handoffs,
    stops,
    timeline,
)
from bot.services.audit import Action, Kind
from bot.services.timeline import Header
from bot.store.engine import transaction
from bot.web.canned import canned_answers
from bot.web.console.access import CONSOLE, Member, Staff, is_live
from bot.web.console.pages import page
from bot.web.console.routes import ConsoleRouter
from bot.web.context import Web, web_of

router = ConsoleRouter(prefix=f"{CONSOLE}/conversations")
DONE = ("noted", "transferred", "booked", "moved", "cancelled")
"""What the page says that was done beside answering."""
ConversationId = Annotated[int, Path(ge=1, lt=2**62)]


class WindowClosed(Conflict):
    """WhatsApp takes no free text from us until the person writes again."""


class AnswerUnusable(InvalidInput):
    """Nothing was written, or more than the channel carries. ``problem`` is the key of the words that say
    which.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


@router.page("/{conversation_id}", roles=READERS)
def show(
    request: Request,
    who: Staff,
    conversation_id: ConversationId,
    before: Annotated[datetime | None, Query()] = None,
    done: Annotated[str, Query()] = "",
) -> Response:
    """What was said, and what may be done; what was just ``done`` is said."""
    return conversation_page(
        request, who, conversation_id, before=before, done=done if done in DONE else None
    )


@router.form("/{conversation_id}/take", roles=COACHES)
def take(request: Request, who: Staff, conversation_id: ConversationId) -> Response:
    """Hold the conversation: from now on the assistant is silent in it."""
    try:
        with transaction(web_of(request).sessions) as session:
            handoffs.take(session, conversation_id=conversation_id, staff_id=who.id, now=who.now)
            record_step(session, who, Action.CONVERSATION_TAKEN, conversation_id)
    except handoffs.TakenByAnother:
        return conversation_page(request, who, conversation_id, status=409, problem="problem_taken")
    return RedirectResponse(f"{CONSOLE}/conversations/{conversation_id}#answer", SEE_OTHER)


@router.form("/{conversation_id}/answer", roles=COACHES)
def answer(
    request: Request,
    who: Staff,
    conversation_id: ConversationId,
    text: Annotated[str, Form()] = "",
    seen: Annotated[int, Form(ge=0, lt=2**62)] = 0,
) -> Response:
    """Write to the person. ``seen`` is the coach's last answer when the form was written: a form sent twice
    is one answer.
    """
    written: str = storable(text).replace("\r\n", "\n").strip()
    try:
        web = web_of(request)
        with transaction(web.sessions) as session:
            _answer(session, web, who, conversation_id, written, seen)
    except handoffs.NotHeld:
        return conversation_page(
            request, who, conversation_id, status=409, problem="problem_not_held", draft=written
        )
    except WindowClosed:
        return conversation_page(
            request, who, conversation_id, status=409, problem="problem_window", draft=written
        )
    except AnswerUnusable as error:
        return conversation_page(
            request, who, conversation_id, status=422, problem=error.problem, draft=written
        )
    return RedirectResponse(f"{CONSOLE}/conversations/{conversation_id}#end", SEE_OTHER)


@router.form("/{conversation_id}/give-back", roles=COACHES)
def give_back(request: Request, who: Staff, conversation_id: ConversationId) -> Response:
    """Let the assistant go on, with one sentence to the person."""
    web = web_of(request)
    try:
        with transaction(web.sessions) as session:
            handoffs.give_back(
                session, conversation_id=conversation_id, staff_id=who.id, texts=web.texts(), now=who.now
            )
            record_step(session, who, Action.CONVERSATION_GIVEN_BACK, conversation_id)
    except handoffs.NotHeld:
        return conversation_page(request, who, conversation_id, status=409, problem="problem_not_held")
    return RedirectResponse(f"{CONSOLE}/inbox?tab=mine&done=given_back", SEE_OTHER)


def _answer(session: Session, web: Web, who: Member, conversation_id: int, text: str, seen: int) -> None:
    timeline.hold_still(session, conversation_id=conversation_id)
    head = timeline.header(session, conversation_id=conversation_id)
    instead = _instead(web, head)
    if head.holder_id != who.id:
        raise handoffs.NotHeld(f"conversation {conversation_id} is not held by staff {who.id}")
    if not text:
        raise AnswerUnusable("problem_empty")
    if len(text) > MAX_CHARACTERS[head.channel]:
        raise AnswerUnusable("problem_long")
    open_now = service_window.is_open(channel=head.channel, last_inbound_at=head.last_inbound_at, now=who.now)
    if not open_now and instead is None:
        raise WindowClosed("the service window has closed")
    last = timeline.last_answer(session, conversation_id=conversation_id, staff_id=who.id)
    if last is not None and last.id > seen and last.text == text:
        return
    sent = handoffs.answer(session, conversation_id=conversation_id, staff_id=who.id, text=text, now=who.now)
    record_step(session, who, Action.ANSWER_SENT, conversation_id, [(Kind.MESSAGE, each) for each in sent])


def conversation_page(
    request: Request,
    who: Member,
    conversation_id: int,
    *,
    before: datetime | None = None,
    status: int = 200,
    problem: str | None = None,
    draft: str = "",
    done: str | None = None,
    tool: str | None = None,
    typed: Mapping[str, object] | None = None,
) -> Response:
    """The page of a conversation, with what went wrong with a step: with the answer, or where ``tool`` names it with what was
    ``typed`` there.
    """
    web = web_of(request)
    with transaction(web.sessions) as session:
        known = _known(session, web, who, conversation_id, _aware(before))
        if who.role in COACHES:
            coach_notes.mark_seen(session, conversation_id=conversation_id, staff_id=who.id)
        if not is_live(request):
            record_step(session, who, Action.CONVERSATION_VIEWED, conversation_id)
    return page(
        request,
        who,
        "conversation.html",
        status=status,
        path=f"{CONSOLE}/conversations/{conversation_id}",
        place=lambda code: web.places(code, who.words.language),
        problem=problem,
        draft=draft,
        done=done,
        tool=tool,
        typed=typed or {},
        now=who.now,
        past=before is not None,
        may_talk=who.role in COACHES,
        **known,
    )


def _known(
    session: Session, web: Web, who: Member, conversation_id: int, before: datetime | None
) -> dict[str, object]:
    """What the page shows of a conversation. Raises NotFound."""
    head = timeline.header(session, conversation_id=conversation_id)
    mine = head.holder_id == who.id
    last = timeline.last_answer(session, conversation_id=conversation_id, staff_id=who.id) if mine else None
    caravan = stops.current_caravan(session)
    return {
        "head": head,
        "mine": mine,
        "said": timeline.read(
            session, conversation_id=conversation_id, contact_id=head.contact_id, before=before
        ),
        "about": timeline.summary(session, contact_id=head.contact_id, now=who.now),
        "seen": last.id if last else 0,
        "window": _window_left(head, who.now),
        "instead": _instead(web, head),
        "notes": coach_notes.of(session, conversation_id=conversation_id),
        "colleagues": colleagues.others(session, staff_id=who.id) if mine else (),
        "specialities": SPECIALITIES,
        "emergency_line": desk_settings.load(session).emergency_line,
        "canned": canned_answers(),
        "free_times": coach_bookings.free_times(session, now=who.now) if mine else (),
        "limit": MAX_CHARACTERS[head.channel],
        "is_example": caravan is not None and caravan.is_example,
    }


def _window_left(head: Header, now: datetime) -> timedelta | None:
    """How long free text may still be sent: None where the channel knows no window, nought where it is
    closed.
    """
    if service_window.is_open(channel=head.channel, last_inbound_at=None, now=now):
        return None
    if head.last_inbound_at is None:
        return timedelta(0)
    return max(timedelta(0), head.last_inbound_at + service_window.WINDOW - now)


def _instead(web: Web, head: Header) -> str | None:
    """What carries a message once the window has closed: the approved template, an SMS, or nothing."""
    if web.settings.whatsapp_templates_file is not None:
        return "template"
    return "sms" if head.phone else None


def _aware(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo is not None else None


def record_step(
    session: Session,
    who: Member,
    action: Action,
    conversation_id: int,
    more: Sequence[tuple[Kind, int]] = (),
) -> None:
    """Note a step in a conversation in the record."""
    contact = timeline.contact_of(session, conversation_id=conversation_id)
    about = [(Kind.CONVERSATION, conversation_id), (Kind.CONTACT, contact), *more]
    audit.record(session, staff_id=who.id, action=action, now=who.now, about=about)
