"""Why the set-up cannot go on."""

from __future__ import annotations


class InstallError(Exception):
    """The set-up stops; the text is one sentence that says what is wrong and what to do."""

    retryable = False
