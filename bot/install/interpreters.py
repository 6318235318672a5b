"""Finding Pythons that really run: a name on PATH may be a version manager's shim without the version behind
it.

Written so that Python 3.6 can still read it, because an old `python3` has to get as far as a clear sentence.
"""

import glob
import os
import shutil
import subprocess
import sys

OLDEST_APP = (3, 11)
NEWEST_APP = (3, 14)
RASA = (3, 10)
NO_APP_PYTHON = (
    "Python 3.11 or newer is needed and none was found: install it (for example `apt-get install "
    "python3.11`, or "
    "`pyenv install 3.12`), or name one, as in `make run PYTHON=/path/to/python3.12`."
)
NO_RASA_PYTHON = (
    "Python 3.10 is needed for Rasa, none was found and none could be downloaded: install it (for example "
    "`apt-get install python3.10`, `pyenv install 3.10` or `uv python install 3.10`), or name one, as in "
    "`make run PYTHON310=/path/to/python3.10`."
)
# Everything that the environments import from the interpreter itself and that a hand-built Python may lack.
_PROBE = "import sys, ssl, zlib, bz2, ctypes, sqlite3; print('%d.%d' % sys.version_info[:2])"
_VERSION_MANAGERS = (
    "{pyenv}/versions/{version}*/bin/python{version}",
    "{home}/.pyenv/versions/{version}*/bin/python{version}",
    "{home}/.asdf/installs/python/{version}*/bin/python{version}",
    "{home}/.local/share/mise/installs/python/{version}*/bin/python{version}",
    "/opt/homebrew/bin/python{version}",
    "/usr/local/bin/python{version}",
    "/usr/bin/python{version}",
)


def version_of(executable):  # type: (str) -> tuple[int, int] | None
    """The version that `executable` really runs as, or None where it does not run."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    try:
        answer = subprocess.run(
            [executable, "-c", _PROBE],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
            env=environment,
            timeout=60,
            check=True,
        )
        major, minor = answer.stdout.decode("ascii").strip().split(".")
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return int(major), int(minor)


def find(version):  # type: (tuple[int, int]) -> str | None
    """An interpreter of exactly this version from PATH or a version manager's directories, or None."""
    for candidate in _candidates(version):
        if version_of(candidate) == version:
            return candidate
    return None


def find_app_python():  # type: () -> str | None
    """An interpreter for the product: the running one where it will do, else the newest that is found."""
    if OLDEST_APP <= sys.version_info[:2] <= NEWEST_APP:
        return sys.executable
    for minor in range(NEWEST_APP[1], OLDEST_APP[1] - 1, -1):
        found = find((3, minor))
        if found is not None:
            return found
    # Newer than what was tried: better than nothing.
    return sys.executable if sys.version_info[:2] > NEWEST_APP else None


def _candidates(version):  # type: (tuple[int, int]) -> list[str]
    name = "%d.%d" % version
    seen = []
    for directory in os.environ.get("PATH", "").split(os.pathsep):
        found = shutil.which("python" + name, path=directory) if directory else None
        if found:
            seen.append(found)
    places = {
        "version": name,
        "home": os.path.expanduser("~"),
        "pyenv": os.environ.get("PYENV_ROOT", "/nonexistent"),
    }
    for pattern in _VERSION_MANAGERS:
        seen.extend(sorted(glob.glob(pattern.format(**places)), reverse=True))
    return list(dict.fromkeys(seen))
