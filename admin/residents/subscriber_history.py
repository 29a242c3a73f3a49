"""What one subscriber's page tells of the past, in words: what was done, what failed, and the latest bulletins."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.people import staff
from admin.residents.bounce_words import bounce_words
from bulletins.tables import BATCH, Bulletin
from foundation.ledger import LedgerLine
from mailer import letters_to
from mailer.bounce_facts import BounceFactRow
from mailer.outbox_tables import OPEN, OutboxRow, State
from subscribers.admitting import ADMITTED
from subscribers.leaving import UNLISTED
from subscribers.tables import Subscriber, SubscriberState

MOST_LINES = 50
MOST_DELIVERIES = 20
REGISTERED, INVITED = "subscriber.registered", "subscriber.invited"
_PAUSES = ("subscriber.paused", "subscriber.resumed")
_CAME = (REGISTERED, ADMITTED)
_TOLD = (*_CAME, UNLISTED, "subscriber.changed", "subscriber.stopped", "subscriber.undone", *_PAUSES, INVITED)
_STOPPED = {
    "left": "配信を停止しました。",
    "unreachable": "配信エラーが続いたため、配信を停止しました。",
    "complaint": "迷惑メールとして報告されたため、配信を停止しました。",
    "staff": "本人に代わって、配信を停止しました。",
}
_DONE = {
    ADMITTED: "転送先か連絡員として登録しました。市のお知らせは届きません。",
    UNLISTED: "市のお知らせだけをやめました。",
    "subscriber.changed": "配信区分、地域、ことばを選びなおしました。",
    "subscriber.undone": "停止を取り消して、配信を再開しました。",
    "subscriber.paused": "しばらく受け取りを休むことにしました。",
    "subscriber.resumed": "休みを終えて、受け取りを再開しました。",
    INVITED: "登録用メールを送りました。",
}
_WHO = {"resident": "本人", "command": "コマンド", "sample": "見本のデータ"}
_ENDS = {
    State.QUEUED: "送信待ち",
    State.DEFERRED: "送信待ち（相手に断られ、送りなおします）",
    State.SENT: "送信しました",
    State.FAILED: "送れませんでした",
    State.SUPPRESSED: "送る前に取りやめました",
    State.EXPIRED: "期限までに送れませんでした",
}


@dataclass(frozen=True)
class Happened:
    """`trouble` where it is a letter that failed."""

    at: datetime
    who: str
    what: str
    trouble: bool = False


@dataclass(frozen=True)
class Delivery:
    """One bulletin to this person, and how it ended; `trouble` where it did not come through."""

    at: datetime
    bulletin_id: int
    subject: str
    end: str
    trouble: bool


def happened(
    session: Session,
    row: Subscriber,
    facts: Sequence[BounceFactRow],
    labels: Mapping[str, str],
    *,
    most: int = MOST_LINES,
) -> list[Happened]:
    """The newest first; looks of staff are left out. `labels` are the places' names by key."""
    lines = session.scalars(
        select(LedgerLine)
        .where(LedgerLine.subject == f"subscriber:{row.id}", LedgerLine.action.in_(_TOLD))
        .order_by(LedgerLine.id.desc())
        .limit(most)
    ).all()
    found = [Happened(line.at, _who(session, line.actor), _what(line, labels)) for line in lines]
    found += [
        Happened(fact.handed_at, "", f"メールが届きませんでした（{bounce_words(fact.bounce_class)}）。", trouble=True)
        for fact in facts
    ]
    if not any(line.action in _CAME for line in lines) and len(lines) < most:
        # An import leaves no line for each address.
        came = "名簿の取り込みで入りました。" if row.state == SubscriberState.ACTIVE or lines else "名簿にありました。"
        found.append(Happened(row.since, "", came))
    return sorted(found, key=lambda each: each.at, reverse=True)[:most]


def deliveries(session: Session, address: str) -> list[Delivery]:
    """The latest bulletins to one address, the newest first."""
    letters = [
        (row, number) for row in letters_to.latest_to(session, address, MOST_DELIVERIES) if (number := _number(row))
    ]
    numbers = [number for _, number in letters]
    named = select(Bulletin.id, Bulletin.subject).where(Bulletin.id.in_(numbers))
    subjects = {row.id: row.subject for row in session.execute(named)}
    return [
        Delivery(
            row.handed_at or row.ended_at or row.created_at,
            number,
            subjects.get(number, f"お知らせ {number}番"),
            _end(row),
            trouble=row.bounced_as is not None or row.state in (State.FAILED, State.EXPIRED),
        )
        for row, number in letters
    ]


def _number(row: OutboxRow) -> int:
    """Of the bulletin; 0 for letters that belong to none."""
    number = row.batch.removeprefix(BATCH)
    return int(number) if number.isdigit() else 0


def _end(row: OutboxRow) -> str:
    if row.bounced_as is not None:
        return f"送信のあと、戻ってきました（{bounce_words(row.bounced_as)}）"
    if row.unwanted and row.state in (State.SUPPRESSED, *OPEN):
        return "配信停止のため、送りません"
    return _ENDS[State(row.state)]


def _who(session: Session, actor: str) -> str:
    kind, _, number = actor.partition(":")
    if kind == "staff" and number.isdigit():
        colleague = staff.numbered(session, int(number))
        return colleague.name if colleague else "職員"
    return _WHO.get(actor, "システム")


def _what(line: LedgerLine, labels: Mapping[str, str]) -> str:
    details: Mapping[str, object] = json.loads(line.details)
    if line.action == REGISTERED:
        place = str(details.get("place") or "")
        return f"登録しました（{labels.get(place, place)}）。" if place else "登録しました。"
    if line.action == "subscriber.stopped":
        return _STOPPED.get(str(details.get("reason")), "配信を停止しました。")
    return _DONE[line.action]
