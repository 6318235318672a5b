"""The only way to add a route to the console: it does not go without saying which roles may use it.

A form is taken only with the token of its session; that is seen to here as well, so that no handler can forget it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from fastapi import APIRouter, Depends
from starlette.requests import Request

from bot.core.roles import Roles
from bot.web.console.access import (
    CONSOLE,
    CsrfField,
    Member,
    Staff,
    check_csrf,
    check_open_form,
)
from bot.web.errors import HttpError

ANYBODY: Final = None
"""Declared for the few pages that are there before a login."""
DECLARED = "x-roles"
"""Where a route keeps its declaration: the names of its roles, an empty list for :data:`ANYBODY`."""

Handler = TypeVar("Handler", bound=Callable[..., Any])
Declaration = Roles | None


class RoleRefused(HttpError):
    """Somebody of the staff asks for what their role may not use."""

    def __init__(self) -> None:
        super().__init__(403, "Your role may not do this.", kind="role_refused")


class FactorNeeded(HttpError):
    """The role needs a second factor, and this member of the staff has none yet. ``location`` is where to set it up."""

    location = f"{CONSOLE}/account/second-factor"

    def __init__(self) -> None:
        super().__init__(403, "Set up a second factor first.", kind="factor_needed")


class ConsoleRouter(APIRouter):
    """Routes of the console: pages, which change nothing, and forms, which do.

    ``before_factor`` is for what somebody may do whose role needs a second factor that they do not have yet.
    """

    def page(
        self, path: str, *, roles: Declaration, before_factor: bool = False
    ) -> Callable[[Handler], Handler]:
        """A page for ``roles``, by GET."""
        entry = _entry(roles, before_factor=before_factor)
        return self.get(path, dependencies=[Depends(entry)], openapi_extra=_declared(roles))

    def form(
        self, path: str, *, roles: Declaration, before_factor: bool = False
    ) -> Callable[[Handler], Handler]:
        """What the forms of our pages are sent to by ``roles``, by POST."""
        entry = _form_entry(roles, before_factor=before_factor)
        return self.post(path, dependencies=[Depends(entry)], openapi_extra=_declared(roles))


def _declared(roles: Declaration) -> dict[str, Any]:
    return {DECLARED: sorted(role.value for role in roles or ())}


def _entry(roles: Declaration, *, before_factor: bool) -> Callable[..., None]:
    if roles is ANYBODY:
        return _open_entry

    def enter(who: Staff) -> None:
        _check_member(who, roles, before_factor)

    return enter


def _form_entry(roles: Declaration, *, before_factor: bool) -> Callable[..., None]:
    if roles is ANYBODY:
        return _open_form_entry

    def enter(who: Staff, csrf: CsrfField = "") -> None:
        _check_member(who, roles, before_factor)
        check_csrf(who, csrf)

    return enter


def _open_entry() -> None:
    """Nothing is asked for."""


def _open_form_entry(request: Request, csrf: CsrfField = "") -> None:
    check_open_form(request, csrf)


def _check_member(who: Member, allowed: Roles, before_factor: bool) -> None:
    if who.role not in allowed:
        raise RoleRefused
    if who.lacks_factor and not before_factor:
        raise FactorNeeded
