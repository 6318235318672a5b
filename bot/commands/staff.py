"""Accounts of the console."""

from __future__ import annotations

import argparse
import getpass
import sys

from bot.config import load_settings
from bot.core.errors import AnaM3akError
from bot.core.roles import Role
from bot.problem import Problem
from bot.progress import say
from bot.supervise import database


def configure(parser: argparse.ArgumentParser) -> None:
    """``add NAME`` or ``password NAME``; the password is asked for, or read from standard input."""
    parser.add_argument(
        "what", choices=("add", "password"), help="make an account, or give one a new password"
    )
    parser.add_argument("username", help="small letters, digits, dots, dashes or underscores")
    parser.add_argument("--name", default="", help="the name that colleagues see")
    parser.add_argument(
        "--role",
        choices=[role.value for role in Role],
        default=Role.COACH.value,
        help="what a new account may do (coach, where nothing is said)",
    )


def execute(arguments: argparse.Namespace) -> int:
    """Makes or changes one account."""
    # Imported here: the other commands do not pay for the store and the services.
    from bot.services import staff
    from bot.store.clock import real_clock
    from bot.store.engine import make_engine, make_sessions, transaction

    password = _password()
    with database.available(load_settings()) as url:
        engine = make_engine(url)
        try:
            with transaction(make_sessions(engine)) as session:
                if arguments.what == "add":
                    staff.create(
                        session,
                        username=arguments.username,
                        password=password,
                        display_name=arguments.name,
                        role=Role(arguments.role),
                        now=real_clock(),
                    )
                else:
                    staff.set_password(session, username=arguments.username, password=password)
        except AnaM3akError as problem:
            raise Problem(f"{problem}.") from None
        finally:
            engine.dispose()
    say(f"The account {arguments.username} is ready.")
    return 0


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Once more: "):
        raise Problem("The two passwords are not the same.")
    return first
