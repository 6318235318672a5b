"""Reading forms with many fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from bot.channels.storable import storable

MOST = 1000
"""Characters of one field; the longest are links of maps."""


async def _fields(request: Request) -> Mapping[str, str]:
    form = await request.form()
    return {
        name: str(storable(value))[:MOST].strip() for name, value in form.items() if isinstance(value, str)
    }


Fields = Annotated[Mapping[str, str], Depends(_fields)]
"""All texts of a form by name."""
