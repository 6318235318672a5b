"""Messages that the assistant may learn from are put into the line for a label."""

from __future__ import annotations

from actions.runtime import Scene
from bot.services import labelling
from bot.services.labelling import Reason


def note_refused(scene: Scene) -> None:
    """The latest message was not understood."""
    likeliest = next(iter(scene.turn.ranking), (None, 0.0))[0]
    labelling.queue(
        scene.session,
        message_id=scene.turn.id,
        reason=Reason.REFUSED,
        now=scene.turn.now,
        guess=likeliest,
        variety=scene.tracker.latest_message.get("variety"),
    )


def note_before_coach(scene: Scene) -> None:
    """Whoever asks for a person was perhaps answered wrongly before."""
    labelling.queue_before(scene.session, message_id=scene.turn.id, now=scene.turn.now)
