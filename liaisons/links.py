"""The links that liaisons are mailed: one to answer the question, once; one to their own page, for a day."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.database import Base, RowId
from foundation.tokens import fingerprint, random_token


class LinkPurpose(StrEnum):
    ASKING = "asking"
    OWN_PAGE = "own-page"


LIVES = {LinkPurpose.ASKING: timedelta(days=60), LinkPurpose.OWN_PAGE: timedelta(days=1)}


class LiaisonLink(Base):
    """The token itself is only in the mail."""

    __tablename__ = "liaison_links"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    liaison_id: Mapped[int] = mapped_column(ForeignKey("liaisons.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


def make(session: Session, liaison_id: int, purpose: LinkPurpose, *, at: datetime) -> str:
    """The token of a new link."""
    token = random_token()
    session.add(
        LiaisonLink(
            liaison_id=liaison_id,
            token_hash=fingerprint(token),
            purpose=purpose.value,
            created_at=at,
            expires_at=at + LIVES[purpose],
        )
    )
    session.flush()
    return token


def find(session: Session, token: str, purpose: LinkPurpose) -> LiaisonLink | None:
    """Whether it still serves is for the caller to say."""
    mine = select(LiaisonLink).where(LiaisonLink.token_hash == fingerprint(token), LiaisonLink.purpose == purpose.value)
    return session.scalars(mine).first()


def made_for(session: Session, liaison_id: int, purpose: LinkPurpose) -> LiaisonLink | None:
    """The newest."""
    mine = select(LiaisonLink).where(LiaisonLink.liaison_id == liaison_id, LiaisonLink.purpose == purpose.value)
    return session.scalars(mine.order_by(LiaisonLink.id.desc()).limit(1)).first()


def void(session: Session, liaison_id: int, purpose: LinkPurpose | None = None) -> None:
    """All of a liaison, or those of one purpose."""
    which = [LiaisonLink.liaison_id == liaison_id]
    if purpose is not None:
        which.append(LiaisonLink.purpose == purpose.value)
    session.execute(delete(LiaisonLink).where(*which))


def close(session: Session, liaison_id: int, *, at: datetime) -> None:
    """Of who answered or ended: the letter with the question leads to thanks from now on, their own page nowhere."""
    asked = (LiaisonLink.liaison_id == liaison_id, LiaisonLink.purpose == LinkPurpose.ASKING.value)
    session.execute(update(LiaisonLink).where(*asked, LiaisonLink.used_at.is_(None)).values(used_at=at))
    void(session, liaison_id, LinkPurpose.OWN_PAGE)


def forget(session: Session, *, at: datetime) -> None:
    """Own pages whose day is over. A link of asking stays as long as the question does: there is no second one."""
    old = (LiaisonLink.purpose == LinkPurpose.OWN_PAGE.value, LiaisonLink.expires_at <= at)
    session.execute(delete(LiaisonLink).where(*old))
