"""What Prometheus is told, and who may ask."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from sqlalchemy import text

from bot.services import handoffs, process_metrics
from bot.store.engine import Sessions, transaction
from bot.store.models import Conversation
from tests.web.conftest import Browser, Providers

HERE = "http://127.0.0.1/metrics"
TOKEN = "a-token-of-prometheus"


def samples(answer: httpx.Response) -> dict[str, float]:
    """Each line's name with its labels, and its value."""
    assert answer.status_code == 200, answer.text
    lines = [line for line in answer.text.splitlines() if not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_who_comes_from_outside_finds_nothing(client: Browser) -> None:
    assert client.get("/metrics").status_code == 404


def test_who_comes_through_a_proxy_of_this_machine_finds_nothing(client: Browser) -> None:
    assert client.get(HERE, headers={"X-Forwarded-For": "203.0.113.7"}).status_code == 404


def test_this_machine_may_ask(client: Browser) -> None:
    assert client.get(HERE).status_code == 200


@pytest.mark.parametrize(
    ("shown", "status"), [(f"Bearer {TOKEN}", 200), ("Bearer another", 404), (TOKEN, 404), ("", 404)]
)
def test_who_shows_the_token_may_ask_from_anywhere(
    make_client: Callable[..., Browser], shown: str, status: int
) -> None:
    client = make_client(metrics_token=TOKEN)
    assert client.get("/metrics", headers={"Authorization": shown}).status_code == status


def test_without_a_token_an_empty_one_opens_nothing(client: Browser) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_waiting_jobs_and_their_age_are_told(
    client: Browser, providers: Providers, sessions: Sessions
) -> None:
    providers.whatsapp("salam")
    with transaction(sessions) as session:
        session.execute(text("UPDATE procrastinate_events SET at = at - interval '100 s'"))
    found = samples(client.get(HERE))
    assert found['caravan_queue_jobs{state="todo",task="inbound"}'] == 1
    assert found['caravan_queue_oldest_seconds{state="todo",task="inbound"}'] >= 100
    assert found["caravan_open_turns"] == 1


def test_who_waits_for_a_person_is_counted(
    client: Browser, providers: Providers, sessions: Sessions, clock: Any
) -> None:
    providers.whatsapp("salam")
    with transaction(sessions) as session:
        (conversation,) = session.query(Conversation).all()
        handoffs.request(session, conversation_id=conversation.id, reason="asked", now=clock())
    clock.move(minutes=30)
    found = samples(client.get(HERE))
    assert (found["caravan_handoffs_waiting"], found["caravan_handoff_oldest_seconds"]) == (1, 1800)


def test_webhooks_are_timed_by_route_and_status(client: Browser, providers: Providers) -> None:
    def taken(status: int) -> float:
        found = samples(client.get(HERE))
        wanted = f'route="/webhooks/twilio/messages",status="{status}"'
        return sum(
            value for name, value in found.items() if "webhook_seconds_count" in name and wanted in name
        )

    before = taken(200), taken(403)
    providers.whatsapp("salam")
    client.post("/webhooks/twilio/messages", data={"Body": "x"})
    assert (taken(200) - before[0], taken(403) - before[1]) == (1, 1)


def test_paths_that_anybody_may_invent_make_no_metrics(client: Browser) -> None:
    client.post("/webhooks/0612345678")
    assert "0612345678" not in client.get(HERE).text


def test_what_a_worker_counted_is_told_until_it_is_gone(
    client: Browser, sessions: Sessions, clock: Any
) -> None:
    counted = {"caravan_x": {"type": "counter", "help": "x", "samples": [["caravan_x_total", {"a": "b"}, 7]]}}
    with transaction(sessions) as session:
        process_metrics.store(session, process="worker-2@here", metrics=counted, now=clock())
    name = 'caravan_x_total{a="b",process="worker-2@here"}'
    assert samples(client.get(HERE))[name] == 7
    clock.move(minutes=3)
    assert name not in samples(client.get(HERE))


def test_metrics_hold_nothing_about_a_person(client: Browser, providers: Providers) -> None:
    providers.whatsapp("smiti Fatima Zahra", phone="+212698765432")
    told = client.get(HERE).text
    assert "caravan_queue_jobs" in told
    assert not re.search(r"98765432|Fatima|smiti", told)


def test_every_alert_is_about_a_metric_that_exists_and_explains_itself(client: Browser, root: Path) -> None:
    told = client.get(HERE).text
    known = set(re.findall(r"^# TYPE (\S+)", told, re.MULTILINE)) | {"up"}
    rules = yaml.safe_load((root / "deploy" / "alerts.yml").read_text(encoding="utf-8"))["groups"][0]["rules"]
    for rule in rules:
        used = set(re.findall(r"\b(caravan_\w+|up)\b", str(rule["expr"])))
        named = {re.sub(r"_(bucket|count|sum)$", "", name) for name in used}
        assert used, rule
        assert named <= known, (rule["alert"], named - known)
        assert len(rule["annotations"]["description"]) > 20
