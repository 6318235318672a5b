"""Taking the place at the end of the form; checking, moving and cancelling it later."""

from __future__ import annotations

from typing import Any

from rasa_sdk.events import FollowupAction, SlotSet

from actions import visits
from actions.answers import answer_questions
from actions.booked import FORM_SLOTS, active_bookings, booking_values, extras, meant, tell_bookings
from actions.booking_people import book_the_next, first_name
from actions.booking_place import days_after
from actions.places import place_of
from actions.renaming import KIND as RENAME
from actions.renaming import begin_renaming, rename, wants_another_name
from actions.runtime import Events, Scene, SceneAction, cleared
from bot.core import booking_replies
from bot.core.errors import NotFound
from bot.core.idea_words import wants_another as wants_another_idea
from bot.core.texts import Option
from bot.services import bookings, consent, effects, stops
from bot.services.bookings import AlreadyBooked, TimeTaken
from bot.store.models import Booking


class ActionBookAppointment(SceneAction):
    """Takes or moves the place. Run twice for one turn, it writes once."""

    def name(self) -> str:
        return "action_book_appointment"

    def play(self, scene: Scene) -> Events:
        if scene.slot("booking_renames"):
            rename(scene, first_name(scene))
            return cleared(*FORM_SLOTS)
        if scene.slot("booking_waits"):
            return _wait(scene)
        result = effects.once(
            scene.session,
            turn_id=scene.turn.id,
            name="book",
            now=scene.turn.now,
            write=lambda: _move(scene) if scene.slot("booking_moves") else _book(scene),
        )
        if result["status"] == "taken":
            scene.say("utter_time_taken")
            return [
                *cleared("booking_time", "booking_confirmed", "booking_wish"),
                FollowupAction("booking_form"),
            ]
        if result["status"] == "gone":
            # The staff cancelled the booking while it was being moved.
            scene.say("utter_no_booking")
            return cleared(*FORM_SLOTS)
        booking = scene.session.get_one(Booking, result["booking_id"])
        more = extras(booking.id)
        scene.say(f"utter_booking_{result['status']}", options=more, **booking_values(scene, booking))
        if consent.has_stopped(scene.session, contact_id=scene.turn.contact_id):
            scene.say("utter_no_reminders")
        moved = result["status"] == "moved"
        follows = [] if moved else book_the_next(scene, booking, phone=booking.phone)
        return [*cleared(*FORM_SLOTS), *follows]


def _wait(scene: Scene) -> Events:
    visits.join(
        scene,
        stop_id=scene.slot("booking_waits"),
        name=first_name(scene),
        phone=scene.slot("booking_phone"),
    )
    if consent.has_stopped(scene.session, contact_id=scene.turn.contact_id):
        scene.say("utter_no_reminders")
    return cleared(*FORM_SLOTS)


def _book(scene: Scene) -> dict[str, Any]:
    try:
        with scene.session.begin_nested():
            booking = bookings.book(
                scene.session,
                contact_id=scene.turn.contact_id,
                conversation_id=scene.turn.conversation_id,
                appointment_time_id=scene.slot("booking_time"),
                name=first_name(scene),
                phone=scene.slot("booking_phone"),
                now=scene.turn.now,
            )
    except TimeTaken:
        return {"status": "taken"}
    except AlreadyBooked as known:
        return {"status": "already", "booking_id": known.booking_id}
    return {"status": "made", "booking_id": booking.id}


def _move(scene: Scene) -> dict[str, Any]:
    try:
        with scene.session.begin_nested():
            booking = bookings.move(
                scene.session,
                booking_id=scene.slot("booking_moves"),
                contact_id=scene.turn.contact_id,
                appointment_time_id=scene.slot("booking_time"),
                now=scene.turn.now,
            )
    except TimeTaken:
        return {"status": "taken"}
    except NotFound:
        return {"status": "gone"}
    return {"status": "moved", "booking_id": booking.id}


class ActionCheckBooking(SceneAction):
    """Tells the person's bookings."""

    def name(self) -> str:
        return "action_check_booking"

    def play(self, scene: Scene) -> Events:
        if wants_another_name(scene):
            return begin_renaming(scene)
        chosen = visits.choose(scene)
        if chosen is not None:
            return chosen
        events = answer_questions(scene, besides="check_booking")
        if visits.tell_lines(scene) and not active_bookings(scene):
            return events
        return [*events, *tell_bookings(scene)]


class ActionStartMove(SceneAction):
    """Begins to move a booking: the form asks for the new time."""

    def name(self) -> str:
        return "action_start_move"

    def play(self, scene: Scene) -> Events:
        if wants_another_idea(scene.turn.text):
            return [FollowupAction("idea_form")]  # which says how
        events = answer_questions(scene)
        if scene.turn.choice(RENAME) or wants_another_name(scene):
            return [*events, *begin_renaming(scene)]
        booking = meant(scene, "move", "/reschedule_booking", "utter_which_booking_to_move")
        if booking is None:
            return events
        return [*events, *start_move(scene, booking, same_stop=True)]


def start_move(scene: Scene, booking: Booking, *, same_stop: bool) -> Events:
    """Open the form for a booking's new time: at the stop where it is, or wherever there is room."""
    stop = booking.appointment_time.stop
    wish = booking_replies.wish(scene.turn.text)
    later = wish == "later_day"
    scene.say(
        "utter_change_choose" if booking.status == "displaced" else "utter_moving",
        **booking_values(scene, booking),
    )
    ahead = (
        same_stop
        and wish is None
        and any(view.id == stop.id for view in stops.upcoming(scene.session, now=scene.turn.now))
    )
    return [
        *cleared(*FORM_SLOTS),
        SlotSet("booking_moves", booking.id),
        SlotSet("booking_place", place_of(stop.commune_code)),
        *([SlotSet("booking_stop", stop.id)] if wish else []),  # and given up: it is not offered again
        SlotSet("booking_stop", stop.id if ahead else None),
        SlotSet("booking_days", days_after(stop.day) if later else None),
        SlotSet("booking_name", booking.name),
        SlotSet("booking_phone", booking.phone),
        FollowupAction("booking_form"),
    ]


class ActionCancelBooking(SceneAction):
    """Asks which and whether, then gives the place up."""

    def name(self) -> str:
        return "action_cancel_booking"

    def play(self, scene: Scene) -> Events:
        sure = scene.turn.choice("cancel_yes")
        if sure is not None:
            return cancel_now(scene, int(sure))
        events = answer_questions(scene)
        booking = meant(scene, "cancel", "/cancel_booking", "utter_which_booking_to_cancel")
        if booking is None:
            return events
        yes = Option(
            key="option_cancel_yes",
            payload=f'/cancel_booking{{"choice": "cancel_yes:{booking.id}"}}',
            values={},
        )
        no = Option(key="option_keep", payload="/check_booking", values={})
        scene.say("utter_ask_cancel", options=(yes, no), **booking_values(scene, booking))
        return [*events, scene.ask(question="cancel", booking=booking.id)]


def cancel_now(scene: Scene, booking_id: int) -> Events:
    """Give the place up, once per turn; somebody else's booking, or one that is gone, is said to be none."""

    def write() -> dict[str, Any]:
        if booking_id not in [booking.id for booking in active_bookings(scene)]:
            return {"status": "none"}
        bookings.cancel(
            scene.session, booking_id=booking_id, contact_id=scene.turn.contact_id, now=scene.turn.now
        )
        return {"status": "cancelled"}

    result = effects.once(
        scene.session, turn_id=scene.turn.id, name=f"cancel:{booking_id}", now=scene.turn.now, write=write
    )
    if result["status"] == "none":
        scene.say("utter_no_booking")
    else:
        scene.say(
            "utter_booking_cancelled", **booking_values(scene, scene.session.get_one(Booking, booking_id))
        )
    return []
