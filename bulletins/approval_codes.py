"""The codes of telephone approval: one a person and version, read out aloud, good for once and for some hours."""

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import ForeignKey, UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bulletins.tables import Bulletin
from foundation.database import Base, RowId
from foundation.tokens import Keyring

DIGITS = 8
TRIES = 5
LIFE = timedelta(hours=12)
_PURPOSE = "approval-code"


class ApprovalCodeRow(Base):
    """What is left of a code: a keyed hash over it, its bulletin, its version and its person."""

    __tablename__ = "approval_codes"
    __table_args__ = (UniqueConstraint("bulletin_id", "approver_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletins.id"))
    version: Mapped[int]
    approver_id: Mapped[int]
    hash: Mapped[str]
    wrong: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class CodeRefused(Exception):
    """The code does not serve; the text says in Japanese why, and what to do."""


@dataclass(frozen=True)
class Issued:
    """The code as it is mailed, and the number of its row."""

    number: int
    code: str
    expires_at: datetime

    @property
    def spoken(self) -> str:
        """`1234 5678`."""
        half = DIGITS // 2
        return f"{self.code[:half]} {self.code[half:]}"


@dataclass(frozen=True)
class Codes:
    """Works in the caller's transaction, which holds the bulletin's row, so that tries are counted one by one."""

    keyring: Keyring

    def issue(self, session: Session, bulletin: Bulletin, approver_id: int, *, at: datetime) -> Issued:
        """The one code of this person for the version that stands now; an earlier one is void."""
        here = (ApprovalCodeRow.bulletin_id == bulletin.id, ApprovalCodeRow.approver_id == approver_id)
        session.execute(delete(ApprovalCodeRow).where(*here))
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        row = ApprovalCodeRow(
            bulletin_id=bulletin.id,
            version=bulletin.version,
            approver_id=approver_id,
            hash=self._hash(bulletin, approver_id, code),
            expires_at=at + LIFE,
        )
        session.add(row)
        session.flush()
        return Issued(row.id, code, row.expires_at)

    def try_out(
        self, session: Session, bulletin: Bulletin, approver_id: int, typed: str, *, at: datetime
    ) -> CodeRefused | None:
        """None where the code fits. A wrong one is counted, so the transaction has to be committed; it is returned,
        not raised, for that."""
        row = session.scalar(
            select(ApprovalCodeRow)
            .where(ApprovalCodeRow.bulletin_id == bulletin.id, ApprovalCodeRow.approver_id == approver_id)
            .with_for_update()
        )
        if row is None or row.version != bulletin.version:
            return CodeRefused(
                "この人あてのコードは、ありません。ほかの配信責任者に頼むか、画面から承認してもらってください。"
            )
        if at >= row.expires_at:
            return CodeRefused("このコードは、期限が切れています。取り戻して依頼しなおすと、新しいコードが送られます。")
        if row.wrong >= TRIES:
            return _used_up()
        if compare_digest(row.hash, self._hash(bulletin, approver_id, _plain(typed))):
            return None
        row.wrong += 1
        session.flush()
        left = TRIES - row.wrong
        if not left:
            return _used_up()
        return CodeRefused(f"コードが違います。選んだ人と数字を、もう一度確かめてください（あと{left}回まで）。")

    def _hash(self, bulletin: Bulletin, approver_id: int, code: str) -> str:
        return self.keyring.blind(_PURPOSE, f"{bulletin.id}/{bulletin.version}/{approver_id}/{code}")


def holders(session: Session, bulletin: Bulletin, *, at: datetime) -> list[int]:
    """The staff numbers of those who have a code that may still be used, in the order in which they were asked."""
    alive = (
        ApprovalCodeRow.bulletin_id == bulletin.id,
        ApprovalCodeRow.version == bulletin.version,
        ApprovalCodeRow.expires_at > at,
        ApprovalCodeRow.wrong < TRIES,
    )
    return list(session.scalars(select(ApprovalCodeRow.approver_id).where(*alive).order_by(ApprovalCodeRow.id)))


def void(session: Session, bulletin_id: int) -> None:
    """It was approved, returned or withdrawn: no code of it serves any longer."""
    session.execute(delete(ApprovalCodeRow).where(ApprovalCodeRow.bulletin_id == bulletin_id))


def forget(session: Session, *, at: datetime) -> None:
    """Drops those whose time is over."""
    session.execute(delete(ApprovalCodeRow).where(ApprovalCodeRow.expires_at <= at))


def _plain(typed: str) -> str:
    """As it was mailed: full-width digits, spaces and hyphens are the clerk's own."""
    return "".join(each for each in unicodedata.normalize("NFKC", typed[:100]) if each.isascii() and each.isalnum())


def _used_up() -> CodeRefused:
    return CodeRefused(
        f"このコードは{TRIES}回まちがえたため、使えなくなりました。画面から承認してもらうか、取り戻して依頼しなおしてください。"
    )
