"""The booking form: place, stop and day, time, name, mobile number, summary. It serves moving a booking as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from actions.booked import active_bookings
from actions.booking_people import NAMES_APART, comes_with_another, others
from actions.booking_place import (
    read_other_day,
    read_other_place,
    read_place_and_day,
    read_stop_choice,
    read_wish,
)
from actions.booking_time import DAY_PARTS, read_time_anew
from actions.booking_waiting import read_waiting
from actions.form import LEAVING, FormStep
from actions.runtime import Scene
from actions.turn import MEANT
from bot.core import booking_replies, phone
from bot.core.booking_rules import name_problem
from bot.core.lexicons import word_set
from bot.core.own_names import introduced_name, is_no_name, is_plausible, own_name, put_right
from bot.core.short_phrases import listed
from bot.core.text import words
from bot.services import contacts

NEW = ["booking_place", "booking_stop", "booking_time", "booking_name", "booking_phone", "booking_confirmed"]
WAITING = ["booking_place", "booking_stop", "booking_name", "booking_phone"]
RENAMING = ["booking_name"]
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
WISHABLE = CHANGEABLE | {"booking_name"}
NAMED = ("commune", "date", "time")
NAME_IS_MORE = LEAVING | {"affirm", "inform", "out_of_scope", "greet", "book_slot"}
"""What a message with an introduced name is taken for by the classifier, though it gives the name: "I was wrong, it is Amina"."""
TO_CHANGE = "what_to_change"
"""The kind of the question that follows a refused summary."""
Values = dict[str, Any]


class ValidateBookingForm(FormStep):
    """Takes each answer of the form, or says what is wrong with it."""

    form = "booking_form"
    begins_with = "book_slot"
    free_text = frozenset({"booking_name"})
    short_text = free_text
    unexplained = frozenset({"booking_stop"})
    answers: ClassVar[Mapping[str, frozenset[str]]] = {
        "booking_confirmed": frozenset({"affirm", "deny"}),
        # "I don't know it" gives up the number, not the appointment.
        "booking_phone": frozenset({"deny"}),
        # Who would rather not say a name is told what it is for.
        "booking_name": frozenset({"deny"}),
    }

    def is_something_else(self, scene: Scene, requested: str) -> bool:
        """ "No, Rommani" and "another day" speak of the appointment that is being made, the latter unless there is one already."""
        turn = scene.turn
        if turn.choice(MEANT) is None and turn.intent in NAME_IS_MORE and introduced(scene):
            return False
        if requested == "booking_confirmed" and (booking_replies.says_yes(turn.text) or _put_right(scene)):
            return False
        if turn.choice(MEANT) is None and requested in WISHABLE:
            wish = booking_replies.wish(turn.text)
            if wish == "other_day" and turn.intent == "reschedule_booking" and active_bookings(scene):
                return True
            if wish is not None:
                return False
        if requested in CHANGEABLE and turn.intent == "ask_opening_hours" and turn.first("time") in DAY_PARTS:
            return False
        if turn.choice(MEANT) is None and requested in CHANGEABLE:
            named = any(turn.values(entity) for entity in NAMED)
            if turn.intent == "deny" and named:
                return False
            if turn.intent == "reschedule_booking":
                return not named and bool(active_bookings(scene))
        return super().is_something_else(scene, requested)

    def needed(self, scene: Scene, values: Values) -> list[str]:
        if values.get("booking_renames"):
            return RENAMING
        if values.get("booking_waits"):
            return WAITING
        return MOVING if values.get("booking_moves") else NEW

    def read(self, scene: Scene, requested: str | None, values: Values) -> Values:
        if values.get("booking_renames"):
            return _read_name(scene) if requested else {}
        change = CHANGES.get(scene.turn.choice("change") or _changed_in_words(scene) or "")
        if change:
            return dict.fromkeys(change) | {"booking_waits": None}
        if requested == "booking_confirmed" and booking_replies.says_yes(scene.turn.text):
            return _read_confirmation(scene, yes=True)
        plain = _read_plain_answer(scene) if requested == "booking_confirmed" else {}
        if plain:
            return plain
        naming = requested == "booking_name" and _may_be_a_name(scene)
        found = read_waiting(scene) or read_stop_choice(scene)
        if not found and requested in WISHABLE:
            wish = read_wish(scene, values)
            if wish:
                return wish
        if not found and requested in BEFORE_THE_NAME:
            found = read_place_and_day(scene, requested, values)
        elif not found and not naming:
            found = read_other_place(scene, values) or read_other_day(scene, values)
        known = values | found
        named = read_early_name(scene, requested, known)
        if known.get("booking_waits") is None and (_wants_time(requested, naming) or "booking_stop" in found):
            asked = requested == "booking_time" and not found and not named
            asked = asked or (requested == "booking_name" and _is_a_bare_hour(scene))
            found |= read_time_anew(scene, known, asked=asked)
        if requested == "booking_confirmed" and found.get("booking_time") == values.get("booking_time"):
            found.pop("booking_time", None)  # "yes, at ten" says again what stands in the summary
        found |= named
        if requested == "booking_name" and not found:
            found |= _read_name(scene)
        asked = requested == "booking_phone" and not found
        found |= _read_other_phone(scene, requested) or _read_phone(scene, known, asked=asked)
        if requested == "booking_confirmed" and not found:
            found |= _read_confirmation(scene)
        return found


def _may_be_a_name(scene: Scene) -> bool:
    """Whether the answer may be the name that was asked for; "at 11" is an hour."""
    text = scene.turn.text
    if _is_a_bare_hour(scene):
        return False
    moment = any(scene.turn.values(entity) for entity in ("date", "time"))
    return is_plausible(text) or not (moment or is_no_name(own_name(text)))


def _is_a_bare_hour(scene: Scene) -> bool:
    """Whether a number is put right where a name was asked for: "la 11" speaks of the hour that was chosen just before."""
    rest = booking_replies.without_refusal(scene.turn.text)
    return rest != scene.turn.text.strip() and rest.rstrip("hH ").isdigit()


def _read_plain_answer(scene: Scene) -> Values:
    """What answers a summary by itself: the right name, or a name whose last word is a town's as well."""
    name = _put_right(scene)
    if name is None and _is_a_bare_name(scene):
        name = own_name(booking_replies.without_refusal(scene.turn.text))
    return _as_name(scene, name) if name else {}


def _is_a_bare_name(scene: Scene) -> bool:
    """Whether a summary is answered by a name whose last word is a town's as well: "Youssef Rommani"."""
    turn = scene.turn
    said = words(turn.text)
    places = [item for item in turn.entities if item["entity"] == "commune"]
    part = any((item.get("end") or 0) - (item.get("start") or 0) < len(turn.text.strip()) for item in places)
    plain = word_set("place_cues").isdisjoint(said) and listed("names", "ends").isdisjoint(said)
    return part and plain and len(said) > 1 and not scene.slot("booking_moves") and is_plausible(turn.text)


def _put_right(scene: Scene) -> str | None:
    """The right name, written under a summary instead of the one that stands there; never with what would leave the form."""
    turn, known = scene.turn, str(scene.slot("booking_name") or "")
    if scene.slot("booking_moves") or turn.intent in LEAVING - {"deny"}:
        return None
    return put_right(turn.text, known.split(NAMES_APART)[0])


def _as_name(scene: Scene, name: str) -> Values:
    """The form's name, with those of the others who are still to be booked."""
    return {"booking_name": NAMES_APART.join([name, *others(scene)])}


def _wants_time(requested: str | None, naming: bool) -> bool:
    """Whether an hour in the message is one of the appointment's: "no, in the afternoon", said where a name was asked."""
    return requested in (None, "booking_stop", "booking_time", "booking_confirmed") or (
        requested == "booking_name" and not naming
    )


def _changed_in_words(scene: Scene) -> str | None:
    return booking_replies.change(scene.turn.text) if asked_what_to_change(scene) else None


def asked_what_to_change(scene: Scene) -> bool:
    """Whether the last question was what is wrong with the summary."""
    return bool(scene.pending().get("question") == TO_CHANGE)


def introduced(scene: Scene) -> str | None:
    """The name that the message introduces, if it may be given: "it is Tiflet" introduces a place."""
    text = scene.turn.text
    name = None if scene.slot("booking_moves") else introduced_name(text)
    at = -1 if name is None else text.casefold().find(name.casefold())
    is_a_value = name is not None and any(
        (found.get("start") or 0) < at + len(name) and at < (found.get("end") or 0)
        for found in scene.turn.entities
        if found["entity"] in NAMED
    )
    return None if is_a_value else name


def read_early_name(scene: Scene, requested: str | None, values: Values) -> Values:
    """A name that is introduced where something else was asked; of two people it is that of the one who is booked now."""
    name = introduced(scene)
    if name is None or values.get("booking_moves") or requested == "booking_name":
        return {}
    if requested in ("booking_place", "booking_stop", "booking_time"):
        scene.say("utter_name_noted", name=name)
    return _as_name(scene, name)


def _read_name(scene: Scene) -> Values:
    if scene.turn.text.startswith("/"):
        return {}
    name = introduced(scene) or own_name(scene.turn.text)
    if is_no_name(name):
        if scene.turn.intent == "deny":
            scene.say("utter_name_why")
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


def _read_other_phone(scene: Scene, requested: str | None) -> Values:
    """A number that is written under the summary: the SMS go there, for whoever shares a phone or books for somebody."""
    given = scene.turn.first("phone_number") if requested == "booking_confirmed" else None
    if given is None or scene.slot("booking_moves"):
        return {}
    try:
        number = phone.parse_mobile(str(given))
    except phone.PhoneError:
        scene.say("utter_phone_not_mobile")
        return {}
    scene.say("utter_phone_noted", phone="0" + number.e164.removeprefix("+212"))
    return {"booking_phone": number.e164}


def _read_confirmation(scene: Scene, *, yes: bool = False) -> Values:
    """Yes; behind the question what to change it only shows the summary again, and a name alone is the right one."""
    turn = scene.turn
    if turn.choice("confirm") == "yes":
        return {"booking_confirmed": True}
    if not asked_what_to_change(scene):
        return {"booking_confirmed": True} if yes or turn.intent == "affirm" else {}
    if yes:
        return {}
    name = own_name(turn.text)
    is_one = turn.intent in ("inform", "out_of_scope") and len(name.split()) > 1 and not turn.entities
    if not is_one or scene.slot("booking_moves") or is_no_name(name) or name_problem(name) is not None:
        return {}
    return _as_name(scene, name)


def refused(scene: Scene) -> bool:
    """Whether the summary was refused without a word on what is wrong with it."""
    turn = scene.turn
    no = turn.intent in ("deny", "reschedule_booking") or turn.choice("confirm") == "no"
    better = any(turn.values(entity) for entity in NAMED) or introduced(scene) or _put_right(scene)
    return no and not better
