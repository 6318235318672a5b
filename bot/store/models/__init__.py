"""The tables, by topic."""

from bot.store.models.base import Base
from bot.store.models.caravan import AppointmentTime, Booking, Caravan, Reminder, Stop
from bot.store.models.contact import ConsentEvent, Contact, ContactAddress, ErasureRequest
from bot.store.models.handoff import CoachNote, CoachProfile, ConversationSeen, DeskSettings, Handoff
from bot.store.models.idea import Idea
from bot.store.models.labelling import LabelCandidate
from bot.store.models.message import (
    ContentTemplate,
    Conversation,
    DeliveryEvent,
    InboundMessage,
    MediaFile,
    OutboundMessage,
    RateBucket,
    TurnEffect,
)
from bot.store.models.plan import Announcement, Call, PlanChange, Preference
from bot.store.models.staff import (
    AuditEvent,
    ClockOffset,
    Invitation,
    LoginAttempt,
    NightlyRun,
    ProcessMetrics,
    RecoveryCode,
    RoleRule,
    Staff,
    StaffSession,
    WorkerHeartbeat,
)
from bot.store.models.visit import Attendance, FollowUp, Hold, WaitingListEntry

__all__ = [
    "Announcement",
    "AppointmentTime",
    "Attendance",
    "AuditEvent",
    "Base",
    "Booking",
    "Call",
    "Caravan",
    "ClockOffset",
    "CoachNote",
    "CoachProfile",
    "ConsentEvent",
    "Contact",
    "ContactAddress",
    "ContentTemplate",
    "Conversation",
    "ConversationSeen",
    "DeliveryEvent",
    "DeskSettings",
    "ErasureRequest",
    "FollowUp",
    "Handoff",
    "Hold",
    "Idea",
    "InboundMessage",
    "Invitation",
    "LabelCandidate",
    "LoginAttempt",
    "MediaFile",
    "NightlyRun",
    "OutboundMessage",
    "PlanChange",
    "Preference",
    "ProcessMetrics",
    "RateBucket",
    "RecoveryCode",
    "Reminder",
    "RoleRule",
    "Staff",
    "StaffSession",
    "Stop",
    "TurnEffect",
    "WaitingListEntry",
    "WorkerHeartbeat",
]
