"""The graph without its scheduler: the same nodes in an order that serves them all, and none that a target does not need."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from rasa.engine.graph import GraphSchema, SchemaNode

from bot.rasa_components.straight_graph import straight


def runner(ran: list[str]) -> Any:
    """c needs a and b, b needs a, a needs the message; d needs the message alone."""

    def node(name: str) -> SchemaNode:
        needs = {
            "a": {"m": "__message__"},
            "b": {"a": "a"},
            "c": {"b": "b", "a": "a"},
            "d": {"m": "__message__"},
        }
        return SchemaNode(needs=needs[name], uses=object, constructor_name="", fn="", config={})

    def component(name: str) -> Any:
        def run(*inputs: tuple[str, str]) -> tuple[str, str]:
            ran.append(name)
            return name, name + "(" + ",".join(f"{key}={value}" for key, value in inputs) + ")"

        return run

    schema = GraphSchema({name: node(name) for name in "cdba"})
    return SimpleNamespace(
        _graph_schema=schema, _instantiated_nodes={name: component(name) for name in "abcd"}
    )


def test_a_target_is_run_after_what_it_needs_and_nothing_else_is() -> None:
    ran: list[str] = []
    run = straight(runner(ran))
    for message in ("x", "y"):
        found = run(inputs={"__message__": message}, targets=["c"])
        assert found == {"c": f"c(b=b(a=a(__message__={message})),a=a(__message__={message}))"}
    assert ran == ["a", "b", "c"] * 2
