"""Who stands behind a liaison's personal link."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.tokens import Keyring
from liaisons.tables import Liaison, LiaisonState

LIAISON = "liaison"  # the purpose of the token, over the number of the subscriber


def liaison_of(session: Session, keyring: Keyring, token: str) -> Liaison | None:
    """None for what we did not sign, and for who is no liaison (any more)."""
    number = keyring.read(LIAISON, token)
    if number is None:
        return None
    active = Liaison.subscriber_id == number, Liaison.state == LiaisonState.ACTIVE
    return session.scalar(select(Liaison).where(*active))
