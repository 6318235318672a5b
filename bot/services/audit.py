"""The record of what staff saw and changed: who, what kind of thing, which ids, when. No names, words or numbers of people.

The database itself takes back nothing of it: see the trigger of the migration of roles.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from bot.store.models import AuditEvent


class Action(StrEnum):
    """What was done. Each has words in the console, under ``audit_<value>``."""

    LOGIN = "login"
    LOGIN_REFUSED = "login_refused"
    LOGOUT = "logout"
    INBOX_VIEWED = "inbox_viewed"
    CONVERSATION_VIEWED = "conversation_viewed"
    CONVERSATION_TAKEN = "conversation_taken"
    CONVERSATION_GIVEN_BACK = "conversation_given_back"
    ANSWER_SENT = "answer_sent"
    IDEAS_VIEWED = "ideas_viewed"
    ATTENDANCE_NOTED = "attendance_noted"
    UNDELIVERED_VIEWED = "undelivered_viewed"
    MESSAGE_RESENT = "message_resent"
    MESSAGE_SEEN_TO = "message_seen_to"
    JOB_REPLAYED = "job_replayed"
    DATA_VIEWED = "data_viewed"
    DATA_EXPORTED = "data_exported"
    PERSON_ERASED = "person_erased"
    ATTACHMENT_VIEWED = "attachment_viewed"
    LABELS_VIEWED = "labels_viewed"
    LABELLED = "labelled"
    TALK_NOTED = "talk_noted"
    DAY_VIEWED = "day_viewed"
    DAY_PRINTED = "day_printed"
    NUMBERS_OPENED = "numbers_opened"
    STOP_VIEWED = "stop_viewed"
    STOP_CHANGED = "stop_changed"
    PLAN_PREVIEWED = "plan_previewed"
    PLAN_CHANGED = "plan_changed"
    PLAN_UNDONE = "plan_undone"
    TIMETABLE_EXPORTED = "timetable_exported"
    TIMETABLE_IMPORTED = "timetable_imported"
    CALLS_VIEWED = "calls_viewed"
    CALL_NOTED = "call_noted"
    PREFERENCES_CHANGED = "preferences_changed"
    STAFF_INVITED = "staff_invited"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    STAFF_JOINED = "staff_joined"
    STAFF_DISABLED = "staff_disabled"
    STAFF_ENABLED = "staff_enabled"
    ROLE_CHANGED = "role_changed"
    PROFILE_CHANGED = "profile_changed"
    TELEGRAM_LINKED = "telegram_linked"
    PASSWORD_OFFERED = "password_offered"
    PASSWORD_CHANGED = "password_changed"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    FACTOR_RULE_CHANGED = "factor_rule_changed"
    SESSIONS_ENDED = "sessions_ended"
    RECORD_SEARCHED = "record_searched"
    NOTE_WRITTEN = "note_written"
    CONVERSATION_TRANSFERRED = "conversation_transferred"
    BOOKED_FOR_PERSON = "booked_for_person"
    MOVED_FOR_PERSON = "moved_for_person"
    CANCELLED_FOR_PERSON = "cancelled_for_person"
    DESK_CHANGED = "desk_changed"


class Kind(StrEnum):
    """What an id in the record is the id of."""

    CONTACT = "contact"
    CONVERSATION = "conversation"
    BOOKING = "booking"
    IDEA = "idea"
    STOP = "stop"
    MESSAGE = "message"
    ATTACHMENT = "attachment"
    STAFF = "staff"


def record(
    session: Session,
    *,
    staff_id: int | None,
    action: Action,
    now: datetime,
    about: Iterable[tuple[Kind, int]] = (),
    note: str | None = None,
) -> None:
    """Note what a member of the staff saw or changed, in the same transaction.

    ``about`` names everything that was seen or changed by its id; ``note`` is a word of the product's own, such as a
    role or a status, never anything that people wrote.
    """
    ids: dict[str, list[int]] = {}
    for kind, number in about:
        known = ids.setdefault(kind.value, [])
        if number not in known:
            known.append(number)
    detail: dict[str, object] = dict(ids)
    if note is not None:
        detail["note"] = note
    session.add(AuditEvent(staff_id=staff_id, action=action.value, detail=detail, at=now))
