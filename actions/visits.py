"""What people choose around their appointments: an offer to the waiting list, the calendar, the map, how the day was."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from actions.booked import extras, time_values
from actions.places import commune_name
from actions.runtime import Events, Scene, calendar_link
from bot.core.errors import NotFound
from bot.core.geo import map_link
from bot.core.texts import Option
from bot.services import bookings, effects, follow_ups, waiting_list
from bot.services.places import TimeTaken
from bot.services.waiting_list import OfferOver
from bot.store.models import Booking, Stop, WaitingListEntry


def choose(scene: Scene) -> Events | None:
    """Do what the choice in the message asks for; None where it holds none of these."""
    for kind, handler in HANDLERS.items():
        chosen = scene.turn.choice(kind)
        if chosen is not None:
            handler(scene, int(chosen))
            return []
    return None


def tell_lines(scene: Scene) -> bool:
    """Say where the contact's people wait, with what they can do; whether they do anywhere."""
    entries = waiting_list.of_contact(scene.session, contact_id=scene.turn.contact_id)
    for entry in entries:
        if entry.status == "offered" and entry.told_at is not None and entry.hold is not None:
            values = {"name": entry.name, **time_values(scene, entry.hold.appointment_time_id)}
            yes = _option("option_offer_yes", "offer_yes", entry.id)
            no = _option("option_offer_no", "offer_no", entry.id)
            scene.say("utter_waiting_offered", options=(yes, no), **values)
        else:
            leave = _option("option_leave_list", "leave_list", entry.id)
            scene.say("utter_waiting_status", options=(leave,), **line_values(scene, entry))
    return bool(entries)


def line_values(scene: Scene, entry: WaitingListEntry) -> dict[str, Any]:
    """An entry's values for texts."""
    stop = scene.session.get_one(Stop, entry.stop_id)
    return {
        "name": entry.name,
        "commune": commune_name(stop.commune_code),
        "day": stop.day.isoformat(),
        "position": waiting_list.position(scene.session, entry),
    }


def accept_offer(scene: Scene, entry_id: int) -> None:
    """Yes: the place that is kept is theirs, once per turn. A late yes is told kindly."""

    def write() -> dict[str, Any]:
        try:
            with scene.session.begin_nested():
                booking = waiting_list.accept(
                    scene.session, entry_id=entry_id, contact_id=scene.turn.contact_id, now=scene.turn.now
                )
        except (OfferOver, NotFound, TimeTaken):
            return {"booking_id": None}
        return {"booking_id": booking.id}

    result = _once(scene, f"offer:{entry_id}", write)
    if result["booking_id"] is None:
        _over(scene, entry_id)
        return
    booking = scene.session.get_one(Booking, result["booking_id"])
    scene.say(
        "utter_booking_made",
        options=extras(booking.id),
        name=booking.name,
        code=booking.code,
        **time_values(scene, booking.appointment_time_id),
    )


def open_offer(scene: Scene) -> int | None:
    """The id of the entry of an offer that this contact was made and that still stands."""
    for entry in waiting_list.of_contact(scene.session, contact_id=scene.turn.contact_id):
        until = entry.hold.expires_at if entry.status == "offered" and entry.hold else None
        if until is not None and until > scene.turn.now:
            return entry.id
    return None


def _over(scene: Scene, entry_id: int) -> None:
    entry = scene.session.get(WaitingListEntry, entry_id)
    again: tuple[Option, ...] = ()
    if entry is not None and entry.contact_id == scene.turn.contact_id:
        again = (_option("option_wait_again", "wait_again", entry_id),)
    book = Option(key="option_menu_book", payload="/book_slot", values={})
    scene.say("utter_offer_over", options=(*again, book))


def _refuse(scene: Scene, entry_id: int) -> None:
    def write() -> dict[str, Any]:
        try:
            waiting_list.refuse(
                scene.session, entry_id=entry_id, contact_id=scene.turn.contact_id, now=scene.turn.now
            )
        except (OfferOver, NotFound):
            return {"refused": False}
        return {"refused": True}

    if _once(scene, f"refuse:{entry_id}", write)["refused"]:
        scene.say("utter_offer_refused")
    else:
        _over(scene, entry_id)


def _leave(scene: Scene, entry_id: int) -> None:
    def write() -> dict[str, Any]:
        try:
            entry = waiting_list.leave(
                scene.session, entry_id=entry_id, contact_id=scene.turn.contact_id, now=scene.turn.now
            )
        except NotFound:
            return {"name": None}
        return {"name": entry.name}

    name = _once(scene, f"leave:{entry_id}", write)["name"]
    if name is None:
        scene.say("utter_no_booking")
    else:
        scene.say("utter_waiting_left", name=name)


def _wait_again(scene: Scene, entry_id: int) -> None:
    old = scene.session.get(WaitingListEntry, entry_id)
    if old is None or old.contact_id != scene.turn.contact_id:
        scene.say("utter_no_booking")
        return
    join(scene, stop_id=old.stop_id, name=old.name, phone=old.phone)


def join(scene: Scene, *, stop_id: int, name: str, phone: str) -> None:
    """Stand in line, once per turn, and hear the position."""

    def write() -> dict[str, Any]:
        try:
            entry = waiting_list.join(
                scene.session,
                contact_id=scene.turn.contact_id,
                conversation_id=scene.turn.conversation_id,
                stop_id=stop_id,
                name=name,
                phone=phone,
                now=scene.turn.now,
            )
        except NotFound:
            return {"entry_id": None}
        return {"entry_id": entry.id}

    entry_id = _once(scene, f"wait:{stop_id}", write)["entry_id"]
    if entry_id is None:
        scene.say("utter_stop_gone")
        return
    entry = scene.session.get_one(WaitingListEntry, entry_id)
    leave = _option("option_leave_list", "leave_list", entry.id)
    scene.say("utter_waiting_joined", options=(leave,), **line_values(scene, entry))


def _where(scene: Scene, booking_id: int) -> None:
    booking = _own(scene, booking_id)
    if booking is None:
        scene.say("utter_no_booking")
        return
    stop = scene.session.get_one(Stop, booking.appointment_time.stop_id)
    link = map_link(stop.latitude, stop.longitude)
    scene.say("utter_where", link=link, **time_values(scene, booking.appointment_time_id))


def _calendar(scene: Scene, booking_id: int) -> None:
    if _own(scene, booking_id) is None:
        scene.say("utter_no_booking")
    else:
        scene.say("utter_calendar_file", link=calendar_link(booking_id))


def _own(scene: Scene, booking_id: int) -> Booking | None:
    active = bookings.active(scene.session, contact_id=scene.turn.contact_id, now=scene.turn.now)
    return next((booking for booking in active if booking.id == booking_id), None)


def _useful(answer: str) -> Callable[[Scene, int], None]:
    def note(scene: Scene, follow_up_id: int) -> None:
        try:
            follow_ups.answer(
                scene.session,
                follow_up_id=follow_up_id,
                contact_id=scene.turn.contact_id,
                choice=answer,
                now=scene.turn.now,
            )
        except NotFound:
            scene.say("utter_menu")
            return
        scene.say("utter_useful_thanks")

    return note


def _once(scene: Scene, name: str, write: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    return effects.once(scene.session, turn_id=scene.turn.id, name=name, now=scene.turn.now, write=write)


def _option(key: str, kind: str, number: int) -> Option:
    return Option(key=key, payload=f'/check_booking{{"choice": "{kind}:{number}"}}', values={})


HANDLERS: dict[str, Callable[[Scene, int], None]] = {
    "offer_yes": accept_offer,
    "offer_no": _refuse,
    "leave_list": _leave,
    "wait_again": _wait_again,
    "pin": _where,
    "ics": _calendar,
    **{answer: _useful(answer) for answer in follow_ups.ANSWERS},
}
"""By the kind of the choice."""
