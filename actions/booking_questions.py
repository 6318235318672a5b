"""What the booking form asks, with the choices of this moment."""

from __future__ import annotations

from abc import abstractmethod

from rasa_sdk.events import SlotSet

from actions.booked import time_values
from actions.booking import TO_CHANGE, refused
from actions.booking_people import first_name, others
from actions.booking_place import covered, stops_to_offer
from actions.booking_time import free_times, moved_booking_name, stands, wished_times
from actions.booking_waiting import full_near, kept, may_wait
from actions.places import ask_which, read_place
from actions.runtime import REQUESTED, Events, Scene, SceneAction
from actions.stops import announce_example, stop_key, stop_values
from bot.core.texts import Option
from bot.services import places, stops
from bot.store.models import AppointmentTime

MAX_STOPS = 4
MAX_TIMES = 8
OTHER_PLACE = Option(key="option_other_place", payload='/inform{"choice": "change:place"}', values={})
OTHER_STOP = Option(key="option_other_stop", payload='/inform{"choice": "change:stop"}', values={})
OTHER_TIME = Option(key="option_other_time", payload='/inform{"choice": "change:time"}', values={})
OTHER_NAME = Option(key="option_other_name", payload='/inform{"choice": "change:name"}', values={})
LEAVE = Option(key="option_leave", payload="/go_back", values={})


class _Question(SceneAction):
    @property
    @abstractmethod
    def asks(self) -> str:
        """The slot that is asked for."""

    def name(self) -> str:
        return f"action_ask_booking_form_{self.asks}"


class AskPlace(_Question):
    """In which commune the person is."""

    asks = "booking_place"

    def play(self, scene: Scene) -> Events:
        candidates = read_place(scene).candidates
        if candidates:
            ask_which(scene, candidates, others=(OTHER_PLACE,))
        else:
            scene.say("utter_ask_booking_place")
        return []


class AskStop(_Question):
    """Which of the stops near by, with free places only."""

    asks = "booking_stop"

    def play(self, scene: Scene) -> Events:
        place, wish = scene.slot("booking_place") or {}, scene.slot("booking_days")
        offered = stops_to_offer(scene, place, wish, MAX_STOPS)
        if not offered:
            waiting = full_near(scene, None)
            scene.say("utter_waiting_list" if waiting else "utter_no_stops", options=waiting)
            return []
        announce_example(scene, offered)
        options = tuple(
            Option(
                key=stop_key(stop),
                payload=f'/inform{{"choice": "stop:{stop.id}"}}',
                values=stop_values(stop),
            )
            for stop in offered
        )
        on_a_day = any(covered((wish or {}).get("days", []), stop.day) for stop in offered)
        if wish and not on_a_day:
            scene.say("utter_no_stop_those_days")
        key = "utter_which_day" if wish and on_a_day and not wish["sure"] else "utter_ask_booking_stop"
        scene.say(key, options=(*options, *full_near(scene, offered[0].distance), OTHER_PLACE))
        return []


class AskTime(_Question):
    """Which of the free times of the stop."""

    asks = "booking_time"

    def play(self, scene: Scene) -> Events:
        if not stands(scene, scene.slot("booking_stop")):
            scene.say("utter_stop_gone", options=(OTHER_STOP,))
            return []
        stop = stops.get(scene.session, stop_id=scene.slot("booking_stop"), now=scene.turn.now)
        free = free_times(scene, stop.id)
        given_up = scene.given_up("booking_time")
        free = [time for time in free if time.id not in given_up] or free
        announce_example(scene, [stop])
        wish = scene.slot("booking_wish")
        offered = wished_times(free, wish, MAX_TIMES)
        key = "utter_which_time" if isinstance(wish, list) else "utter_ask_booking_time"
        key = key if offered else "utter_stop_full"
        places.let_go(scene.session, contact_id=scene.turn.contact_id)
        choices = tuple(_time_option(time) for time in offered) or may_wait(scene, stop.id)
        scene.say(key, options=(*choices, OTHER_STOP), **stop_values(stop))
        return []


class AskName(_Question):
    """Whose place it is."""

    asks = "booking_name"

    def play(self, scene: Scene) -> Events:
        scene.say("utter_ask_booking_name")
        return []


class AskPhone(_Question):
    """A mobile number for the reminder by SMS."""

    asks = "booking_phone"

    def play(self, scene: Scene) -> Events:
        scene.say("utter_ask_booking_phone")
        return []


class AskConfirmation(_Question):
    """The summary, and yes or no."""

    asks = "booking_confirmed"

    def play(self, scene: Scene) -> Events:
        if scene.was_requested() == self.asks and refused(scene):
            name_too = () if scene.slot("booking_moves") else (OTHER_NAME,)
            scene.say("utter_what_to_change", options=(OTHER_TIME, OTHER_STOP, OTHER_PLACE, *name_too, LEAVE))
            return [scene.ask(question=TO_CHANGE)]
        if not kept(scene):
            # The next best times are offered at once.
            scene.say("utter_time_taken")
            events = [SlotSet("booking_time", None), SlotSet(REQUESTED, "booking_time")]
            return [*events, *AskTime().play(scene)]
        name = first_name(scene) or moved_booking_name(scene) or ""
        if others(scene):
            scene.say("utter_one_after_the_other", name=name, then=others(scene)[0])
        scene.say("utter_ask_booking_confirmed", name=name, **time_values(scene, scene.slot("booking_time")))
        return []


def _time_option(time: AppointmentTime) -> Option:
    return Option(
        key="option_time",
        payload=f'/inform{{"choice": "time:{time.id}"}}',
        values={"starts_at": time.starts_at.isoformat()},
    )
