"""The product's exception tree.

Every error that the product raises on purpose descends from :class:`AnaM3akError`. Whether trying again may help is a field of the
error, decided where the cause is known, never guessed by the code that catches it.
"""

from __future__ import annotations


class AnaM3akError(Exception):
    """Root of the tree. ``retryable``: the same call may succeed later without anybody changing anything."""

    retryable: bool = False


class InvalidInput(AnaM3akError):
    """What a provider, a person or a file gave cannot be used. Web code answers 4xx, never 500."""


class NotFound(AnaM3akError):
    """The thing that was named does not exist (any more)."""


class Conflict(AnaM3akError):
    """The state has moved on: somebody else took it, or it was done already."""
