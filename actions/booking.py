"""The booking form: place, stop and day, time, name, mobile number, summary. It serves moving a booking as well."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from actions.form import FormStep
from actions.places import ask_which, location, place_of, read_place, say_outside
from actions.runtime import Scene
from bot.core import phone
from bot.core.booking_rules import name_problem
from bot.core.errors import NotFound
from bot.core.own_names import is_no_name, own_name
from bot.core.reminder_rules import CASABLANCA
from bot.services import bookings, contacts, stops
from bot.services.stops import StopView
from bot.store.models import AppointmentTime, Booking

NEW = ["booking_place", "booking_stop", "booking_time", "booking_name", "booking_phone", "booking_confirmed"]
MOVING = ["booking_place", "booking_stop", "booking_time", "booking_confirmed"]
DAY_PARTS = {"morning": (0, 12), "afternoon": (12, 18), "evening": (17, 24)}
Values = dict[str, Any]


class ValidateBookingForm(FormStep):
    """Takes each answer of the form, or says what is wrong with it."""

    form = "booking_form"
    begins_with = "book_slot"
    free_text = frozenset({"booking_name"})
    short_text = free_text
    answers: ClassVar[Mapping[str, frozenset[str]]] = {
        "booking_confirmed": frozenset({"affirm", "deny"}),
        # "I don't know it" gives up the number, not the appointment.
        "booking_phone": frozenset({"deny"}),
    }

    def needed(self, scene: Scene, values: Values) -> list[str]:
        return MOVING if values.get("booking_moves") else NEW

    def read(self, scene: Scene, requested: str | None, values: Values) -> Values:
        found = _read_change(scene)
        if found:
            return found
        found = _read_stop_choice(scene) or {}
        if not found and requested in (None, "booking_place", "booking_stop"):
            found = _read_place(scene, requested, values)
        known = values | found
        if requested in (None, "booking_stop", "booking_time") or "booking_stop" in found:
            found |= _read_time(scene, known, asked=requested == "booking_time")
        if requested == "booking_name":
            found |= _read_name(scene)
        found |= _read_phone(scene, known, asked=requested == "booking_phone")
        if requested == "booking_confirmed":
            found |= _read_confirmation(scene)
        return found


def _read_change(scene: Scene) -> Values:
    change = scene.turn.choice("change")
    if change == "stop":
        return {"booking_stop": None, "booking_time": None, "booking_wish": None}
    if change == "place":
        return {"booking_place": None, "booking_stop": None, "booking_time": None, "booking_wish": None}
    if change == "time":
        return {"booking_time": None, "booking_wish": None}
    return {}


def _read_stop_choice(scene: Scene) -> Values | None:
    chosen = scene.turn.choice("stop")
    if chosen is None:
        return None
    try:
        stop = stops.get(scene.session, stop_id=int(chosen), now=scene.turn.now)
    except NotFound:
        scene.say("utter_stop_gone")
        return None
    return {"booking_place": place_of(stop.commune_code), "booking_stop": stop.id, "booking_time": None}


def _read_place(scene: Scene, requested: str | None, values: Values) -> Values:
    answer = read_place(scene)
    if answer.candidates:
        ask_which(scene, answer.candidates)
        return {}
    if answer.outside is not None:
        say_outside(scene, answer.outside)
        return {"booking_place": {"commune": None}, "booking_stop": None}
    place = answer.place
    if place is None and requested is None:
        place = scene.slot("place")
    if place is None:
        if requested == "booking_place":
            scene.say("utter_place_unknown")
            return {}
        return _read_stop_of_day(scene, values)
    return {"booking_place": place, "place": place} | _only_stop_on_day(scene, place)


def _read_stop_of_day(scene: Scene, values: Values) -> Values:
    """A day typed where a stop was asked for."""
    place = values.get("booking_place")
    day = scene.turn.first("date")
    if place is None or day is None:
        return {}
    if scene.turn.uncertain("date"):
        return {}
    found = [stop for stop in offered_stops(scene, place) if stop.day.isoformat() == str(day)]
    if not found:
        scene.say("utter_no_stop_that_day", day=str(day).split("/")[0])
        return {}
    return {"booking_stop": found[0].id}


def _only_stop_on_day(scene: Scene, place: Values) -> Values:
    """ "ghda f Tiflet": the place and the day together may say which stop."""
    day = scene.turn.first("date")
    if day is None or scene.turn.uncertain("date"):
        return {}
    ahead = stops.at_commune(scene.session, commune_code=place["commune"], now=scene.turn.now)
    same = [stop for stop in ahead if stop.day.isoformat() == str(day) and stop.free > 0]
    if not same:
        scene.say("utter_no_stop_that_day", day=str(day).split("/")[0])
        return {}
    return {"booking_stop": same[0].id}


def offered_stops(scene: Scene, place: Values) -> list[StopView]:
    """Stops with free places: nearest first, or soonest first for who comes from outside the province."""
    near = location(place) if place.get("commune") else None
    return [stop for stop in stops.upcoming(scene.session, now=scene.turn.now, near=near) if stop.free > 0]


def _read_time(scene: Scene, values: Values, *, asked: bool) -> Values:
    stop_id = values.get("booking_stop")
    if stop_id is None:
        wish = scene.turn.first("time")
        return {"booking_wish": str(wish)} if wish else {}
    free = free_times(scene, stop_id)
    chosen = scene.turn.choice("time")
    if chosen is not None:
        same = [time for time in free if time.id == int(chosen)]
        if same:
            return {"booking_time": same[0].id}
        scene.say("utter_time_taken")
        return {"booking_time": None}
    wish = scene.turn.first("time")
    if wish is None:
        if asked:
            scene.say("utter_time_unclear")
        return {}
    return _match_wish(scene, str(wish), free)


def _match_wish(scene: Scene, wish: str, free: list[AppointmentTime]) -> Values:
    if wish in DAY_PARTS:
        start, end = DAY_PARTS[wish]
        inside = [time for time in free if start <= time.starts_at.astimezone(CASABLANCA).hour < end]
        if not inside:
            scene.say("utter_no_time_then")
        return {"booking_wish": wish if inside else None}
    exact = [time for time in free if time.starts_at.astimezone(CASABLANCA).strftime("%H:%M") == wish]
    if exact and not scene.turn.uncertain("time"):
        return {"booking_time": exact[0].id}
    scene.say("utter_time_not_free", hour=wish)
    return {"booking_wish": wish}


def free_times(scene: Scene, stop_id: int) -> list[AppointmentTime]:
    """The stop's free times, none where it was called off; not the one that the booking which is being moved has already."""
    if not stands(scene, stop_id):
        return []
    held = [booking.appointment_time_id for booking in _moved(scene)]
    free = stops.free_times(scene.session, stop_id=stop_id, now=scene.turn.now)
    return [time for time in free if time.id not in held]


def stands(scene: Scene, stop_id: int) -> bool:
    """Whether a stop still lies ahead: it may be called off, or its day may pass, while the form is open."""
    return any(stop.id == stop_id for stop in stops.upcoming(scene.session, now=scene.turn.now))


def wished_times(free: list[AppointmentTime], wish: str | None, limit: int) -> list[AppointmentTime]:
    """The free times to offer: of the wished part of the day, nearest to the wished hour, or spread over the day."""
    if wish in DAY_PARTS:
        start, end = DAY_PARTS[wish]
        inside = [time for time in free if start <= time.starts_at.astimezone(CASABLANCA).hour < end]
        return (inside or free)[:limit]
    if wish:
        nearest = sorted(free, key=lambda time: _minutes_from(time.starts_at, wish))[: min(3, limit)]
        return sorted(nearest, key=lambda time: time.starts_at)
    step = max(1, -(-len(free) // limit))
    return free[::step][:limit]


def _minutes_from(starts_at: datetime, wish: str) -> float:
    local = starts_at.astimezone(CASABLANCA)
    hours, minutes = (int(part) for part in wish.split(":"))
    return abs(local - local.replace(hour=hours, minute=minutes)) / timedelta(minutes=1)


def _read_name(scene: Scene) -> Values:
    if scene.turn.text.startswith("/"):
        return {}
    name = own_name(scene.turn.text)
    if is_no_name(name):
        return {}
    problem = name_problem(name)
    if problem is not None:
        scene.say(f"utter_name_{problem.value}")
        return {}
    return {"booking_name": name}


def _read_phone(scene: Scene, values: Values, *, asked: bool) -> Values:
    if asked:
        given = str(scene.turn.first("phone_number") or scene.turn.text)
        try:
            number = phone.parse_mobile(given).e164
        except phone.NotAPhoneNumber:
            scene.say("utter_phone_unclear")
            return {}
        except phone.PhoneError:
            scene.say("utter_phone_not_mobile")
            return {}
        contacts.remember_phone(scene.session, contact_id=scene.turn.contact_id, phone=number)
        return {"booking_phone": number}
    if values.get("booking_phone") is None:
        known = contacts.get(scene.session, scene.turn.contact_id).phone
        return {"booking_phone": known} if known else {}
    return {}


def _read_confirmation(scene: Scene) -> Values:
    if scene.turn.intent == "affirm" or scene.turn.choice("confirm") == "yes":
        return {"booking_confirmed": True}
    if scene.turn.intent == "deny" or scene.turn.choice("confirm") == "no":
        scene.say("utter_choose_again")
        return {"booking_time": None, "booking_wish": None}
    return {}


def moved_booking_name(scene: Scene) -> str | None:
    """The name on the booking that is being moved."""
    return next((booking.name for booking in _moved(scene)), None)


def _moved(scene: Scene) -> list[Booking]:
    moved = scene.slot("booking_moves")
    if moved is None:
        return []
    active = bookings.active(scene.session, contact_id=scene.turn.contact_id, now=scene.turn.now)
    return [booking for booking in active if booking.id == moved]
