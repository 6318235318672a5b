"""Which meanings are worth asking back when a message was not understood."""

from __future__ import annotations

from collections.abc import Iterable

INFORMATION = frozenset(
    {
        "ask_about_caravan",
        "ask_organizers",
        "ask_dates",
        "ask_stop_date",
        "ask_nearest_stop",
        "ask_directions",
        "ask_opening_hours",
        "ask_services",
        "ask_eligibility",
        "ask_cost",
        "ask_documents",
        "ask_contact",
        "ask_jobs",
        "ask_training",
        "ask_auto_entrepreneur",
        "ask_cooperative",
        "ask_financing",
        "ask_project_support",
    }
)
"""Questions about the caravan and its services."""
ASKABLE = INFORMATION | frozenset(
    {
        "book_slot",
        "check_booking",
        "reschedule_booking",
        "cancel_booking",
        "submit_idea",
        "check_idea",
        "talk_to_human",
        "subscribe_updates",
        "unsubscribe",
        "change_language",
        "ask_privacy",
        "delete_my_data",
        "bot_challenge",
    }
)
"""What may be offered as a meaning: everything that a person can want, no courtesies."""
COURTESIES = frozenset(
    {
        "greet",
        "goodbye",
        "thank",
        "affirm",
        "deny",
        "ask_help",
        "go_back",
        "inform",
        "complain",
        "out_of_scope",
    }
)
"""What is said to keep a conversation going, and what is no business of the assistant's."""
MOST = 3
LEAST_LIKELY = 0.05
"""Chosen on the development set: of the refused messages that meant something, four in five have it among these; of those out of scope,
less than one in five is asked back."""


def likely(ranking: Iterable[tuple[str, float]], *, besides: str | None = None) -> tuple[str, ...]:
    """Of the intents of ``ranking`` (name and probability, likeliest first) those worth asking back, without ``besides``."""
    names = [name for name, share in ranking if share >= LEAST_LIKELY]
    return tuple(name for name in names if name in ASKABLE and name != besides)[:MOST]
