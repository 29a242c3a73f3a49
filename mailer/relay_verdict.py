"""What a relay's answer, or its silence, means: for the letter, or for the relay itself."""

import re
from dataclasses import dataclass
from enum import Enum

from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_report.evidence import enhanced_status
from mailer.bounce_report.permanence import is_permanent
from mailer.bounce_report.phase import Phase
from mailer.bounce_report.smtp_reply import read_reply
from mailer.courier import Deferred, Outcome, Refused
from mailer.retry import hint_in

# Whatever the recipient: the relay wants TLS or a sign-in first (RFC 3207, RFC 4954), or has lost the thread.
SIGN_IN_WANTED = frozenset({530, 535, 538})
OUT_OF_STEP = 503
CLOSING = 421

_ADDRESS = re.compile(r"[^\s<>\"'(),:;]+@[^\s<>\"'(),:;]+")

UNWRITABLE = Refused("the address cannot be written on the wire", BounceClass.SYSTEM, counted=False)


class Fault(Enum):
    """What is wrong with a relay, or with us in its eyes, rather than with a letter."""

    UNREACHABLE = "no connection, no valid certificate, no greeting, or no sign-in"
    NO_ROOM = "it greets with 4xx: not this connection, not now"
    SENDER_REFUSED = "our sender or our lack of a sign-in is refused once a letter is offered"
    TOO_MUCH = "it asks us to slow down"
    LOST = "the connection is over, or out of step"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault and the words for it, without addresses."""

    fault: Fault
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A reply that is no success; `is_first` when no letter was accepted or refused on this connection before."""

    phase: Phase
    code: int
    text: str
    is_first: bool

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


def heard(answer: Answer, domain: str) -> Outcome | Trouble:
    """What an answer that is no success means for the letter, or for the relay; `domain` is the recipient's."""
    if not 400 <= answer.code <= 599:
        return lost(answer.phase, f"an answer to {answer.phase} that is none", is_first=answer.is_first)
    fault = _fault(answer)
    if fault is not None:
        return Trouble(fault, without_addresses(f"{answer.phase} answered with {answer}"))
    return _judged(answer, domain)


def lost(awaited: Phase, reason: str, *, is_first: bool) -> Outcome | Trouble:
    """The connection ended, or its thread, before the awaited answer. The fate of a letter whose content is out is not
    known. One that the relay let begin on a connection that served no other is put off, lest it break each one it
    comes to; else the letter may be tried on another connection."""
    if awaited is Phase.END_OF_DATA or (is_first and awaited is not Phase.MAIL):
        return Deferred(reason, unanswered=awaited is Phase.END_OF_DATA)
    return Trouble(Fault.LOST, reason)


def is_broken_off(outcome: Outcome) -> bool:
    """Whether a letter was put off for a reason that is the relay's rather than its recipient's: the connection or its
    thread was lost, or the system does not work (RFC 3463: x.3.x)."""
    if not isinstance(outcome, Deferred):
        return False
    return not outcome.reply[:3].isdigit() or (enhanced_status(outcome.reply) or "").startswith("4.3.")


def is_over(code: int) -> bool:
    """Whether the connection serves no other letter after such an answer."""
    return code == CLOSING or not 400 <= code <= 599


def _fault(answer: Answer) -> Fault | None:
    code, kept = answer.code, not answer.is_first
    if code == OUT_OF_STEP and kept:
        return Fault.LOST
    if code in SIGN_IN_WANTED or code == OUT_OF_STEP:
        return Fault.SENDER_REFUSED
    if answer.phase is not Phase.MAIL:
        return None
    if code == CLOSING and kept:
        # So many letters on one connection, it says, or so long an idle one: a new one serves.
        return Fault.LOST
    return Fault.TOO_MUCH if code < 500 else Fault.SENDER_REFUSED


def _judged(answer: Answer, domain: str) -> Outcome:
    found = read_reply(code=answer.code, text=answer.text, phase=answer.phase, domain=domain)
    if is_permanent(answer.code):
        return Refused(str(answer), found, counted=found.counted)
    return Deferred(str(answer), hint_in(answer.text), found if found is BounceClass.FULL else BounceClass.UNKNOWN)


def without_addresses(text: str) -> str:
    """Servers quote addresses in their answers, and addresses are never logged."""
    return _ADDRESS.sub("(address)", text)
