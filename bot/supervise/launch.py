"""Becomes another program, tied to the life of its parent: `python -I launch.py [options] -- COMMAND …`.

Run by its path, with the standard library only, so that it costs a few hundredths of a second.
--end-with SIGNAL   the program gets this signal when its parent dies (Linux)
--user NAME         the program runs as this user (only root can ask for that)
--nice NUMBER       the program gives way to others by so much (0 to 19)
--hide NAMES        environment variables that the program is not given, separated by commas
"""

import argparse
import ctypes
import os
import pwd
import signal
import sys
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def main(arguments: list[str]) -> None:
    """Does not return."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--end-with", default="TERM")
    parser.add_argument("--user")
    parser.add_argument("--hide", default="")
    parser.add_argument("--nice", type=int, default=0)
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args(arguments)
    parent = os.getppid()
    for name in filter(None, asked.hide.split(",")):
        os.environ.pop(name, None)
    leave_session()
    give_way(asked.nice)
    if asked.user:
        become(asked.user)
    # After the change of user, because that change clears it.
    end_with_parent(signal.Signals[f"SIG{asked.end_with}"])
    if os.getppid() != parent:
        sys.exit("the parent process is gone")
    os.execvp(asked.command[0], asked.command)


def leave_session() -> None:
    """Begins a session of its own: Linux may share processors out among sessions first, and then niceness only counts within each."""
    with suppress(OSError):
        # Who leads a group of processes cannot begin a session; the group that it leaves has nobody else in it.
        os.setpgid(0, os.getpgid(os.getppid()))
        os.setsid()


def give_way(nice: int) -> None:
    """Leaves the processors to others where they want them; so does its session as a whole, where the kernel knows of that."""
    os.nice(nice)
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(nice), encoding="ascii")


def become(name: str) -> None:
    """Gives up root for the user `name`, for good."""
    user = pwd.getpwnam(name)
    os.initgroups(name, user.pw_gid)
    os.setgid(user.pw_gid)
    os.setuid(user.pw_uid)
    os.environ.update(HOME=user.pw_dir, USER=name, LOGNAME=name)


def end_with_parent(number: signal.Signals) -> None:
    """Asks the kernel to send this process `number` when its parent ends; only Linux can."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(number))


if __name__ == "__main__":
    main(sys.argv[1:])
