"""What the page of a bulletin shows of its chain, and what may follow it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from admin.writing.notice_cards import following
from bulletins import chain, kinds
from bulletins.notice_templates import Kind, NoticeTemplate
from bulletins.tables import Bulletin


@dataclass(frozen=True)
class ChainView:
    """`whole` is empty for a bulletin that stands alone. `correction` and `retraction` are the notices by which it may
    be put right now; `goes_on` says whether a follow-up fits, and `following` what else does."""

    whole: tuple[Bulletin, ...]
    mended: Bulletin | None
    retracted_by: Bulletin | None
    correction: NoticeTemplate | None
    retraction: NoticeTemplate | None
    goes_on: bool
    following: tuple[NoticeTemplate, ...]


def chain_view(session: Session, bulletin: Bulletin, notices: Sequence[NoticeTemplate]) -> ChainView:
    whole = chain.members(session, bulletin)

    def fits(kind: Kind) -> bool:
        return not kinds.unfit(kind, bulletin, whole)

    def mends(kind: Kind) -> NoticeTemplate | None:
        return next((notice for notice in notices if notice.kind is kind and fits(kind)), None)

    own = next((notice.kind for notice in notices if notice.name == bulletin.notice), None)
    return ChainView(
        whole=tuple(whole) if len(whole) > 1 else (),
        mended=session.get(Bulletin, bulletin.mends_id) if bulletin.mends_id else None,
        retracted_by=kinds.retraction_of(bulletin, whole),
        correction=mends(Kind.CORRECTION),
        retraction=mends(Kind.RETRACTION),
        goes_on=own is not None and kinds.goes_on(own) and Kind(bulletin.kind) not in kinds.LIFTING and fits(own),
        following=tuple(notice for notice in following(bulletin, notices) if fits(notice.kind)),
    )
