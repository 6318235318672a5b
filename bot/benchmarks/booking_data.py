"""Data for the benchmark of bookings, made in bulk."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import text

from bot.store.engine import make_engine

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
Person = tuple[int, int]
"""A contact's id and that of their conversation."""

_CARAVAN = """
INSERT INTO caravan (code, province_code, is_example, is_current, facts, loaded_at)
VALUES ('bench', '04.291', false, true, '{}', :now) ON CONFLICT (code) DO UPDATE SET is_current = true RETURNING id
"""
_STOP = """
INSERT INTO stop (caravan_id, commune_code, day, opens_at, closes_at, latitude, longitude, services, advisers, own_advisers,
    minutes, breaks, walk_in, status, version)
SELECT :caravan, '04.291.01.05', date '2026-12-01' + (n + (SELECT count(*) FROM stop))::int, '09:00', '16:00',
    33.5 + random() / 2, -6.5 + random(), '{jobs}', 1, '{}', 30, '[]', 0, 'confirmed', 1
FROM generate_series(1, :stops) AS n RETURNING id
"""
_TIMES = """
INSERT INTO appointment_time (stop_id, starts_at, capacity, taken, held, closed, adjusted)
SELECT stop, timestamptz '2026-12-01 09:00+01' + n * interval '6 minutes', :capacity, 0, 0, false, false
FROM unnest(cast(:stops AS bigint[])) AS stop, generate_series(1, :times) AS n RETURNING id
"""
_PEOPLE = """
WITH people AS (
    INSERT INTO contact (created_at, variety_chosen, wants_updates) SELECT :now, false, false FROM generate_series(1, :number)
    RETURNING id
), addresses AS (
    INSERT INTO contact_address (contact_id, channel, address) SELECT id, 'whatsapp', '+bench' || id FROM people RETURNING id, contact_id
)
INSERT INTO conversation (address_id, contact_id, talker, created_at, last_activity_at)
SELECT id, contact_id, 'assistant', :now, :now FROM addresses RETURNING contact_id, id
"""
_BOOKINGS = """
WITH people AS (
    SELECT contact, talk, n
    FROM unnest(cast(:contacts AS bigint[]), cast(:talks AS bigint[])) WITH ORDINALITY AS each(contact, talk, n)
),
wishes AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM unnest(cast(:times AS bigint[])) AS id)
INSERT INTO booking (code, contact_id, conversation_id, appointment_time_id, name, person_key, phone, status, version,
    created_at, changed_at)
SELECT :code || n, contact, talk, wishes.id, 'Sara', 'sara' || n, '+2126' || lpad(n::text, 8, '0'), 'active', 1, :now, :now
FROM generate_series(1, :bookings) AS n
JOIN people USING (n) JOIN wishes ON wishes.place = n % :number
"""
_MANY_OF_ONE = _BOOKINGS.replace(
    "JOIN people USING (n) ", "CROSS JOIN (SELECT contact, talk FROM people) AS one "
)
_TAKEN = """
UPDATE appointment_time SET taken = counted.number
FROM (SELECT appointment_time_id AS id, count(*) AS number FROM booking GROUP BY 1) AS counted
WHERE appointment_time.id = counted.id
"""


def make_times(url: str, *, number: int, capacity: int, stops: int = 1) -> list[int]:
    """The ids of ``number`` new appointment times for each of so many new stops."""
    with make_engine(url).begin() as connection:
        caravan = connection.scalar(text(_CARAVAN), {"now": NOW})
        made = list(connection.scalars(text(_STOP), {"caravan": caravan, "stops": stops}))
        values = {"stops": made, "times": number, "capacity": capacity}
        return list(connection.scalars(text(_TIMES), values))


def make_people(url: str, *, number: int) -> list[Person]:
    """So many people who write on WhatsApp."""
    with make_engine(url).begin() as connection:
        rows = connection.execute(text(_PEOPLE), {"now": NOW, "number": number})
        return [(row[0], row[1]) for row in rows]


def make_bookings(url: str, *, times: list[int], people: list[Person], number: int) -> None:
    """So many bookings, spread over the times: one for each of the people, or all for the only one."""
    values = {
        "contacts": [person[0] for person in people],
        "talks": [person[1] for person in people],
        "times": times,
        "number": len(times),
        "bookings": number,
        "code": f"{times[0]}-",
        "now": NOW,
    }
    with make_engine(url).begin() as connection:
        connection.execute(text(_MANY_OF_ONE if len(people) == 1 else _BOOKINGS), values)
        connection.execute(text(_TAKEN))
    with make_engine(url).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
