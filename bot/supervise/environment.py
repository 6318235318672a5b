"""What a supervised process finds in its environment: a little of ours, all settings, and nothing else."""

from __future__ import annotations

import os

from bot.config import Settings
from bot.data_dir import PROJECT_ROOT, DataDir

_INHERITED = (
    *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "LD_LIBRARY_PATH"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"),
)


def of_children(settings: Settings) -> dict[str, str]:
    """The environment of the processes of one run, secrets included."""
    url = settings.database_url or ""
    # Rasa's own table lives in a schema of its own.
    tracker_url = f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3Drasa"
    return {**of_tools(settings.data), **settings.child_environment(), "RASA_TRACKER_URL": tracker_url}


def of_tools(data: DataDir) -> dict[str, str]:
    """The environment of what needs no settings, such as training."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    # A proxy is for the providers, never for what these processes say to each other.
    local = ",".join(
        filter(None, (os.environ.get("NO_PROXY") or os.environ.get("no_proxy"), "127.0.0.1,localhost"))
    )
    return {
        **inherited,
        "NO_PROXY": local,
        "no_proxy": local,
        "PYTHONPATH": str(PROJECT_ROOT),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        # Rasa would call home, and keep a cache in the current directory.
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(data.root / "cache" / "rasa"),
        "HF_HUB_OFFLINE": "1",
        "MPLCONFIGDIR": str(data.root / "cache" / "matplotlib"),
        "KERAS_HOME": str(data.root / "cache" / "keras"),
        "TF_CPP_MIN_LOG_LEVEL": "2",
        # One message is understood at a time, and what is learnt is small: more threads only wait for each other.
        "OPENBLAS_NUM_THREADS": "1",
        "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    }
