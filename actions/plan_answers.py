"""The three choices of somebody whose appointment changed with the plan: keep, another time, give up."""

from __future__ import annotations

from typing import Any

from actions.booked import booking_values
from actions.own_bookings import ActionCheckBooking, start_move
from actions.runtime import Events, Scene, SceneAction
from actions.visits import line_values
from bot.services import effects, plan_answers, plan_words
from bot.store.models import Announcement, Booking, WaitingListEntry

CHOICES = ("keep", "other", "give_up", "no")


class ActionAnswerChange(SceneAction):
    """Takes the choice. News that were overtaken choose nothing: the person is told how things stand."""

    def name(self) -> str:
        return "action_answer_change"

    def play(self, scene: Scene) -> Events:
        for choice in CHOICES:
            about = scene.turn.choice(f"change_{choice}")
            if about is not None:
                return answer(scene, int(about), choice)
        return _old(scene)


def answer(scene: Scene, announcement_id: int, choice: str) -> Events:
    """Write the answer once for this turn, and say what follows."""

    def write() -> dict[str, Any]:
        announcement = plan_answers.live(
            scene.session, announcement_id=announcement_id, contact_id=scene.turn.contact_id
        )
        if announcement is None:
            return {"status": "old"}
        waits = choice == "keep" and announcement.outcome == "none"
        if choice != "no":
            plan_answers.answer(scene.session, announcement, choice=choice, now=scene.turn.now)
        entry = plan_answers.stand_in_line(scene.session, announcement, now=scene.turn.now) if waits else None
        return {"status": "waits" if waits else choice, "entry_id": entry.id if entry else None}

    result = effects.once(
        scene.session,
        turn_id=scene.turn.id,
        name=f"change:{announcement_id}",
        now=scene.turn.now,
        write=write,
    )
    if result["status"] == "old":
        return _old(scene)
    announcement = scene.session.get_one(Announcement, announcement_id)
    entry = scene.session.get(WaitingListEntry, result["entry_id"]) if result.get("entry_id") else None
    if entry is not None:
        scene.say("utter_change_in_line", **line_values(scene, entry), code=announcement.booking.code)
        return []
    return _follow(scene, result["status"], announcement, announcement.booking)


def _follow(scene: Scene, status: str, announcement: Announcement, booking: Booking) -> Events:
    values = booking_values(scene, booking)
    if status == "other":
        return start_move(scene, booking, same_stop=False)
    if status == "no":
        choices = plan_words.options(announcement, ("other", "give_up"))
        scene.say("utter_change_no", options=choices, name=booking.name)
    elif status == "give_up":
        scene.say("utter_booking_cancelled", **values)
    elif status == "waits":
        scene.say("utter_change_waiting", name=booking.name, code=booking.code)
    else:
        scene.say("utter_change_kept", **values)
    return []


def _old(scene: Scene) -> Events:
    scene.say("utter_change_old")
    return ActionCheckBooking().play(scene)
