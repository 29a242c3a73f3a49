"""Several people, pages and tries on one draft: what was read is what is changed, or nothing is."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from admin.desk.bulletin_desk import BulletinDesk, signatory
from admin.people.staff import Colleague
from bulletins.drafting import find
from bulletins.life import EDITABLE
from bulletins.rough_drafts import RoughDrafts, Stroke
from bulletins.tables import Bulletin


class Stale(Exception):
    """Someone saved something else meanwhile; `bulletin` is what stands now."""

    def __init__(self, bulletin: Bulletin) -> None:
        super().__init__(bulletin.id)
        self.bulletin = bulletin


@dataclass(frozen=True)
class Seen:
    """What a page was opened with. Its `revision` names one state of the draft. Its `version` alone does so only while
    nothing was saved quietly, since quiet saves go into the next version."""

    version: int | None = None
    revision: int | None = None

    @classmethod
    def of(cls, bulletin: Bulletin) -> Self:
        return cls(bulletin.version, bulletin.revision)

    def is_still(self, bulletin: Bulletin) -> bool:
        if self.revision is not None:
            return bulletin.revision == self.revision
        return bulletin.version == self.version and bulletin.quiet_by is None


@dataclass(frozen=True)
class Keeper:
    """Keeps what was written, in one transaction with the submitting where that was asked."""

    desk: BulletinDesk
    me: Colleague

    def keep(
        self, stroke: Stroke, bulletin_id: int | None = None, *, seen: Seen | None = None, submit: bool = False
    ) -> Bulletin | None:
        """None where an empty sheet, saved quietly, left nothing. Raises Stale, and what the rooms raise."""
        try:
            return self._keep(stroke, bulletin_id, seen or Seen(), submit=submit)
        except IntegrityError:
            # The same page began its draft twice at the same moment; the other one is there now.
            return self._keep(stroke, bulletin_id, seen or Seen(), submit=submit)

    def _keep(self, stroke: Stroke, bulletin_id: int | None, seen: Seen, *, submit: bool) -> Bulletin | None:
        rough, who, at = RoughDrafts(self.desk.drafting), signatory(self.me), self.desk.clock.now()
        with self.desk.database.write() as session:
            if bulletin_id is not None:
                bulletin: Bulletin | None = find(session, bulletin_id, to_change=True)
            else:
                bulletin = rough.begun(session, stroke.page, who)
            is_blank = stroke.quiet and rough.is_blank(stroke.sheet)
            if bulletin is None:
                if is_blank:
                    return None
                bulletin = rough.begin(session, stroke, who, at=at)
            elif submit and rough.is_submitted_so(session, bulletin, stroke.sheet, who):
                return bulletin
            else:
                _refuse_stale(session, bulletin, seen, stroke.page)
                if is_blank and rough.discard(session, bulletin, who, at=at):
                    return None
                rough.write(session, bulletin, stroke, who, at=at)
            if submit:
                self.desk.approval.submit(session, bulletin.id, who, at=at)
            session.flush()
            return bulletin


def submit_if_same(desk: BulletinDesk, bulletin_id: int, me: Colleague, *, seen: Seen) -> None:
    """Raises Stale when the page showed something else, and what `Approval.submit` raises."""
    with desk.database.write() as session:
        bulletin = find(session, bulletin_id, to_change=True)
        _refuse_stale(session, bulletin, seen)
        desk.approval.submit(session, bulletin_id, signatory(me), at=desk.clock.now())


def _refuse_stale(session: Session, bulletin: Bulletin, seen: Seen, page: str = "") -> None:
    # Where the last write came from this very page, only the answer to it was lost: nobody else's words are at stake.
    own = bool(page) and bulletin.page_key == page
    if bulletin.state in EDITABLE and not own and not seen.is_still(bulletin):
        session.expunge(bulletin)
        raise Stale(bulletin)
