"""What makes a turn more than an ordinary one, asked in one statement: most turns have none of it, and need no further look."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.core import arrival_rules
from bot.store.models import Handoff, InboundMessage

_LOOK = text(
    """
    SELECT
        EXISTS (SELECT FROM handoff WHERE conversation_id = :conversation_id),
        EXISTS (SELECT FROM inbound_message WHERE conversation_id = :conversation_id OFFSET :many),
        coalesce((
            SELECT turn_id IS NULL OR buttons::text LIKE '%/answer_change%' FROM outbound_message
            WHERE conversation_id = :conversation_id ORDER BY id DESC LIMIT 1
        ), false),
        (SELECT province_code FROM caravan WHERE is_current),
        EXISTS (SELECT FROM inbound_message WHERE conversation_id = :conversation_id AND outcome = 'answered')
    """
)


@dataclass(frozen=True, kw_only=True)
class Calm:
    """``handed_over``: it was in the staff's hands at some time. ``many``: it holds enough messages for a flood. ``spoken_to``: the last
    thing said in it was the product's own, or news of a change. ``province`` is the current caravan's.
    """

    handed_over: bool
    many: bool
    spoken_to: bool
    province: str | None
    answered: bool


def look(session: Session, conversation_id: int) -> Calm:
    """How a conversation stands before its next turn."""
    found = session.execute(
        _LOOK, {"conversation_id": conversation_id, "many": arrival_rules.FLOOD_MESSAGES}
    ).one()
    return Calm(handed_over=found[0], many=found[1], spoken_to=found[2], province=found[3], answered=found[4])


def was_seen_to(session: Session, inbound: InboundMessage) -> bool:
    """Whether people of the staff took the conversation after this message, and have given it back already."""
    seen = select(Handoff.id).where(
        Handoff.conversation_id == inbound.conversation_id,
        Handoff.requested_at > inbound.received_at,
        Handoff.taken_at.is_not(None),
        Handoff.closed_at.is_not(None),
    )
    return session.scalar(seen.limit(1)) is not None
