"""What a browser calls itself, in two words: enough to recognise one's own in a list, and no more is kept."""

from __future__ import annotations

# The first that is found counts: each of them names the ones after it as well.
_PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def name_of(user_agent: str) -> str:
    """Such as "Firefox, Android"; empty where nothing is recognised."""
    parts = (_first(user_agent, _PROGRAMS), _first(user_agent, _SYSTEMS))
    return ", ".join(part for part in parts if part)


def _first(user_agent: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in names if mark in user_agent), "")
