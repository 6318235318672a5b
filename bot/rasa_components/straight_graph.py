"""Rasa's graph of components run one after the other: Rasa hands it to a scheduler for each message, and for each of its actions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Run = Callable[..., dict[str, Any]]


def straight(runner: Any) -> Run:
    """What does the same as ``runner.run``: the nodes that a target needs, each after those that it needs itself."""
    schema, nodes = runner._graph_schema, runner._instantiated_nodes
    orders: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = {}

    def run(inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        wanted = tuple(targets or schema.target_names)
        if wanted not in orders:
            orders[wanted] = _order(schema.minimal_graph_schema(list(wanted)).nodes)
        done = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, needs in orders[wanted]:
            done[name] = nodes[name](*(done[need] for need in needs))
        return dict(done[name] for name in wanted)

    return run


def _order(nodes: dict[str, Any]) -> list[tuple[str, tuple[str, ...]]]:
    found: list[tuple[str, tuple[str, ...]]] = []
    seen: set[str] = set()

    def visit(name: str) -> None:
        if name in seen or name not in nodes:
            return  # what is no node is an input of the run
        seen.add(name)
        needs = tuple(nodes[name].needs.values())
        for need in needs:
            visit(need)
        found.append((name, needs))

    for name in nodes:
        visit(name)
    return found
