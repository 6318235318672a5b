"""Choices as templates of Twilio."""

from __future__ import annotations

import pytest

from bot.channels.twilio_content import ContentPlan, plan
from bot.core.messages import Button

YES_NO = (Button(title="نعم", payload="/affirm"), Button(title="لا", payload="/deny"))


def planned(text: str, buttons: tuple[Button, ...] = YES_NO, list_title: str | None = None) -> ContentPlan:
    found = plan(text, buttons, list_title=list_title)
    assert found is not None
    return found


def body(found: ContentPlan) -> str:
    (shape,) = found.request["types"].values()
    text: str = shape["body"]
    return text


def test_each_line_is_a_variable() -> None:
    """A variable with a line break in it is refused."""
    found = planned("Salam\n\n - wa7d\n\tjouj".replace("\t", " "))

    assert body(found) == "{{1}}\n\n{{2}}\n{{3}}"
    assert found.variables == {"1": "Salam", "2": "- wa7d", "3": "jouj"}
    assert set(found.request["variables"]) == {"1", "2", "3"}


def test_the_same_choices_and_shape_are_the_same_template() -> None:
    assert planned("Un\nDeux").key == planned("Trois\nQuatre").key
    assert planned("Un").key != planned("Un\nDeux").key
    assert planned("Un").key != planned("Un", (YES_NO[1], YES_NO[0])).key
    assert planned("Un").request == planned("Deux").request


def test_numbers_are_left_out_where_they_do_not_fit() -> None:
    (title,) = (
        action["title"] for action in _actions(planned("Un", (Button(title="x" * 20, payload="/a"),)))
    )

    assert title == "x" * 20


def _actions(found: ContentPlan) -> list[dict[str, str]]:
    actions: list[dict[str, str]] = found.request["types"]["twilio/quick-reply"]["actions"]
    return actions


def test_three_long_titles_are_a_list() -> None:
    buttons = tuple(Button(title=f"Une commune assez loin {n}", payload=f"/{n}") for n in range(3))

    assert "twilio/list-picker" in planned("Un", buttons, "Choisir").request["types"]


@pytest.mark.parametrize(("title", "language"), [("نعم", "ar"), ("Oui", "fr"), ("wakha", "fr")])
def test_the_language_is_that_of_the_choices(title: str, language: str) -> None:
    assert planned("Un", (Button(title=title, payload="/a"),)).request["language"] == language


@pytest.mark.parametrize("text", ["", "  \n", "a\tb", "a     b", "{{1}}", "a" * 1025, "\n".join("a" * 21)])
def test_texts_that_a_template_cannot_carry(text: str) -> None:
    assert plan(text, YES_NO) is None


@pytest.mark.parametrize("list_title", [None, "", "un titre de plus de vingt signes"])
def test_a_list_needs_a_short_title(list_title: str | None) -> None:
    buttons = tuple(Button(title=str(n), payload=f"/{n}") for n in range(4))

    assert plan("Un", buttons, list_title=list_title) is None


@pytest.mark.parametrize(("count", "fits"), [(0, False), (10, True), (11, False)])
def test_a_list_has_up_to_ten_items(count: int, fits: bool) -> None:
    buttons = tuple(Button(title=f"Choix {n}", payload=f"/{n}") for n in range(count))

    assert (plan("Un", buttons, list_title="Choisir") is not None) is fits
