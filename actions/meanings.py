"""The question back: the likeliest meanings of a message that was not understood, as choices."""

from __future__ import annotations

from typing import Any

from actions.runtime import Scene
from actions.turn import MEANT, OTHER, Turn
from bot.core import meanings as rules
from bot.core.texts import Option


def meanings(turn: Turn, *, besides: str | None = None) -> tuple[str, ...]:
    """The likeliest meanings of the message, without ``besides``; empty where it only chose among some already."""
    return () if turn.choice(MEANT) is not None else rules.likely(turn.ranking, besides=besides)


def ask_meaning(scene: Scene, likely: tuple[str, ...]) -> dict[str, Any]:
    """Ask which of these is meant. Choosing one is as if the person had asked it, with the values of this message.

    The event that is returned lets a yes take the only one.
    """
    chosen = f'{{"choice": "{MEANT}:{scene.turn.id}"}}'
    options = tuple(Option(key=f"meaning_{name}", payload=f"/{name}{chosen}", values={}) for name in likely)
    other = Option(
        key="option_other_meaning", payload=f'/out_of_scope{{"choice": "{MEANT}:{OTHER}"}}', values={}
    )
    scene.say("utter_did_you_mean", options=(*options, other))
    return scene.ask(question="meaning", intent=likely[0] if len(likely) == 1 else None)
