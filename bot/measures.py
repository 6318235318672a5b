"""What a process counts and times, for Prometheus. Never anything about a person: labels are names of ours and of providers.

One set of instruments per process. Every process stores what it counted now and then (:mod:`bot.services.process_metrics`), so that
whichever web process is asked for ``/metrics`` tells of all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.metrics_core import Metric

REGISTRY = CollectorRegistry()

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0, 600.0)

TURN_SECONDS = Histogram(
    "caravan_turn_seconds",
    "From the moment a turn is taken up to the moment its answer is stored.",
    buckets=_SECONDS,
    registry=REGISTRY,
)
ANSWER_SECONDS = Histogram(
    "caravan_answer_seconds",
    "From the storing of a message to the provider's taking of the first part of its answer, by the product's clock.",
    buckets=_SECONDS,
    registry=REGISTRY,
)
TURNS = Counter(
    "caravan_turns",
    "Tries of turns by what came of them: answered, failed (tried again), given_up.",
    ("result",),
    registry=REGISTRY,
)
SENDS = Counter(
    "caravan_sends",
    "Calls of a provider by channel and result: sent, or the class of the error.",
    ("channel", "result"),
    registry=REGISTRY,
)
WINDOW_MISSES = Counter(
    "caravan_window_misses",
    "Messages that came too late for WhatsApp's 24 hours, by what took their place: template, sms, nothing.",
    ("instead",),
    registry=REGISTRY,
)
STALLED = Counter(
    "caravan_stalled_jobs_resumed",
    "Jobs that were taken up again because their worker was gone.",
    registry=REGISTRY,
)
TICKS_FAILED = Counter(
    "caravan_ticks_failed", "Rounds of the worker's own work that failed.", registry=REGISTRY
)
WEBHOOK_SECONDS = Histogram(
    "caravan_webhook_seconds",
    "From a provider's request to its acknowledgement.",
    ("route", "status"),
    buckets=_SECONDS,
    registry=REGISTRY,
)


def snapshot() -> dict[str, Any]:
    """What this process has counted, as JSON: by name of the metric its type, help and samples."""
    return {
        metric.name: {
            "type": metric.type,
            "help": metric.documentation,
            "samples": [[sample.name, dict(sample.labels), sample.value] for sample in metric.samples],
        }
        for metric in REGISTRY.collect()
    }


def merged(snapshots: Iterable[tuple[str, dict[str, Any]]]) -> list[Metric]:
    """The metrics of several processes, each sample labelled with its process's name."""
    found: dict[str, Metric] = {}
    for process, metrics in snapshots:
        for name, content in metrics.items():
            metric = found.setdefault(name, Metric(name, content["help"], content["type"]))
            for sample, labels, value in content["samples"]:
                metric.add_sample(sample, {**labels, "process": process}, value)
    return list(found.values())
