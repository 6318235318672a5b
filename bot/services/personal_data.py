"""Everything that is kept of a person, in one list: what is handed over on request, and what is erased.

A table that refers to a person belongs here; a test compares the list with the schema.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot.store import models
from bot.store.models import Base

Belonging = tuple[type[Base], ColumnElement[bool]]


def conversations_of(session: Session, contact_ids: Sequence[int]) -> Sequence[int]:
    """The ids of the conversations of these people; Rasa knows a conversation by the same id."""
    found = select(models.Conversation.id).where(models.Conversation.contact_id.in_(contact_ids))
    return session.scalars(found.order_by(models.Conversation.id)).all()


def belongings(contact_ids: Sequence[int]) -> tuple[Belonging, ...]:
    """Tables with the rows that belong to these people, in an order in which they can be deleted."""
    m = models
    talks = select(m.Conversation.id).where(m.Conversation.contact_id.in_(contact_ids))
    booked = select(m.Booking.id).where(m.Booking.contact_id.in_(contact_ids))
    turns = select(m.InboundMessage.id).where(m.InboundMessage.conversation_id.in_(talks))
    sent = select(m.OutboundMessage.id).where(m.OutboundMessage.contact_id.in_(contact_ids))
    return (
        (m.Reminder, m.Reminder.booking_id.in_(booked)),
        (m.Announcement, m.Announcement.booking_id.in_(booked)),
        (m.Call, m.Call.booking_id.in_(booked)),
        (m.FollowUp, m.FollowUp.booking_id.in_(booked)),
        (m.Attendance, m.Attendance.booking_id.in_(booked)),
        (m.WaitingListEntry, m.WaitingListEntry.contact_id.in_(contact_ids)),
        (m.Hold, m.Hold.contact_id.in_(contact_ids)),
        (m.Booking, m.Booking.contact_id.in_(contact_ids)),
        (m.Idea, m.Idea.contact_id.in_(contact_ids)),
        (m.DeliveryEvent, m.DeliveryEvent.outbound_id.in_(sent)),
        (m.OutboundMessage, m.OutboundMessage.contact_id.in_(contact_ids)),
        (m.TurnEffect, m.TurnEffect.turn_id.in_(turns)),
        (m.MediaFile, m.MediaFile.inbound_id.in_(turns)),
        (m.LabelCandidate, m.LabelCandidate.inbound_id.in_(turns)),
        (m.InboundMessage, m.InboundMessage.conversation_id.in_(talks)),
        (m.CoachNote, m.CoachNote.conversation_id.in_(talks)),
        (m.ConversationSeen, m.ConversationSeen.conversation_id.in_(talks)),
        (m.Handoff, m.Handoff.conversation_id.in_(talks)),
        (m.Conversation, m.Conversation.contact_id.in_(contact_ids)),
        (m.ContactAddress, m.ContactAddress.contact_id.in_(contact_ids)),
        (m.ConsentEvent, m.ConsentEvent.contact_id.in_(contact_ids)),
        (m.ErasureRequest, m.ErasureRequest.contact_id.in_(contact_ids)),
        (m.Contact, m.Contact.id.in_(contact_ids)),
    )
