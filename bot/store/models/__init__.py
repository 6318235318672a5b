"""The tables, by topic."""

from bot.store.models.base import Base
from bot.store.models.caravan import AppointmentTime, Booking, Caravan, Reminder, Stop
from bot.store.models.contact import Contact, ContactAddress
from bot.store.models.idea import Idea
from bot.store.models.message import (
    ContentTemplate,
    Conversation,
    DeliveryEvent,
    InboundMessage,
    OutboundMessage,
    TurnEffect,
)
from bot.store.models.plan import Announcement, Call, PlanChange, Preference
from bot.store.models.staff import (
    AuditEvent,
    ClockOffset,
    Handoff,
    LoginAttempt,
    Staff,
    StaffSession,
    WorkerHeartbeat,
)

__all__ = [
    "Announcement",
    "AppointmentTime",
    "AuditEvent",
    "Base",
    "Booking",
    "Call",
    "Caravan",
    "ClockOffset",
    "Contact",
    "ContactAddress",
    "ContentTemplate",
    "Conversation",
    "DeliveryEvent",
    "Handoff",
    "Idea",
    "InboundMessage",
    "LoginAttempt",
    "OutboundMessage",
    "PlanChange",
    "Preference",
    "Reminder",
    "Staff",
    "StaffSession",
    "Stop",
    "TurnEffect",
    "WorkerHeartbeat",
]
