"""Looking for conversations by what was said in them, by a name or by a phone number, and for the message that was meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, false, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from bot.core import phone
from bot.core.search_words import folded_sql, query_of
from bot.store.models import ContactAddress, Conversation, InboundMessage, OutboundMessage

Message = TypeVar("Message", InboundMessage, OutboundMessage)


def holds(looked_for: str) -> ColumnElement[bool]:
    """Conversations with all these words in one name or one message, or of this phone number."""
    found = []
    number = phone.mobile(looked_for)
    if number is not None:
        found.append(Conversation.address_id.in_(_addresses(ContactAddress.address == number)))
    words = query_of(looked_for)
    if words is not None:
        for model in (InboundMessage, OutboundMessage):
            ids = select(model.conversation_id).where(_matches(f"{model.__tablename__}.text", words))
            found.append(Conversation.id.in_(ids))
        names = _addresses(_matches("contact_address.profile_name", words))
        found.append(Conversation.address_id.in_(names))
    return or_(*found) if found else false()


def messages_meant(
    session: Session, conversation_ids: Sequence[int], looked_for: str
) -> tuple[list[InboundMessage], list[OutboundMessage]]:
    """The newest message of each conversation, either way, that holds all the words."""
    words = query_of(looked_for)
    if words is None:
        return [], []
    return (
        _newest(session, InboundMessage, conversation_ids, words),
        _newest(session, OutboundMessage, conversation_ids, words),
    )


def _newest(
    session: Session, model: type[Message], conversation_ids: Sequence[int], words: str
) -> list[Message]:
    query = (
        select(model)
        .ext(distinct_on(model.conversation_id))
        .where(model.conversation_id.in_(conversation_ids), _matches(f"{model.__tablename__}.text", words))
        .order_by(model.conversation_id, model.id.desc())
    )
    return list(session.scalars(query))


def _matches(column: str, words: str) -> ColumnElement[bool]:
    simple: ColumnElement[object] = literal_column("'simple'")
    vector: ColumnElement[object] = literal_column(f"to_tsvector('simple', {folded_sql(column)})")
    return vector.bool_op("@@")(func.to_tsquery(simple, words))


def _addresses(which: ColumnElement[bool]) -> Select[int]:
    return select(ContactAddress.id).where(which)
