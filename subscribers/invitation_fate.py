"""What became of an invitation's letter, for whoever asked for it by the web form and waits before the page.

The page is found by the ticket of that request alone, for as long as the invitation lives. A ticket is sealed, so that
all look alike: it tells neither how many there were before nor whether a letter followed. The page says nothing of our
register, and of a stranger's mailbox no more than that a mail came back.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.seals import seal, unseal
from foundation.tokens import Keyring
from mailer import letters_to
from mailer.outbox_tables import State
from subscribers.registration import invitation_key
from subscribers.tables import Invitation

PURPOSE = "invitation-fate"
NONE = 0  # of a request that no letter followed
_DIGITS = 20  # of the largest number, so that no ticket is longer than another; and so base64 needs no padding
_LONGEST = 100


class Fate(StrEnum):
    """As far as we know: `handed` is taken over by a mail server, which is not arrived."""

    UNDER_WAY = "under-way"
    HANDED = "handed"
    REFUSED = "refused"
    OVER = "over"


def ticket(session: Session, keyring: Keyring, address: str, *, at: datetime) -> str:
    """Leads to the newest invitation of the address, which this request made unless the caps were reached."""
    alive = Invitation.expires_at > at
    newest = select(Invitation.id).where(Invitation.address == address, alive).order_by(Invitation.id.desc()).limit(1)
    return _sealed(keyring, session.scalar(newest) or NONE)


def empty_ticket(keyring: Keyring) -> str:
    return _sealed(keyring, NONE)


def fate(session: Session, keyring: Keyring, token: str, *, at: datetime) -> Fate | None:
    """None for what is no ticket of ours; reads only."""
    text = unseal(keyring, PURPOSE, token, about=PURPOSE) if len(token) <= _LONGEST and token.isascii() else None
    if text is None:
        return None
    number = int(text)
    if number == NONE:
        return Fate.UNDER_WAY
    invitation = session.get(Invitation, number)
    if invitation is None or invitation.expires_at <= at:
        return Fate.OVER
    letter = letters_to.the_one(session, invitation_key(invitation), invitation.address)
    if letter is None or letter.state in (State.QUEUED, State.DEFERRED):
        return Fate.UNDER_WAY
    return Fate.HANDED if letter.state == State.SENT and letter.bounced_as is None else Fate.REFUSED


def _sealed(keyring: Keyring, number: int) -> str:
    return seal(keyring, PURPOSE, f"{number:0{_DIGITS}d}", about=PURPOSE)
