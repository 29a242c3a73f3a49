"""The ledger's lines about a bulletin, in sentences."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from sqlalchemy.orm import Session

from admin.frame.japanese_times import moment
from admin.people import staff
from bulletins.approval_marks import Road
from foundation.ledger import LedgerLine

_STAFF = "staff:"
_PLAIN = {
    "bulletin.submitted": "承認を依頼しました。",
    "bulletin.code-typed": "電話で読み上げられたコードを入力しました。",
    "bulletin.code-refused": "電話承認のコードをまちがえました。",
    "bulletin.countersigned": "後閲しました。",
    "bulletin.drill-confirmed": "きょう訓練を配信することを確認しました。",
    "bulletin.drill-lapsed": "訓練の当日に確認されなかったため、配信せずに差し戻しました。",
    "bulletin.withdrawn": "取り下げました。",
    "bulletin.halted": "配信を一時停止しました。",
    "bulletin.resumed": "配信を再開しました。",
    "bulletin.started": "配信を始めました。",
    "bulletin.widened": "だれに送ったかの記録が残っていないため、ふだんの届け先に送りました。",
    "bulletin.discarded": "空の下書きを片付けました。",
}


@dataclass(frozen=True)
class HistoryLine:
    at: datetime
    who: str
    what: str


def history(session: Session, lines: Sequence[LedgerLine], zone: tzinfo) -> list[HistoryLine]:
    """Oldest first."""
    return [HistoryLine(line.at, _who(session, line.actor), _what(session, line, zone)) for line in lines]


def _who(session: Session, actor: str) -> str:
    number = actor.removeprefix(_STAFF)
    if actor.startswith(_STAFF) and number.isdigit():
        colleague = staff.numbered(session, int(number))
        return colleague.name if colleague else "職員"
    return "システム"


def _what(session: Session, line: LedgerLine, zone: tzinfo) -> str:
    details: Mapping[str, object] = json.loads(line.details)
    match line.action:
        case "bulletin.drafted":
            source = details.get("copied_from")
            return f"お知らせ {source}番を写して、下書きを作りました。" if source else "下書きを作りました。"
        case "bulletin.changed" if details.get("quiet"):
            return f"内容を変え始めました（第{details.get('version')}版、自動保存）。"
        case "bulletin.changed":
            return f"内容を変えました（第{details.get('version')}版）。"
        case "bulletin.approved":
            return _approved(details, zone) + _road(session, details) + _why(details)
        case "bulletin.returned":
            return f"差し戻しました。理由：{details.get('reason')}"
        case "bulletin.sent-again":
            return f"届かなかった{_number(details, 'letters')}件に、もう一度送り始めました。"
        case "bulletin.sent":
            return (
                f"配信を終えました。送信{_number(details, 'sent')}件、"
                f"送れず{_number(details, 'failed')}件、期限切れ{_number(details, 'expired')}件、"
                f"取りやめ{_number(details, 'suppressed')}件。"
            )
    return _PLAIN.get(line.action, line.action)


def _approved(details: Mapping[str, object], zone: tzinfo) -> str:
    alone = details.get("road") == Road.ALONE
    if details.get("urgent"):
        return "緊急単独配信で送りました。ほかの人は承認していません。" if alone else "緊急配信として承認しました。"
    starts_at = details.get("starts_at")
    if not isinstance(starts_at, str):
        return "承認しました。"
    return f"承認しました。配信は {moment(datetime.fromisoformat(starts_at), zone)} から。"


def _road(session: Session, details: Mapping[str, object]) -> str:
    """What was not the usual way."""
    told = []
    if details.get("road") == Road.TELEPHONE:
        told.append(f"電話承認です。入力した人：{_who(session, str(details.get('typed_by', '')))}。")
    if details.get("deputy"):
        told.append("代決です。")
    return "".join(told)


def _why(details: Mapping[str, object]) -> str:
    """Last, since it is somebody's own words, which may end without a full stop."""
    return f"理由：{details.get('reason')}" if details.get("urgent") else ""


def _number(details: Mapping[str, object], name: str) -> str:
    value = details.get(name, 0)
    return f"{value:,}" if isinstance(value, int) else "0"
