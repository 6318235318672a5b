"""Gives the example caravan its free places back, so that what one conversation books is not missing in the next."""

from __future__ import annotations

from sqlalchemy import select, union

from bot.core.booking_rules import STANDING
from bot.services import bookings, waiting_list
from bot.store.engine import make_engine, make_sessions, transaction
from bot.store.models import Booking, Hold, WaitingListEntry
from tests.e2e.product import Product


def vacate(product: Product) -> None:
    """Cancel every booking, close every line and let go of every place that is held, by the product's own services."""
    now = product.clock()
    engine = make_engine(product.database_url())
    keeping = union(
        select(WaitingListEntry.contact_id).where(WaitingListEntry.status.in_(waiting_list.OPEN)),
        select(Hold.contact_id).where(Hold.status == "held"),
    )
    try:
        with transaction(make_sessions(engine)) as session:
            for contact_id in session.scalars(keeping).all():
                waiting_list.leave_all(session, contact_id=contact_id, now=now)
            for booking in session.scalars(select(Booking).where(Booking.status.in_(STANDING))).all():
                bookings.cancel(session, booking_id=booking.id, contact_id=booking.contact_id, now=now)
    finally:
        engine.dispose()
