"""Searching the record of what staff saw and changed: by member of the staff, by whom or what it was about, by day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from bot.core.texts import CASABLANCA
from bot.services.audit import Kind
from bot.store.models import AuditEvent, Booking, Conversation, Idea, Staff

PAGE_SIZE = 50
_REFERENCE = "I-"


@dataclass(frozen=True, kw_only=True)
class Query:
    """What is looked for; what is None does not matter. Days are Africa/Casablanca's, both included.

    ``subject`` is a kind and an id.
    """

    staff_id: int | None = None
    subject: tuple[Kind, int] | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, kw_only=True)
class RecordLine:
    """One entry; ``who`` is None where nobody was logged in."""

    event: AuditEvent
    who: str | None
    about: tuple[tuple[Kind, tuple[int, ...]], ...]
    note: str | None


@dataclass(frozen=True, kw_only=True)
class RecordPage:
    """One page of the entries, latest first; pages are counted from 1."""

    rows: tuple[RecordLine, ...]
    page: int
    has_next: bool


def search(session: Session, query: Query, *, number: int = 1) -> RecordPage:
    """The entries that fit. A contact is found in what was about their conversations, bookings and ideas as well."""
    found = session.execute(
        select(AuditEvent, Staff.display_name)
        .outerjoin(Staff, Staff.id == AuditEvent.staff_id)
        .where(*_conditions(session, query))
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .offset((number - 1) * PAGE_SIZE)
        .limit(PAGE_SIZE + 1)
    ).all()
    rows = tuple(
        RecordLine(event=event, who=name, about=_about(event), note=event.detail.get("note"))
        for event, name in found[:PAGE_SIZE]
    )
    return RecordPage(rows=rows, page=number, has_next=len(found) > PAGE_SIZE)


def subject_of(session: Session, *, kind: Kind, written: str) -> tuple[Kind, int] | None:
    """What an id, a booking's code or an idea's reference means; None where it means nothing."""
    typed = "".join(char for char in written.upper() if char.isalnum() or char == "-")
    if typed.isdecimal() and len(typed) < 19:
        return kind, int(typed)
    if kind is Kind.BOOKING:
        number = session.scalar(select(Booking.id).where(Booking.code == typed))
        return None if number is None else (kind, number)
    if kind is Kind.IDEA:
        reference = typed if typed.startswith(_REFERENCE) else f"{_REFERENCE}{typed}"
        number = session.scalar(select(Idea.id).where(Idea.reference == reference))
        return None if number is None else (kind, number)
    return None


def _conditions(session: Session, query: Query) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if query.staff_id is not None:
        conditions.append(AuditEvent.staff_id == query.staff_id)
    if query.subject is not None:
        named = _all_names(session, *query.subject)
        conditions.append(
            or_(*(AuditEvent.detail.contains({kind.value: [number]}) for kind, number in named))
        )
    if query.first_day is not None:
        conditions.append(AuditEvent.at >= _midnight(query.first_day))
    if query.last_day is not None:
        conditions.append(AuditEvent.at < _midnight(query.last_day + timedelta(days=1)))
    return conditions


def _all_names(session: Session, kind: Kind, number: int) -> list[tuple[Kind, int]]:
    names = [(kind, number)]
    if kind is Kind.CONTACT:
        for other, model in ((Kind.CONVERSATION, Conversation), (Kind.BOOKING, Booking), (Kind.IDEA, Idea)):
            names += [(other, each) for each in _ids(session, model, number)]
    return names


def _ids(session: Session, model: type[Conversation | Booking | Idea], contact_id: int) -> Sequence[int]:
    return session.scalars(select(model.id).where(model.contact_id == contact_id)).all()


def _about(event: AuditEvent) -> tuple[tuple[Kind, tuple[int, ...]], ...]:
    known = set(Kind)
    return tuple((Kind(kind), tuple(ids)) for kind, ids in sorted(event.detail.items()) if kind in known)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CASABLANCA)
