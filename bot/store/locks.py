"""What is said of work that is left because somebody else has its rows."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal


class Left(Enum):
    """Why something is not done yet."""

    LATER = "later"


LATER: Final = Left.LATER
"""Not done: somebody else has the rows, and whoever works on many things at once does not wait for one of them."""
Later = Literal[Left.LATER]
