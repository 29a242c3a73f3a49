"""Mending: a correction or retraction goes to exactly those who were already sent what was wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bulletins import chain
from bulletins.danger import is_danger
from bulletins.drafting import scope_of
from bulletins.kinds import MENDING
from bulletins.life import APPROVED, BulletinState, NotNow
from bulletins.notice_templates import Kind
from bulletins.tables import Bulletin, PublishingOrder
from mailer import had_letter
from subscribers.audience import Scope

# So long letters may be in a sender's hand after its batch was halted or withdrawn; whose sender died over them counts
# as sent.
IN_HAND = timedelta(seconds=60)

NO_DANGER = "実際の災害ではありません。避難の必要はありません。"
NO_CRIME = "実際の事件ではありません。"
NOTHING_SAID = "前のメールの内容は、なかったものとしてください。"


@dataclass(frozen=True)
class Addressed:
    """Whom a bulletin is for. `mended` are those whose recipients it goes to; `forgotten` says that it would go to
    them, if their old letters were not folded into counts by now."""

    scope: Scope
    mended: tuple[Bulletin, ...] = ()
    forgotten: bool = False


def addressed(session: Session, bulletin: Bulletin) -> Addressed:
    """Where nobody knows any more who was sent it, the ordinary audience."""
    scope = scope_of(bulletin)
    mended = tuple(each for each in spoken_of(session, bulletin) if each.started_at is not None)
    if not mended:
        return Addressed(scope)
    had = tuple(each.batch for each in mended)
    if not had_letter.is_known(session, had):
        return Addressed(scope, mended, forgotten=True)
    begun = {each.id: each.started_at for each in mended}
    again = tuple(each.batch for each in mended if _goes_after(each, begun.get(each.to_recipients_of or 0)))
    return Addressed(replace(scope, had=had, again=again), mended)


def _goes_after(bulletin: Bulletin, before: datetime | None) -> bool:
    """Whether it went to the recipients of one that had begun at that moment, and to nobody else."""
    return before is not None and bulletin.started_at is not None and before < bulletin.started_at


def spoken_of(session: Session, bulletin: Bulletin) -> Sequence[Bulletin]:
    """Those whose recipients it addresses: what it mends, and where that mends something itself, all of the chain."""
    mended = session.get(Bulletin, bulletin.to_recipients_of) if bulletin.to_recipients_of else None
    if mended is None:
        return ()
    if Kind(mended.kind) not in MENDING:
        return (mended,)
    return [each for each in chain.members(session, mended) if each.id != bulletin.id and chain.has_begun(each)]


def put_right(session: Session, bulletin: Bulletin) -> Sequence[Bulletin]:
    """What it puts right, to whomever it goes: whoever passed that on must be followed."""
    mended = session.get(Bulletin, bulletin.mends_id) if bulletin.mends_id else None
    if mended is None or Kind(bulletin.kind) not in MENDING:
        return ()
    if Kind(mended.kind) not in MENDING:
        return (mended,)
    return [each for each in chain.members(session, mended) if each.id != bulletin.id and chain.has_begun(each)]


def put_right_by(session: Session, bulletin: Bulletin) -> Bulletin | None:
    """The correction or retraction of it that was approved, or has begun: of several the last one, and one that was
    withdrawn halfway only where no other holds."""
    found = [each for each in chain.members(session, bulletin) if _puts_right(session, each, bulletin)]
    return max(found, key=lambda each: (each.state != BulletinState.WITHDRAWN, each.id), default=None)


def _puts_right(session: Session, later: Bulletin, bulletin: Bulletin) -> bool:
    if BulletinState(later.state) not in APPROVED and not chain.has_begun(later):
        return False
    return later.mends_id == bulletin.id or any(one.id == bulletin.id for one in put_right(session, later))


def farthest(session: Session, mended: Sequence[Bulletin]) -> int:
    """The highest number of a recipient that any of them came to: nobody behind it was sent one."""
    orders = PublishingOrder.bulletin_id.in_([each.id for each in mended])
    columns = (PublishingOrder.cursor, PublishingOrder.liaison_cursor)
    found = session.execute(select(*(func.max(column) for column in columns)).where(orders)).one()
    return max(number or 0 for number in found)


def may_begin(session: Session, bulletin: Bulletin, *, due: datetime, at: datetime) -> bool:
    """False for a minute at most, while senders still have in hand what it mends: soon it is known who was sent it."""
    if at - due >= IN_HAND:
        return True
    batches = [each.batch for each in spoken_of(session, bulletin)]
    return not batches or not had_letter.any_in_hand(session, batches)


def refuse_while_sending(session: Session, bulletin: Bulletin) -> None:
    """To be called before approval: whoever would get the wrong text afterwards would not get the right one. Holds what
    it mends until the transaction ends, so that nobody resumes it meanwhile. Raises NotNow."""
    for mended in spoken_of(session, bulletin):
        session.refresh(mended, with_for_update=True)
        if mended.state == BulletinState.SENDING:
            raise NotNow(
                f"もとの「{mended.subject}」（お知らせ {mended.id}番）を、まだ配信しています。"
                "先に一時停止してください。残りの人には、誤ったメールが届かなくなります。"
            )


def refuse_going_on(session: Session, bulletin: Bulletin) -> None:
    """To be called where a bulletin is resumed or sent again, in the same transaction: what was put right does not go
    out any more. Raises NotNow."""
    session.refresh(bulletin, with_for_update=True)
    mending = put_right_by(session, bulletin)
    if mending is not None:
        label = Kind(mending.kind).label
        raise NotNow(
            f"このお知らせには、{label}（お知らせ {mending.id}番）が出ています。"
            f"続きを送ると、{label}の届かない人が出ます。"
            "残りの人へは、正しい内容のお知らせを新しく書いてください。"
        )


def safety(mended: Bulletin) -> str:
    """What a retraction says of the matter itself, by the class of what it takes back."""
    if is_danger(mended) or mended.kind == Kind.DRILL.value:
        return NO_DANGER
    return NO_CRIME if mended.category.startswith(("市内", "市外")) else NOTHING_SAID
