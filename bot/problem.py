"""What a person at the terminal can mend."""

from __future__ import annotations


class Problem(Exception):
    """The command stops here; the text is one or two sentences that say what is wrong and what to do."""

    retryable = False
