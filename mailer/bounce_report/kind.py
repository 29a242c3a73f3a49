"""The kinds of inbound mail that the post-room tells apart."""

from enum import StrEnum


class Kind(StrEnum):
    """A delay warning is a bounce that never counts; a report of success is `other`."""

    BOUNCE = "bounce"
    FEEDBACK = "feedback"
    AUTO_REPLY = "auto-reply"
    BLANK_MAIL = "blank-mail"
    OTHER = "other"
