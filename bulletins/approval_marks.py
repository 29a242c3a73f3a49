"""The marks that an approval leaves on a bulletin: whose, by which road, as a deputy's, and who saw it afterwards."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bulletins.drafting import find
from bulletins.life import PUBLISHED, BulletinState, WrongState
from bulletins.signatory import NotAllowed, Signatory, must_approve
from bulletins.steps import note
from bulletins.tables import Bulletin

_GOES_OUT = frozenset({BulletinState.WAITING, *PUBLISHED})


class Road(StrEnum):
    """How the approval came."""

    CONSOLE = "console"
    TELEPHONE = "telephone"  # 電話承認: a clerk typed in the code that the approver read out
    ALONE = "alone"  # 緊急単独配信: nobody else approved


class AlreadyDone(WrongState):
    """Somebody else was first; the text names them."""

    def __init__(self, bulletin: Bulletin, sentence: str) -> None:
        Exception.__init__(self, sentence)
        self.state = BulletinState(bulletin.state)


def refuse_approved(bulletin: Bulletin, then: str = "承認は1回だけ受け付けます。") -> None:
    """Raises AlreadyDone; `then` is what whoever comes too late should know."""
    if bulletin.approved_at is not None and bulletin.state in _GOES_OUT:
        deed = "緊急単独配信で送りました" if bulletin.approved_by_road == Road.ALONE else "承認しました"
        raise AlreadyDone(bulletin, f"{bulletin.approver_name}さんが、先に{deed}。{then}")


def mark(bulletin: Bulletin, who: Signatory, road: Road, *, at: datetime, typed_by: Signatory | None = None) -> None:
    """`who` approved the version that stands now; `typed_by` is the clerk of a telephone approval."""
    bulletin.approved_at, bulletin.approver_id, bulletin.approver_name = at, who.id, who.name
    bulletin.approved_version = bulletin.version
    bulletin.approved_by_road, bulletin.approved_as_deputy = road.value, who.deputy and road is not Road.ALONE
    bulletin.typist_id, bulletin.typist_name = (typed_by.id, typed_by.name) if typed_by else (None, None)
    bulletin.countersigned_at = bulletin.countersigner_id = bulletin.countersigner_name = None


def clear(bulletin: Bulletin) -> None:
    """It was pulled back: whatever goes out next is approved anew."""
    bulletin.approved_at = bulletin.approver_id = bulletin.approver_name = bulletin.approved_version = None
    bulletin.approved_by_road, bulletin.approved_as_deputy = None, False
    bulletin.typist_id = bulletin.typist_name = None
    bulletin.countersigned_at = bulletin.countersigner_id = bulletin.countersigner_name = None
    bulletin.confirmed_at = bulletin.confirmer_id = bulletin.confirmer_name = None
    bulletin.starts_at, bulletin.urgent, bulletin.urgent_reason = None, False, None


def is_own(bulletin: Bulletin, staff_id: int) -> bool:
    """Whether this person submitted it, or answers alone for it that the submitter is somebody else."""
    return staff_id in (bulletin.submitter_id, bulletin.submitter_let_in_by)


def refuse_own(bulletin: Bulletin, who: Signatory) -> None:
    """Raises NotAllowed: two people are two, whatever accounts they have."""
    if who.id == bulletin.submitter_id:
        raise NotAllowed("提出した人は、自分では承認できません。ほかの配信責任者が承認してください。")
    if is_own(bulletin, who.id):
        raise NotAllowed(
            "提出した人は、あなたが一人で招待した職員です。承認は、ほかの配信責任者が行います。"
            "（サーバーの管理コマンド hansho staff add で登録しなおすと、承認できるようになります。）"
        )


def awaits_countersigning(bulletin: Bulletin) -> bool:
    """Whether 後閲 is due: a deputy or a single person answered for what went out, or is about to."""
    stood_in = bulletin.approved_as_deputy or bulletin.approved_by_road == Road.ALONE
    goes_out = bulletin.state in _GOES_OUT or bulletin.started_at is not None
    return stood_in and goes_out and bulletin.countersigned_at is None


def may_countersign(bulletin: Bulletin, who: Signatory) -> bool:
    """Of a deputy's approval a proper approver; of a solo delivery any approver. Never who submitted or released it:
    a second look is another person's."""
    proper = bulletin.approved_by_road == Road.ALONE or not who.deputy
    other = who.id != bulletin.approver_id and not is_own(bulletin, who.id)
    return awaits_countersigning(bulletin) and who.approves and proper and other


def to_countersign(session: Session, who: Signatory, *, limit: int) -> Sequence[Bulletin]:
    """What waits for this person's 後閲, oldest first."""
    stood_in = or_(Bulletin.approved_as_deputy, Bulletin.approved_by_road == Road.ALONE.value)
    waits = and_(stood_in, Bulletin.approved_at.is_not(None), Bulletin.countersigned_at.is_(None))
    found = session.scalars(select(Bulletin).where(waits).order_by(Bulletin.id))
    return [bulletin for bulletin in found if may_countersign(bulletin, who)][:limit]


def countersign(session: Session, bulletin_id: int, who: Signatory, *, at: datetime) -> None:
    """後閲. Raises NotAllowed, WrongState."""
    must_approve(who)
    bulletin = find(session, bulletin_id, to_change=True)
    if bulletin.countersigned_at is not None:
        raise AlreadyDone(bulletin, f"{bulletin.countersigner_name}さんが、先に後閲しました。")
    if not awaits_countersigning(bulletin):
        raise AlreadyDone(bulletin, "このお知らせは、後閲の必要がありません。")
    if not may_countersign(bulletin, who):
        raise NotAllowed("後閲は、承認を依頼した人でも、代決や単独配信をした人でもない配信責任者が行います。")
    bulletin.countersigned_at, bulletin.countersigner_id, bulletin.countersigner_name = at, who.id, who.name
    note(session, bulletin, who, "bulletin.countersigned", at=at)
