"""One step in the life of a bulletin: taken by a person, allowed by the table of moves, written down."""

from datetime import datetime

from sqlalchemy.orm import Session

from bulletins.drafting import find
from bulletins.life import BulletinState, check_move
from bulletins.signatory import Signatory
from bulletins.tables import Bulletin
from foundation import ledger


def move(session: Session, bulletin_id: int, to: BulletinState, asked: str) -> Bulletin:
    """Holds the row until the transaction ends. Raises UnknownBulletin, WrongState."""
    bulletin = find(session, bulletin_id, to_change=True)
    check_move(BulletinState(bulletin.state), to, asked)
    bulletin.state = to.value
    return bulletin


def note(session: Session, bulletin: Bulletin, who: Signatory, action: str, *, at: datetime, **details: object) -> None:
    deed = who.deed(action, f"bulletin:{bulletin.id}")
    ledger.write(session, deed, at=at, details={"version": bulletin.version, **details})
