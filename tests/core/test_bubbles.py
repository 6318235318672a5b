"""What is said in one turn becomes as few messages as fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.bubbles import MAX_CHARACTERS, Bubble, merge, with_numbers
from bot.core.messages import Button, Channel, InputRequest

YES, NO, BACK = (Button(title=title, payload=f"/{title}") for title in ("oui", "non", "retour"))
BUTTONS = st.lists(st.sampled_from([YES, NO, BACK]), unique=True, max_size=3).map(tuple)
BUBBLES = st.lists(
    st.builds(
        Bubble,
        text=st.builds(lambda letter, count: letter * count, st.sampled_from("ab"), st.integers(1, 700)),
        buttons=BUTTONS,
        request=st.sampled_from([None, None, InputRequest.CONTACT.value]),
    ),
    max_size=6,
)
CHANNELS = st.sampled_from(list(Channel))


def test_choices_follow_the_text_as_numbered_lines() -> None:
    assert with_numbers("Tu viens ?", [YES, NO]) == "Tu viens ?\n\n1. oui\n2. non"
    assert with_numbers("Salam", []) == "Salam"


def test_neighbours_become_one_message() -> None:
    first, second = Bubble(text="Salam"), Bubble(text="Où es-tu ?", buttons=(YES,))
    assert merge([first, second], Channel.WHATSAPP) == (Bubble(text="Salam\n\nOù es-tu ?", buttons=(YES,)),)


def test_choices_survive_a_text_that_follows() -> None:
    asked, added = Bubble(text="Tu viens ?", buttons=(YES, NO)), Bubble(text="C'est gratuit.")
    assert merge([asked, added], Channel.TELEGRAM)[0].buttons == (YES, NO)


def test_a_request_ends_its_message() -> None:
    asked = Bubble(text="Où es-tu ?", request="location", request_title="Envoyer ma position")
    assert merge([Bubble(text="Salam"), asked, Bubble(text="Merci")], Channel.TELEGRAM) == (
        Bubble(text="Salam\n\nOù es-tu ?", request="location", request_title="Envoyer ma position"),
        Bubble(text="Merci"),
    )


@pytest.mark.parametrize("channel", list(Channel))
def test_two_messages_are_joined_up_to_the_channels_length(channel: Channel) -> None:
    longest = MAX_CHARACTERS[channel]
    first, fits, too_long = (
        Bubble(text="a"),
        Bubble(text="b" * (longest - 3)),
        Bubble(text="b" * (longest - 2)),
    )
    assert len(merge([first, fits], channel)) == 1
    assert merge([first, too_long], channel) == (first, too_long)


@pytest.mark.parametrize("position", [0, 1])
def test_the_choices_count_too_wherever_they_stand(position: int) -> None:
    longest = MAX_CHARACTERS[Channel.SMS]
    texts = [Bubble(text="a"), Bubble(text="b" * (longest - 3))]
    texts[position] = Bubble(text=texts[position].text, buttons=(YES,))
    assert len(merge(texts, Channel.SMS)) == 2


def test_of_two_questions_only_the_last_keeps_its_choices() -> None:
    first, second = Bubble(text="a" * 500, buttons=(YES, NO)), Bubble(text="b" * 500, buttons=(BACK,))
    assert merge([first, second], Channel.SMS) == (Bubble(text="a" * 500), second)


@given(bubbles=BUBBLES, channel=CHANNELS)
def test_no_word_is_lost_and_a_number_has_one_meaning(bubbles: list[Bubble], channel: Channel) -> None:
    merged = merge(bubbles, channel)
    assert "\n\n".join(bubble.text for bubble in merged) == "\n\n".join(bubble.text for bubble in bubbles)
    asked = [bubble.buttons for bubble in bubbles if bubble.buttons]
    assert [bubble.buttons for bubble in merged if bubble.buttons] == asked[-1:]
    assert [b.request for b in merged if b.request] == [b.request for b in bubbles if b.request]
    for bubble in merged:
        alone = any(bubble.text == single.text for single in bubbles)
        assert alone or len(with_numbers(bubble.text, bubble.buttons)) <= MAX_CHARACTERS[channel]
