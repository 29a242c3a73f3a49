"""The tables of what is sent: bulletins, their versions, and the publishing orders."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from bulletins.calls import Call, Consent
from bulletins.life import BulletinState
from foundation.database import Base, RowId

BATCH = "bulletin:"


def batch_of(bulletin_id: int) -> str:
    return f"{BATCH}{bulletin_id}"


class Bulletin(Base):
    """One notice to many, from the first draft to the proof that it is finished.

    Lists are kept as JSON text. Staff are named by number, and by the name they had when they acted. `follows_id` is
    the first of its chain, `mends_id` the one that a correction or retraction speaks of. With `to_recipients_of` it
    goes to those who were already sent that one, and not by topic and area. `redact` is of what tells of a person, see
    `redaction`. `caller`, `called_at` and `consent` are
    empty where it is not written from a call.
    `to_liaisons` is one of `liaison_edition.ToLiaisons`.
    `fields` holds what was typed, right or wrong. `version` counts what was saved by pressing a button, `revision`
    every write. `quiet_by` is whose typing was saved by itself, until somebody settles that version. `once_key` is the
    random key of the page that began the draft, `page_key` of the one that wrote last. `unchosen` names the choices of
    the form that were left without any.
    """

    __tablename__ = "bulletins"
    __table_args__ = (
        Index("ix_bulletins_state", "state", "id"),
        Index("ix_bulletins_once", "drafter_id", "once_key", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    state: Mapped[str] = mapped_column(default=BulletinState.DRAFT.value)
    version: Mapped[int] = mapped_column(default=1)
    notice: Mapped[str]
    notice_version: Mapped[int] = mapped_column(default=0, server_default="0")
    kind: Mapped[str]
    category: Mapped[str]
    statistic_class: Mapped[str]
    topics: Mapped[str]
    areas: Mapped[str]
    to_all: Mapped[bool]
    redact: Mapped[bool] = mapped_column(default=False, server_default=false())
    to_liaisons: Mapped[str] = mapped_column(default="none", server_default="none")
    fields: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    expires_seconds: Mapped[int]
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("bulletins.id"), index=True)
    mends_id: Mapped[int | None]
    to_recipients_of: Mapped[int | None]
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("bulletins.id"))
    revision: Mapped[int] = mapped_column(default=1, server_default="1")
    quiet_by: Mapped[int | None]
    once_key: Mapped[str | None]
    page_key: Mapped[str | None]
    unchosen: Mapped[str] = mapped_column(default="", server_default="")
    caller: Mapped[str | None]
    called_at: Mapped[datetime | None]
    consent: Mapped[str | None]
    created_at: Mapped[datetime]
    drafter_id: Mapped[int]
    drafter_name: Mapped[str]
    submitted_at: Mapped[datetime | None]
    submitter_id: Mapped[int | None]
    # Who alone let the submitter in, and so approves nothing of theirs.
    submitter_let_in_by: Mapped[int | None]
    submitter_name: Mapped[str | None]
    return_reason: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    approver_id: Mapped[int | None]
    approver_name: Mapped[str | None]
    approved_version: Mapped[int | None]
    approved_by_road: Mapped[str | None]
    approved_as_deputy: Mapped[bool] = mapped_column(default=False)
    typist_id: Mapped[int | None]
    typist_name: Mapped[str | None]
    countersigned_at: Mapped[datetime | None]
    countersigner_id: Mapped[int | None]
    countersigner_name: Mapped[str | None]
    urgent: Mapped[bool] = mapped_column(default=False)
    urgent_reason: Mapped[str | None]
    # What the clerk asks for; `starts_at` is what the approval made of it.
    wanted_start: Mapped[datetime | None]
    starts_at: Mapped[datetime | None]
    # Of a drill, on the day of its start.
    confirmed_at: Mapped[datetime | None]
    confirmer_id: Mapped[int | None]
    confirmer_name: Mapped[str | None]
    started_at: Mapped[datetime | None] = mapped_column(index=True)
    finished_at: Mapped[datetime | None]
    copied_from: Mapped["Bulletin | None"] = relationship(
        remote_side="Bulletin.id", foreign_keys=[copied_from_id], viewonly=True
    )

    @property
    def call(self) -> Call | None:
        """The call that it is written from."""
        if self.caller is None or self.called_at is None or self.consent is None:
            return None
        return Call(self.caller, self.called_at, Consent(self.consent))

    @property
    def batch(self) -> str:
        """The name of this bulletin's letters in the outbox."""
        return batch_of(self.id)


class BulletinVersion(Base):
    """The exact words of each version that was ever submitted."""

    __tablename__ = "bulletin_versions"

    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletins.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str]
    text: Mapped[str]
    # By language, as JSON: subject and text.
    editions: Mapped[str] = mapped_column(default="{}", server_default="{}")
    submitter_id: Mapped[int]
    at: Mapped[datetime]


class PublishingOrder(Base):
    """Committed with the approval. Rows of the outbox and the cursor advance together, so that a crash in the
    middle of the fan-out neither loses nor doubles anybody. The liaisons, where they get an edition of their own, come
    before all others, who begin at `everyone_at`."""

    __tablename__ = "publishing_orders"
    __table_args__ = (Index("ix_publishing_orders_open", "closed_at", "starts_at"),)

    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletins.id"), primary_key=True)
    urgent: Mapped[bool]
    starts_at: Mapped[datetime]
    # A drill that has yet to be confirmed on its day does not open.
    held: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime | None]
    letter_id: Mapped[int | None]
    liaison_letter_id: Mapped[int | None]
    liaison_cursor: Mapped[int] = mapped_column(default=0, server_default="0")
    liaisons_closed_at: Mapped[datetime | None]
    everyone_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    cursor: Mapped[int] = mapped_column(default=0)
    audience: Mapped[int] = mapped_column(default=0)
    closed_at: Mapped[datetime | None]
