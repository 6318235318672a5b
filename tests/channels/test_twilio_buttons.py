"""Buttons on WhatsApp, and the numbered lines that stand in for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.channels.errors import FailureKind
from bot.channels.twilio_content import MemoryTemplates
from bot.core.messages import Button, Location

from .provider import Drop, Provider, Reply
from .twilio_calls import (
    BUTTONS,
    CONTENT_SID,
    CONTENTS,
    MANY,
    MESSAGES,
    SID,
    MakeSender,
    content,
    created,
    failure,
    refused,
    send,
    taken,
)


def always(buttons: tuple[Button, ...]) -> bool:
    return True


def test_short_choices_are_quick_replies(provider: Provider, make_sender: MakeSender) -> None:
    provider.script(created(), taken())

    result = send(make_sender(fixed_buttons=always), content(text="On y va ?", buttons=BUTTONS))

    assert result.provider_id == SID
    create, deliver = provider.calls
    assert create.path == CONTENTS
    assert create.headers["content-type"] == "application/json"
    assert create.json["types"] == {
        "twilio/quick-reply": {
            "body": "{{1}}",
            "actions": [
                {"type": "QUICK_REPLY", "title": "1. Oui", "id": "/affirm"},
                {"type": "QUICK_REPLY", "title": "2. Non", "id": "/deny"},
            ],
        }
    }
    assert deliver.path == MESSAGES
    assert deliver.form["ContentSid"] == CONTENT_SID
    assert json.loads(deliver.form["ContentVariables"]) == {"1": "On y va ?"}
    assert "Body" not in deliver.form
    assert deliver.form["StatusCallback"].endswith("?outbound=41")


def test_more_choices_are_a_list(provider: Provider, make_sender: MakeSender) -> None:
    provider.script(created(), taken())
    sender = make_sender(fixed_buttons=always, list_title=lambda buttons: "Choisir")

    send(sender, content(buttons=MANY))

    picker = provider.calls[0].json["types"]["twilio/list-picker"]
    assert picker["button"] == "Choisir"
    assert picker["items"][4] == {"item": "5. Choix 5", "id": "/choice_5"}


def test_a_template_is_created_once(provider: Provider, make_sender: MakeSender) -> None:
    provider.script(created(), taken(), taken(), taken())
    templates = MemoryTemplates()
    sender = make_sender(fixed_buttons=always, templates=templates)

    send(sender, content(text="Un", buttons=BUTTONS))
    send(sender, content(text="Deux", buttons=BUTTONS))
    send(make_sender(fixed_buttons=always, templates=templates), content(text="Trois", buttons=BUTTONS))

    assert provider.paths() == [CONTENTS, MESSAGES, MESSAGES, MESSAGES]


@pytest.mark.parametrize(
    "changes",
    [
        {"buttons": MANY},
        {"buttons": (Button(title="Un titre de plus de vingt", payload="/a"),)},
        {"buttons": BUTTONS, "text": "a" * 1025},
        {"buttons": BUTTONS, "location": Location(latitude=1.0, longitude=2.0)},
        {"buttons": (BUTTONS[0], BUTTONS[0])},
        {"buttons": ()},
    ],
)
def test_what_does_not_fit_goes_as_text(
    provider: Provider, make_sender: MakeSender, changes: dict[str, Any]
) -> None:
    provider.script(taken())

    send(make_sender(fixed_buttons=always), content(**changes))

    assert provider.paths() == [MESSAGES]
    assert "Body" in provider.calls[0].form


def test_choices_of_one_person_get_no_template(provider: Provider, make_sender: MakeSender) -> None:
    provider.script(taken())

    send(make_sender(fixed_buttons=lambda buttons: buttons != BUTTONS), content(buttons=BUTTONS))

    assert provider.paths() == [MESSAGES]


@pytest.mark.parametrize(
    "answer", [refused(20001), refused(20003, 403), refused(20429, 429), refused(20500, 500), Drop()]
)
def test_a_template_that_is_not_created_loses_no_message(
    provider: Provider, make_sender: MakeSender, answer: Reply | Drop
) -> None:
    provider.script(answer, taken())

    result = send(make_sender(fixed_buttons=always), content(text="On y va ?", buttons=BUTTONS))

    assert result.provider_id == SID
    assert provider.paths() == [CONTENTS, MESSAGES]
    assert provider.calls[1].form["Body"] == "On y va ?\n\n1. Oui\n2. Non"


def test_a_refused_template_is_not_asked_for_again(provider: Provider, make_sender: MakeSender) -> None:
    provider.script(refused(20001), taken(), taken())
    sender = make_sender(fixed_buttons=always)

    send(sender, content(buttons=BUTTONS))
    send(sender, content(buttons=BUTTONS))

    assert provider.paths() == [CONTENTS, MESSAGES, MESSAGES]


def test_a_refused_message_with_buttons_goes_as_text(provider: Provider, make_sender: MakeSender) -> None:
    provider.script(created(), refused(63013), taken())

    send(make_sender(fixed_buttons=always), content(text="On y va ?", buttons=BUTTONS))

    assert provider.paths() == [CONTENTS, MESSAGES, MESSAGES]
    assert provider.calls[2].form["Body"] == "On y va ?\n\n1. Oui\n2. Non"


def test_a_template_that_is_gone_is_created_anew(provider: Provider, make_sender: MakeSender) -> None:
    templates = MemoryTemplates()
    sender = make_sender(fixed_buttons=always, templates=templates)
    provider.script(created(), taken())
    send(sender, content(buttons=BUTTONS))
    other = Reply(status=201, body={"sid": "HX" + "f" * 32})
    provider.script(refused(21655), other, taken())

    send(sender, content(buttons=BUTTONS))

    assert provider.paths()[2:] == [MESSAGES, CONTENTS, MESSAGES]
    assert provider.calls[-1].form["ContentSid"] == "HX" + "f" * 32


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refused(21610), FailureKind.SUPPRESS),
        (refused(63003), FailureKind.PERMANENT),
        (refused(20429, 429), FailureKind.RETRY),
        (refused(20500, 500), FailureKind.AMBIGUOUS),
        (Drop(), FailureKind.AMBIGUOUS),
    ],
)
def test_a_message_with_buttons_is_sent_at_most_once(
    provider: Provider, make_sender: MakeSender, answer: Reply | Drop, kind: FailureKind
) -> None:
    provider.script(created(), answer)

    error = failure(make_sender(fixed_buttons=always), content(buttons=BUTTONS))

    assert error.kind is kind
    assert provider.paths() == [CONTENTS, MESSAGES]
