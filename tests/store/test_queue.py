"""A job exists if and only if the transaction that caused it commits."""

from __future__ import annotations

from sqlalchemy import text

from bot.core.sending_rules import policy_of
from bot.store import queue
from bot.store.engine import Sessions, transaction

JOBS = "SELECT task_name, lock, priority, args, status::text FROM procrastinate_jobs ORDER BY id"


def jobs(sessions: Sessions) -> list[tuple[object, ...]]:
    with sessions() as session:
        return [tuple(row) for row in session.execute(text(JOBS))]


def test_a_job_commits_with_its_transaction(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        queue.defer_media(session, media_id=17)
        assert jobs(sessions) == [], "nobody sees it before"
    assert jobs(sessions) == [("media", "media:17", queue.PRIORITY_MEDIA, {"media_id": 17}, "todo")]


def test_a_job_is_rolled_back_with_its_transaction(sessions: Sessions) -> None:
    with sessions() as session:
        queue.defer_media(session, media_id=17)
        queue.defer_sends(session, {9: queue.Send(channel="sms", address_lock=4, priority=10)})
        session.rollback()
    assert jobs(sessions) == []


def test_a_job_is_rolled_back_with_its_savepoint(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        queue.defer_media(session, media_id=1)
        savepoint = session.begin_nested()
        queue.defer_media(session, media_id=2)
        savepoint.rollback()
        queue.defer_media(session, media_id=3)
    assert [job[3] for job in jobs(sessions)] == [{"media_id": 1}, {"media_id": 3}]


def test_what_is_sent_is_locked_by_address_and_channel_and_shows_neither_number_nor_name(
    sessions: Sessions,
) -> None:
    with transaction(sessions) as session:
        for channel in ("sms", "telegram"):
            queue.defer_sends(session, {9: queue.Send(channel=channel, address_lock=4, priority=20)})
    assert jobs(sessions) == [
        ("outbound", f"send:{channel}:4", 20, {"outbound_id": 9}, "todo") for channel in ("sms", "telegram")
    ]


def test_one_job_of_a_lock_runs_at_a_time_in_order_others_beside_it(sessions: Sessions) -> None:
    with transaction(sessions) as session:
        for outbound_id, address in ((1, 3), (2, 3), (3, 8)):
            send = queue.Send(channel="sms", address_lock=address, priority=30)
            queue.defer_sends(session, {outbound_id: send})
    fetch = text("SELECT args FROM procrastinate_fetch_job_v2(NULL, NULL)")
    finish = text(
        "SELECT procrastinate_finish_job_v1(id, 'succeeded', true)"
        " FROM procrastinate_jobs WHERE args ->> 'outbound_id' = '1'"
    )
    with transaction(sessions) as session:
        fetched = [session.scalar(fetch) for _ in range(3)]
        session.execute(finish)
        fetched.append(session.scalar(fetch))
    assert fetched == [{"outbound_id": 1}, {"outbound_id": 3}, None, {"outbound_id": 2}]


def test_answers_go_first_then_coaches_then_reminders(sessions: Sessions) -> None:
    priorities = [policy_of(kind).priority for kind in ("reminder", "coach", "reply")]
    with transaction(sessions) as session:
        sends = {
            number: queue.Send(channel="sms", address_lock=number, priority=priority)
            for number, priority in enumerate(priorities)
        }
        queue.defer_sends(session, sends)
    with transaction(sessions) as session:
        fetch = text("SELECT (args ->> 'outbound_id')::int FROM procrastinate_fetch_job_v2(NULL, NULL)")
        assert [session.scalar(fetch) for _ in priorities] == [2, 1, 0]


def test_a_job_in_a_workers_hands_is_there_and_gone_with_its_transaction(sessions: Sessions) -> None:
    def hold(outbound_id: int) -> int | None:
        with transaction(sessions) as session:
            worker = session.scalar(text("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id"))
            send = queue.Send(channel="sms", address_lock=4, priority=30)
            return queue.hold_send(session, outbound_id=outbound_id, send=send, worker_id=worker)

    held = hold(9)
    assert held is not None
    assert jobs(sessions) == [("outbound", "send:sms:4", 30, {"outbound_id": 9}, "doing")]
    assert hold(10) is None, "one at a time to an address"
    with sessions() as session:
        queue.take_off(session, held)
        session.rollback()
    assert len(jobs(sessions)) == 1
    with transaction(sessions) as session:
        queue.take_off(session, held)
    assert jobs(sessions) == []
