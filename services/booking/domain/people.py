"""What people are to the studio."""

from enum import StrEnum


class PersonKind(StrEnum):
    """What somebody is to the studio."""

    LEAD = "lead"
    CLIENT = "client"
    MEMBER = "member"
