"""Why the product cannot start or go on."""

from __future__ import annotations

from bot.problem import Problem


class StartError(Problem):
    """The product cannot start."""


class DatabaseError(StartError):
    """The embedded database cannot be made or reached."""
