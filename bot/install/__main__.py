"""`python3 -m bot.install [run|test]`: sets up what `make run` or `make test` needs.

Started by whatever `python3` is, so this module and `interpreters` stay readable for old Pythons: where that
one is too old, the set-up goes on under one that is new enough.
"""

import os
import sys

from bot.install import interpreters


def main(arguments):  # type: (list[str]) -> int
    if sys.version_info < interpreters.OLDEST_APP:
        return _again_under_newer(arguments)
    from bot.install import setup

    return setup.main(arguments)


def _again_under_newer(arguments):  # type: (list[str]) -> int
    newer = interpreters.find_app_python()
    if newer is not None:
        os.execv(newer, [newer, "-m", "bot.install", *arguments])
    sys.stderr.write(interpreters.NO_APP_PYTHON + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
