"""What both providers' connections share: where environment proxies apply, and what never reaches a log."""

from __future__ import annotations

import ipaddress
import logging
from urllib.parse import urlsplit

# Their INFO or DEBUG lines hold bot tokens (in Telegram's URLs), phone numbers (in Twilio's queries) and
# texts.
_QUIET = {"httpx": logging.WARNING, "httpcore": logging.WARNING, "telegram": logging.INFO}


def keep_private() -> None:
    """Raise the log levels of the packages that write tokens, phone numbers or texts into the lower ones."""
    for name, level in _QUIET.items():
        logger = logging.getLogger(name)
        logger.setLevel(max(level, logger.level))


def uses_proxies(url: str) -> bool:
    """Whether the environment's proxies apply to ``url``: not on this machine itself."""
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"
