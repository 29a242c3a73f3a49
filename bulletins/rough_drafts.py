"""Rough drafts: what is being written is kept as typed, right or wrong; only submitting demands that it is whole."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from bulletins import kinds
from bulletins.drafting import Drafting, Sheet, find
from bulletins.life import EDITABLE, BulletinState, WrongState
from bulletins.signatory import Signatory, must_draft
from bulletins.tables import Bulletin
from foundation import ledger


@dataclass(frozen=True)
class Stroke:
    """Something that was written on a page. `page` is the random key of that page, empty where it has none; a `quiet`
    one was saved by itself while somebody was typing."""

    sheet: Sheet
    page: str = ""
    quiet: bool = False


@dataclass(frozen=True)
class RoughDrafts:
    """Works in the caller's transaction.

    Quiet strokes write into the version after the one that was last saved by hand, over each other, until somebody
    saves or submits: that settles it. So no words that were ever settled are replaced quietly, and the ledger
    has one line for each person and version, not one for every few seconds.
    """

    drafting: Drafting

    def begin(self, session: Session, stroke: Stroke, who: Signatory, *, at: datetime) -> Bulletin:
        """Raises NotAllowed, UnknownNotice, NoticeRetired, DraftInvalid, UnknownBulletin (followed, copied), KindUnfit,
        StartUnfit."""
        must_draft(who)
        sheet = stroke.sheet
        if sheet.copied_from is not None:
            find(session, sheet.copied_from)
        followed = find(session, sheet.follows) if sheet.follows is not None else None
        if not stroke.quiet:
            self.drafting.schedule.refuse_unfit(sheet.starts_at, at=at)
        place = kinds.place(session, self.drafting.shelf.offered(sheet.notice).kind, followed)
        bulletin = Bulletin(
            created_at=at,
            drafter_id=who.id,
            drafter_name=who.name,
            follows_id=place.first.id if place.first else None,
            copied_from_id=sheet.copied_from,
            once_key=stroke.page or None,
            page_key=stroke.page or None,
            quiet_by=who.id if stroke.quiet else None,
            **self.drafting.columns(sheet, place, rough=True),
        )
        session.add(bulletin)
        session.flush()
        details = {"copied_from": sheet.copied_from} if sheet.copied_from else {}
        ledger.write(session, who.deed("bulletin.drafted", f"bulletin:{bulletin.id}"), at=at, details=details)
        return bulletin

    def write(self, session: Session, bulletin: Bulletin, stroke: Stroke, who: Signatory, *, at: datetime) -> None:
        """Raises NotAllowed, UnknownNotice, DraftInvalid, KindUnfit, StartUnfit; WrongState once it is submitted."""
        must_draft(who)
        if BulletinState(bulletin.state) not in EDITABLE:
            raise WrongState(BulletinState(bulletin.state), "変更")
        if not stroke.quiet:
            self.drafting.schedule.refuse_unfit(stroke.sheet.starts_at, at=at)
        place = kinds.place_again(session, self.drafting.notice_again(stroke.sheet, bulletin).kind, bulletin)
        columns = self.drafting.columns(stroke.sheet, place, rough=True)
        consent = bulletin.consent
        before, settled = bulletin.quiet_by, bulletin.quiet_by is None
        if settled and bulletin.state == BulletinState.DRAFT and _is_same(bulletin, columns):
            return
        for name, value in columns.items():
            setattr(bulletin, name, value)
        if settled:
            bulletin.version += 1
        bulletin.revision += 1
        bulletin.page_key = stroke.page or None
        bulletin.quiet_by = who.id if stroke.quiet else None
        bulletin.state = BulletinState.DRAFT.value
        if not stroke.quiet or before != who.id or bulletin.consent != consent:
            details: dict[str, object] = {"version": bulletin.version}
            if bulletin.consent != consent:
                details["consent"] = [consent, bulletin.consent]
            if stroke.quiet:
                details["quiet"] = True
            ledger.write(session, who.deed("bulletin.changed", f"bulletin:{bulletin.id}"), at=at, details=details)

    def is_submitted_so(self, session: Session, bulletin: Bulletin, sheet: Sheet, who: Signatory) -> bool:
        """Whether this person submitted exactly that already: a form that was sent twice asks for nothing more."""
        if bulletin.state != BulletinState.SUBMITTED or bulletin.submitter_id != who.id:
            return False
        place = kinds.place_again(session, self.drafting.notice_again(sheet, bulletin).kind, bulletin)
        return _is_same(bulletin, self.drafting.columns(sheet, place, rough=True))

    def begun(self, session: Session, page: str, who: Signatory) -> Bulletin | None:
        """What this page began already: an answer that was lost on its way makes no second draft."""
        if not page:
            return None
        mine = (Bulletin.drafter_id == who.id) & (Bulletin.once_key == page)
        return session.scalar(select(Bulletin).where(mine).with_for_update())

    def is_blank(self, sheet: Sheet) -> bool:
        """Whether nothing but what the empty form holds was typed."""
        notice = self.drafting.shelf.get(sheet.notice)
        return all(_is_bare(sheet.fields.get(field.name), field.default) for field in notice.fields)

    def discard(self, session: Session, bulletin: Bulletin, who: Signatory, *, at: datetime) -> bool:
        """Takes a draft away that was only ever saved quietly and was emptied again; False where it must stay."""
        only_quiet = bulletin.version == 1 and bulletin.quiet_by is not None
        named = or_(Bulletin.follows_id == bulletin.id, Bulletin.copied_from_id == bulletin.id)
        if not only_quiet or bulletin.state != BulletinState.DRAFT or session.scalar(select(exists().where(named))):
            return False
        ledger.write(session, who.deed("bulletin.discarded", f"bulletin:{bulletin.id}"), at=at)
        session.delete(bulletin)
        session.flush()
        return True


def _is_same(bulletin: Bulletin, columns: dict[str, object]) -> bool:
    return all(getattr(bulletin, name) == value for name, value in columns.items())


def _is_bare(typed: object, default: str) -> bool:
    lines = typed if isinstance(typed, list | tuple) else [typed]
    text = "\n".join(line for line in lines if isinstance(line, str)).replace("\r\n", "\n").strip()
    return text in ("", default.strip())
