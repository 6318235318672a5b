"""Who answers."""

from __future__ import annotations

from bot.core.routing import Route, Talker, route


def test_the_assistant_answers_only_while_it_holds_the_conversation() -> None:
    assert {talker: route(talker) for talker in Talker} == {
        Talker.ASSISTANT: Route.ASSISTANT,
        Talker.WAITING: Route.COACH,
        Talker.COACH: Route.COACH,
    }
