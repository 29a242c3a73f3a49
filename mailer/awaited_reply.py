"""The awaited reply: what the next one will answer in a pipelined dialogue, and what its first digit says."""

from collections.abc import Sequence
from enum import Enum, auto

from mailer.bounce_report.phase import Phase

TWO, THREE, ANSWERS = *b"23", b"245"


class Awaits(Enum):
    """What the next reply will answer."""

    NOTHING = auto()
    RESET = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    END = auto()
    LONE_DOT = auto()


PHASES = {Awaits.MAIL: Phase.MAIL, Awaits.RCPT: Phase.RCPT, Awaits.DATA: Phase.DATA, Awaits.END: Phase.END_OF_DATA}


def all_is_well(replies: Sequence[bytes]) -> bool:
    """Whether these, heard together, accept a content and invite that of the envelope behind it."""
    if len(replies) != 4:
        return False
    end, mail, rcpt, data = replies
    return end[0] == mail[0] == rcpt[0] == TWO and data[0] == THREE
