"""What members of the staff may be, and the sets of roles that share a right."""

from __future__ import annotations

from enum import Enum


class Role(str, Enum):
    """A member of the staff has exactly one."""

    ORGANISER = "organiser"
    COACH = "coach"
    AGENT = "agent"
    AUDITOR = "auditor"


Roles = frozenset[Role]

EVERYONE: Roles = frozenset(Role)
"""All of the staff."""
PLANNERS: Roles = frozenset({Role.ORGANISER})
"""Who changes the calendar and the staff."""
COACHES: Roles = frozenset({Role.ORGANISER, Role.COACH})
"""Who talks with people."""
READERS: Roles = frozenset({Role.ORGANISER, Role.COACH, Role.AUDITOR})
"""Who reads conversations and ideas; an auditor changes nothing."""
FIELD: Roles = frozenset({Role.ORGANISER, Role.COACH, Role.AGENT})
"""Who works at a stop on its day."""
OVERSEERS: Roles = frozenset({Role.ORGANISER, Role.AUDITOR})
"""Who looks over the staff's shoulders: numbers, and the record of what was seen and changed."""
