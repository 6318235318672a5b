"""What the providers do wrong from now on."""

from __future__ import annotations

import random
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Rate = Annotated[float, Field(ge=0, le=1)]
Verdict = Literal["pass", "error", "throttle"]
Item = TypeVar("Item")


class Faults(BaseModel):
    """The whole state; a partial change is validated against these fields too.

    ``delay_ms`` holds back every answer of the provider APIs. ``duplicate_webhooks`` is the number of further
    copies of each webhook. ``seed`` repeats the same luck.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    delay_ms: Annotated[int, Field(ge=0, le=120_000)] = 0
    error_rate: Rate = 0.0
    throttle_rate: Rate = 0.0
    drop_after_accept_rate: Rate = 0.0
    duplicate_webhooks: Annotated[int, Field(ge=0, le=20)] = 0
    shuffle_webhooks: bool = False
    down: bool = False
    status_callbacks: Literal["normal", "duplicated", "reordered", "none"] = "normal"
    seed: int | None = None


class FaultBox:
    """The current faults, and the luck that decides each time."""

    def __init__(self) -> None:
        self.state = Faults()
        self._random = random.Random()

    def replace(self, changes: dict[str, object]) -> Faults:
        """Replace what is given, keep the rest; a ``seed`` starts its luck anew.

        Raises pydantic.ValidationError.
        """
        self.state = Faults.model_validate({**self.state.model_dump(), **changes})
        if "seed" in changes:
            self._random = random.Random(self.state.seed)
        return self.state

    def verdict(self) -> Verdict:
        """What happens to one request. Always draws twice: one rate does not shift the luck of the other."""
        error, throttle = self._random.random(), self._random.random()
        if error < self.state.error_rate:
            return "error"
        return "throttle" if throttle < self.state.throttle_rate else "pass"

    def drops(self) -> bool:
        """Whether the connection dies after a message was accepted."""
        return self._random.random() < self.state.drop_after_accept_rate

    def shuffled(self, items: list[Item]) -> list[Item]:
        """The items in another order; two or more never stay as they were."""
        if len(items) < 2:
            return items
        order = list(range(len(items)))
        while order == sorted(order):
            self._random.shuffle(order)
        return [items[place] for place in order]
