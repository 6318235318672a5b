"""The idea form: what, where, which sector, what is needed; in the end a reference."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from actions.form import FormStep
from actions.places import read_place
from actions.runtime import Events, Scene, SceneAction, cleared
from bot.core.idea_words import hamlet_in, need_in, replaces, wants_another
from bot.core.sectors import SECTORS
from bot.core.texts import Option
from bot.services import effects, ideas

SLOTS = ("idea_what", "idea_where", "idea_sector", "idea_needs")
TOLD_FREELY = frozenset({"idea_what", "idea_needs"})
MIN_WHAT = 8
TELLS_ALREADY, TELLS_MUCH = 20, 90
"""Characters: so long a first message tells the project, where its sector is clear and where it is not."""
MOST_OF_IT = 0.6
MAX_TEXT = 2000
MOST_OF_A_WISH = 10
"""Words: a longer message tells the idea rather than only that it should be another."""


class ValidateIdeaForm(FormStep):
    """Takes each answer of the form in the person's own words."""

    form = "idea_form"
    begins_with = "submit_idea"
    free_text = frozenset({"idea_what", "idea_where", "idea_needs"})

    def needed(self, scene: Scene, values: dict[str, Any]) -> list[str]:
        return list(SLOTS)

    def read(self, scene: Scene, requested: str | None, values: dict[str, Any]) -> dict[str, Any]:
        text = "" if scene.turn.text.startswith("/") else scene.turn.text.strip()[:MAX_TEXT]
        if _is_to_be_another(text, requested):
            return _begin_anew(scene, requested)
        if requested is None:
            return _read_opening(scene, text)
        if requested == "idea_what":
            told = _long_enough(scene, "idea_what", text, MIN_WHAT)
            return _told_besides(scene, text, values) | told if told else {}
        if requested == "idea_where":
            where = _read_where(scene, text, values)
            return _needs(text, values) | where if where.get("idea_where") else where
        if requested == "idea_sector":
            return _read_sector(scene)
        return _long_enough(scene, "idea_needs", text if any(map(str.isalpha, text)) else "", 1)


def _is_to_be_another(text: str, requested: str | None) -> bool:
    """Whether the idea is to be told anew. What the project is and needs is told in words like these: "bach nzid f lmachro3 dyali"."""
    if len(text.split()) > MOST_OF_A_WISH:
        return False
    if requested is None:
        return wants_another(text)
    return requested not in TOLD_FREELY and replaces(text)


def _begin_anew(scene: Scene, requested: str | None) -> dict[str, Any]:
    """What was sent stays with the team; what is being told is asked for from the beginning."""
    sent = ideas.of_contact(scene.session, scene.turn.contact_id)
    if requested is None and sent:
        scene.say("utter_idea_change", reference=sent[0].reference)
    return dict.fromkeys(SLOTS)


def _read_opening(scene: Scene, text: str) -> dict[str, Any]:
    """Who begins by telling the project is asked for nothing that was said."""
    sector = scene.turn.first("sector")
    told = len(text) >= (TELLS_ALREADY if sector else TELLS_MUCH)
    besides = _told_besides(scene, text, {}) | ({"idea_sector": sector} if sector else {})
    return besides | {"idea_what": text} if told else besides


def _told_besides(scene: Scene, text: str, values: dict[str, Any]) -> dict[str, Any]:
    """The place and the needs that are told with the project itself."""
    found = _needs(text, values)
    where = _named_place(scene, text) if values.get("idea_where") is None else None
    return found | ({"idea_where": where} if where else {})


def _needs(text: str, values: dict[str, Any]) -> dict[str, Any]:
    need = need_in(text) if values.get("idea_needs") is None else None
    return {"idea_needs": need} if need else {}


def _named_place(scene: Scene, text: str) -> dict[str, Any] | None:
    """The one commune of the message that is certain, or a hamlet that is named."""
    turn = scene.turn
    hamlet = hamlet_in(text)
    codes = set(turn.values("commune"))
    if len(codes) != 1 or turn.uncertain("commune"):
        return {"commune": None, "text": hamlet} if hamlet and not codes else None
    named = next(item for item in turn.entities if item["entity"] == "commune")
    words = turn.text[named.get("start") or 0 : named.get("end") or 0]
    return {"commune": turn.first("commune"), "text": hamlet or words or text}


def _long_enough(scene: Scene, slot: str, text: str, least: int) -> dict[str, Any]:
    if len(text) < least:
        scene.say("utter_idea_too_short")
        return {}
    return {slot: text}


def _read_where(scene: Scene, text: str, values: dict[str, Any]) -> dict[str, Any]:
    answer = read_place(scene)
    commune = answer.place["commune"] if answer.place else None
    if commune is None and len(text) < 2:
        scene.say("utter_place_unknown")
        return {}
    if commune is None and answer.outside is None and _is_a_sector(scene, text):
        return {"idea_sector": scene.turn.first("sector")} if values.get("idea_sector") is None else {}
    return {"idea_where": {"commune": commune, "text": text}}


def _is_a_sector(scene: Scene, text: str) -> bool:
    """Whether the answer is hardly more than the word for a sector, which is no place."""
    named = next((item for item in scene.turn.entities if item["entity"] == "sector"), None)
    if named is None or hamlet_in(text) is not None:
        return False
    return (named.get("end") or 0) - (named.get("start") or 0) >= len(text) * MOST_OF_IT


def _read_sector(scene: Scene) -> dict[str, Any]:
    sector = scene.turn.choice("sector") or scene.turn.first("sector")
    if sector not in SECTORS:
        scene.say("utter_sector_unclear")
        return {}
    return {"idea_sector": sector}


class _Question(SceneAction):
    @property
    @abstractmethod
    def asks(self) -> str:
        """The slot that is asked for."""

    def name(self) -> str:
        return f"action_ask_idea_form_{self.asks}"

    def play(self, scene: Scene) -> Events:
        scene.say(f"utter_ask_{self.asks}")
        return []


class AskWhat(_Question):
    """What the project is."""

    asks = "idea_what"


class AskWhere(_Question):
    """Where it would be."""

    asks = "idea_where"


class AskNeeds(_Question):
    """What the person needs for it."""

    asks = "idea_needs"


class AskSector(_Question):
    """Which sector, from a list."""

    asks = "idea_sector"

    def play(self, scene: Scene) -> Events:
        options = tuple(
            Option(key=f"sector_{name}", payload=f'/inform{{"choice": "sector:{name}"}}', values={})
            for name in SECTORS
        )
        scene.say("utter_ask_idea_sector", options=options)
        return []


class ActionSubmitIdea(SceneAction):
    """Keeps the idea, once per turn, and tells its reference."""

    def name(self) -> str:
        return "action_submit_idea"

    def play(self, scene: Scene) -> Events:
        where = scene.slot("idea_where")

        def write() -> dict[str, Any]:
            idea = ideas.submit(
                scene.session,
                contact_id=scene.turn.contact_id,
                summary=scene.slot("idea_what"),
                place=where["text"],
                commune_code=where["commune"],
                sector=scene.slot("idea_sector"),
                needs=scene.slot("idea_needs"),
                now=scene.turn.now,
            )
            return {"reference": idea.reference}

        result = effects.once(
            scene.session, turn_id=scene.turn.id, name="idea", now=scene.turn.now, write=write
        )
        scene.say("utter_idea_received", reference=result["reference"])
        return cleared(*SLOTS)
