"""Asking by mail: one letter with a single-use link, never a second one, and the answer on the page behind it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.addresses import Address
from foundation.ledger import Doer
from foundation.tokens import fingerprint
from liaisons import consent, links, register
from liaisons.consent import Consent, Wording
from liaisons.life import BY_THEMSELVES, WrongMove, held
from liaisons.links import LiaisonLink, LinkPurpose
from liaisons.register import subject
from liaisons.tables import ConsentWay, LiaisonState
from mailer import outbox
from mailer.outbox import To
from subscribers.stationery import Stationery, as_reply


class AskedState(StrEnum):
    """What became of the link."""

    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class NotByMail(Exception):
    """メールアドレスがないか、もうこのアドレスに送っています。打診のメールは、1つのアドレスに一度だけ送ります。"""


@dataclass(frozen=True)
class Asking:
    """Works in the caller's transaction. The letter names nobody: it may reach the wrong mailbox."""

    stationery: Stationery
    wording: Wording
    zone: ZoneInfo

    def send(self, session: Session, liaison_id: int, by: Doer, *, at: datetime) -> None:
        """Raises WrongMove, NotByMail."""
        liaison = held(session, liaison_id)
        if liaison.state != LiaisonState.ASKED:
            raise WrongMove(LiaisonState(liaison.state), LiaisonState.ASKED)
        if not liaison.address or links.made_for(session, liaison_id, LinkPurpose.ASKING) is not None:
            raise NotByMail(NotByMail.__doc__)
        token = links.make(session, liaison_id, LinkPurpose.ASKING, at=at)
        until = (at + links.LIVES[LinkPurpose.ASKING] - timedelta(days=1)).astimezone(self.zone).date()  # a whole day
        values = {"link": f"{self.stationery.public_url}/liaison/asked/{token}", "until": until}
        address = Address.parse(liaison.address)
        letter = self.stationery.letter("liaison-asked", values)
        post = as_reply(f"liaison-asked:{fingerprint(token)}", at=at)
        outbox.reply(session, letter, post, To(address.text, address.domain, None))
        ledger.write(session, by.deed("liaison.asked-by-mail", subject(liaison_id)), at=at)

    def state(self, session: Session, token: str, *, at: datetime) -> AskedState:
        """Reads only."""
        return _state(links.find(session, token, LinkPurpose.ASKING), at=at)

    def answer(self, session: Session, token: str, *, yes: bool, at: datetime) -> AskedState:
        """OPEN when this answer counted; any other state says why it did not. Raises AddressTaken."""
        link = links.find(session, token, LinkPurpose.ASKING)
        state = _state(link, at=at)
        if link is None or state is not AskedState.OPEN:
            return state
        # Of two answers at once, one finds the link used.
        free = (LiaisonLink.id == link.id, LiaisonLink.used_at.is_(None))
        taken = session.execute(update(LiaisonLink).where(*free).values(used_at=at))
        if taken.rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE always gives a cursor result
            return AskedState.ANSWERED
        if yes:
            given = Consent(ConsentWay.LINK, at, self.wording)
            consent.record(session, link.liaison_id, given, BY_THEMSELVES, zone=self.zone, at=at)
        else:
            register.decline(session, link.liaison_id, BY_THEMSELVES, at=at)
        return AskedState.OPEN


def _state(link: LiaisonLink | None, *, at: datetime) -> AskedState:
    if link is None:
        return AskedState.UNKNOWN
    if link.used_at is not None:
        return AskedState.ANSWERED
    return AskedState.EXPIRED if link.expires_at <= at else AskedState.OPEN
