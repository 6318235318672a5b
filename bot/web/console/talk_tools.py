"""What a coach does beside answering: notes, handing on, and the person's appointments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import Form, Path
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.status import HTTP_303_SEE_OTHER as SEE_OTHER

from bot.channels.storable import storable
from bot.core.errors import AnaM3akError
from bot.core.roles import COACHES
from bot.services import bookings, coach_bookings, coach_notes, handoffs
from bot.services.audit import Action, Kind
from bot.services.places import TimeTaken
from bot.store.engine import transaction
from bot.web.console.access import CONSOLE, Member, Staff
from bot.web.console.conversation import ConversationId, conversation_page, record_step
from bot.web.console.routes import ConsoleRouter
from bot.web.context import Web, web_of

router = ConsoleRouter(prefix=f"{CONSOLE}/conversations")
BookingId = Annotated[int, Path(ge=1, lt=2**62)]
TimeId = Annotated[int, Form(ge=1, lt=2**62)]
PROBLEMS: dict[type[AnaM3akError], str] = {
    handoffs.NotHeld: "problem_not_held",
    handoffs.CannotTake: "problem_transfer",
    coach_notes.UnusableNote: "problem_note",
    coach_bookings.UnusableName: "problem_name",
    coach_bookings.UnusableNumber: "problem_number",
    TimeTaken: "problem_time_taken",
    bookings.AlreadyBooked: "problem_already_booked",
}
"""What may be wrong with a step, and the words that say it."""


@router.form("/{conversation_id}/note", roles=COACHES)
def note(
    request: Request, who: Staff, conversation_id: ConversationId, words: Annotated[str, Form()] = ""
) -> Response:
    """Note something for colleagues; the person does not see it."""
    written: str = storable(words).replace("\r\n", "\n").strip()

    def step(session: Session) -> None:
        coach_notes.write(
            session, conversation_id=conversation_id, staff_id=who.id, text=written, now=who.now
        )
        record_step(session, who, Action.NOTE_WRITTEN, conversation_id)

    return _do(request, who, conversation_id, step, done="noted", tool="note", typed={"note": written})


@router.form("/{conversation_id}/transfer", roles=COACHES)
def transfer(
    request: Request, who: Staff, conversation_id: ConversationId, to: Annotated[str, Form()] = ""
) -> Response:
    """Hand the conversation to a colleague (an id) or into the waiting line for a speciality (its name)."""

    def step(session: Session) -> None:
        if to.isdecimal() and len(to) < 18:
            handoffs.transfer_to(
                session,
                conversation_id=conversation_id,
                staff_id=who.id,
                colleague_id=int(to),
                now=who.now,
            )
        else:
            handoffs.transfer_to_speciality(
                session, conversation_id=conversation_id, staff_id=who.id, speciality=to, now=who.now
            )
        record_step(session, who, Action.CONVERSATION_TRANSFERRED, conversation_id)

    return _do(request, who, conversation_id, step, done="transferred", tool="transfer")


@router.form("/{conversation_id}/book", roles=COACHES)
def book(
    request: Request,
    who: Staff,
    conversation_id: ConversationId,
    time: TimeId,
    name: Annotated[str, Form(max_length=200)] = "",
    number: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Take a place for the person, who gets a message."""
    web = web_of(request)

    def step(session: Session) -> None:
        booking = coach_bookings.book(
            session,
            conversation_id=conversation_id,
            staff_id=who.id,
            appointment_time_id=time,
            name=storable(name),
            number=number,
            texts=web.texts(),
            commune_name=_names(web),
            now=who.now,
        )
        record_step(session, who, Action.BOOKED_FOR_PERSON, conversation_id, [(Kind.BOOKING, booking.id)])

    typed = {"time": time, "name": storable(name), "number": storable(number)}
    return _do(request, who, conversation_id, step, done="booked", tool="book", typed=typed)


@router.form("/{conversation_id}/bookings/{booking_id}/move", roles=COACHES)
def move(
    request: Request, who: Staff, conversation_id: ConversationId, booking_id: BookingId, time: TimeId
) -> Response:
    """Move the person's appointment; they get a message."""
    web = web_of(request)

    def step(session: Session) -> None:
        coach_bookings.move(
            session,
            conversation_id=conversation_id,
            staff_id=who.id,
            booking_id=booking_id,
            appointment_time_id=time,
            texts=web.texts(),
            commune_name=_names(web),
            now=who.now,
        )
        record_step(session, who, Action.MOVED_FOR_PERSON, conversation_id, [(Kind.BOOKING, booking_id)])

    return _do(request, who, conversation_id, step, done="moved", tool="book")


@router.form("/{conversation_id}/bookings/{booking_id}/cancel", roles=COACHES)
def cancel(request: Request, who: Staff, conversation_id: ConversationId, booking_id: BookingId) -> Response:
    """Cancel the person's appointment; they get a message."""
    web = web_of(request)

    def step(session: Session) -> None:
        coach_bookings.cancel(
            session,
            conversation_id=conversation_id,
            staff_id=who.id,
            booking_id=booking_id,
            texts=web.texts(),
            commune_name=_names(web),
            now=who.now,
        )
        record_step(session, who, Action.CANCELLED_FOR_PERSON, conversation_id, [(Kind.BOOKING, booking_id)])

    return _do(request, who, conversation_id, step, done="cancelled", tool="book")


def _do(
    request: Request,
    who: Member,
    conversation_id: int,
    step: Callable[[Session], None],
    *,
    done: str,
    tool: str,
    typed: Mapping[str, object] | None = None,
) -> Response:
    """Run a step, and say that it was done; what is wrong with it is said beside its form, where what was typed stays."""
    try:
        with transaction(web_of(request).sessions) as session:
            step(session)
    except tuple(PROBLEMS) as error:
        status = 422 if isinstance(error, coach_notes.UnusableNote) else 409
        problem = PROBLEMS[type(error)]
        return conversation_page(
            request, who, conversation_id, status=status, problem=problem, tool=tool, typed=typed
        )
    return RedirectResponse(f"{CONSOLE}/conversations/{conversation_id}?done={done}#done", SEE_OTHER)


def _names(web: Web) -> Callable[[str], dict[str, str]]:
    return lambda code: {"fr": web.places(code, "fr"), "ar": web.places(code, "ar")}
