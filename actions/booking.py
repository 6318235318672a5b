"""The booking form: place, stop and day, time, name, mobile number, summary. It serves moving a booking as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from actions.booked import active_bookings
from actions.booking_people import NAMES_APART, comes_with_another
from actions.booking_place import (
    read_other_day,
    read_other_place,
    read_place_and_day,
    read_stop_choice,
    read_wish,
)
from actions.booking_time import read_time
from actions.booking_waiting import read_waiting
from actions.form import FormStep
from actions.runtime import Scene
from actions.turn import MEANT
from bot.core import booking_replies, phone
from bot.core.booking_rules import name_problem
from bot.core.own_names import introduced_name, is_no_name, own_name
from bot.services import contacts

NEW = ["booking_place", "booking_stop", "booking_time", "booking_name", "booking_phone", "booking_confirmed"]
WAITING = ["booking_place", "booking_stop", "booking_name", "booking_phone"]
MOVING = ["booking_place", "booking_stop", "booking_time", "booking_confirmed"]
BEFORE_THE_NAME = (None, "booking_place", "booking_stop")
CHANGES: Mapping[str, tuple[str, ...]] = {
    "place": ("booking_place", "booking_stop", "booking_time", "booking_wish", "booking_days"),
    "stop": ("booking_stop", "booking_time", "booking_wish", "booking_days"),
    "time": ("booking_time", "booking_wish"),
    "name": ("booking_name",),
}
"""What is asked for anew when the person changes something."""
CHANGEABLE = frozenset({"booking_place", "booking_stop", "booking_time", "booking_confirmed"})
"""Asked at a moment when something can be changed."""
NAMED = ("commune", "date", "time")
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

    def is_something_else(self, scene: Scene, requested: str) -> bool:
        """ "No, Rommani" and "another day" speak of the appointment that is being made, the latter unless there is one already."""
        turn = scene.turn
        if turn.choice(MEANT) is None and requested in CHANGEABLE:
            if booking_replies.wish(turn.text) is not None:
                return False
            named = any(turn.values(entity) for entity in NAMED)
            if turn.intent == "deny" and named:
                return False
            if turn.intent == "reschedule_booking":
                return not named and bool(active_bookings(scene))
        return super().is_something_else(scene, requested)

    def needed(self, scene: Scene, values: Values) -> list[str]:
        if values.get("booking_waits"):
            return WAITING
        return MOVING if values.get("booking_moves") else NEW

    def read(self, scene: Scene, requested: str | None, values: Values) -> Values:
        change = CHANGES.get(scene.turn.choice("change") or "")
        if change:
            return dict.fromkeys(change) | {"booking_waits": None}
        found = read_waiting(scene) or read_stop_choice(scene)
        if not found and requested in CHANGEABLE:
            wish = read_wish(scene, values)
            if wish:
                return wish
        if not found and requested in BEFORE_THE_NAME:
            found = read_place_and_day(scene, requested, values)
        elif not found and requested != "booking_name":
            found = read_other_place(scene, values) or read_other_day(scene, values)
        known = values | found
        wants_time = requested in (None, "booking_stop", "booking_time", "booking_confirmed")
        if known.get("booking_waits") is None and (wants_time or "booking_stop" in found):
            asked = requested == "booking_time" and not found
            found |= read_time(scene, known, asked=asked)
        if requested == "booking_confirmed" and found.get("booking_time") == values.get("booking_time"):
            found.pop("booking_time", None)  # "yes, at ten" says again what stands in the summary
        if requested == "booking_name":
            found |= _read_name(scene)
        found |= _read_phone(scene, known, asked=requested == "booking_phone" and not found)
        if requested == "booking_confirmed" and not found:
            found |= _read_confirmation(scene)
        return found


def _read_name(scene: Scene) -> Values:
    if scene.turn.text.startswith("/"):
        return {}
    name = own_name(scene.turn.text)
    if is_no_name(name):
        return {}
    names = booking_replies.names_in(name, together=comes_with_another(scene))
    problem = name_problem(names[0])
    if problem is not None:
        scene.say(f"utter_name_{problem.value}")
        return {}
    return {"booking_name": NAMES_APART.join(names)}


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
    """Yes; or a name that is introduced anew. After a no the question is what to change."""
    if scene.turn.intent == "affirm" or scene.turn.choice("confirm") == "yes":
        return {"booking_confirmed": True}
    name = introduced_name(scene.turn.text)
    return {"booking_name": name} if name and not scene.slot("booking_moves") else {}


def refused(scene: Scene) -> bool:
    """Whether the summary was refused without a word on what is wrong with it."""
    turn = scene.turn
    no = turn.intent in ("deny", "reschedule_booking") or turn.choice("confirm") == "no"
    better = any(turn.values(entity) for entity in NAMED) or introduced_name(turn.text)
    return no and not better
