"""The ledger's lines in words for staff: who, what, about which thing, and what changed."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from admin.frame.japanese_times import moment_with_year
from admin.records.ledger_details import DETAILS, VALUES
from foundation.ledger import LedgerLine

# In the order in which the page offers them.
ROOMS: Mapping[str, str] = {
    "bulletin": "お知らせ",
    "subscriber": "登録者（1人ずつ）",
    "subscribers": "登録者の名簿",
    "voice": "意見・要望",
    "place": "配布・配置場所",
    "placement": "配布・配置の記録",
    "material": "連絡員の資料",
    "meeting": "地域安全の会",
    "paper": "ミニ広報紙・交番速報",
    "liaison": "連絡員",
    "candidate": "連絡員の候補",
    "staff": "職員",
    "notice": "定型文",
    "inbound": "受信メール",
    "domain": "ドメインの一時停止",
    "ledger": "操作の記録",
    "database": "データベース",
}
# What a number can be about, and the page that shows it.
PLACES: Mapping[str, tuple[str, str]] = {
    "bulletin": ("お知らせ", "/admin/bulletins/"),
    "subscriber": ("登録者", "/admin/subscribers/"),
    "staff": ("職員", ""),
    "voice": ("意見・要望", "/admin/voices/"),
    "inbound": ("受信メール", ""),
    "liaison": ("連絡員", "/admin/liaisons/"),
    "candidate": ("候補", "/admin/liaisons/candidates/"),
    "domain-pause": ("一時停止", ""),
    "notice": ("定型文", "/admin/notices/"),
    "place": ("配布・配置場所", "/admin/places/at/"),
    "material": ("資料", "/admin/materials/"),
    "meeting": ("地域安全の会", "/admin/meetings/"),
    "paper": ("ミニ広報紙・交番速報", "/admin/papers/"),
}
WORDS: Mapping[str, str] = {
    "bulletin.drafted": "下書きを作った",
    "bulletin.changed": "内容を変えた",
    "bulletin.translated": "ほかの言語の文面を書いた",
    "bulletin.submitted": "承認を依頼した",
    "bulletin.approved": "承認した",
    "bulletin.returned": "差し戻した",
    "bulletin.withdrawn": "取り下げた",
    "bulletin.started": "配信を始めた",
    "bulletin.halted": "配信を一時停止した",
    "bulletin.resumed": "配信を再開した",
    "bulletin.sent": "配信を終えた",
    "bulletin.sent-again": "届かなかった人に再送した",
    "bulletin.code-typed": "電話で読み上げられたコードを入力した",
    "bulletin.code-refused": "電話承認のコードをまちがえた",
    "bulletin.countersigned": "後閲した",
    "bulletin.drill-confirmed": "訓練を当日に確認した",
    "bulletin.drill-lapsed": "訓練が当日に確認されず、差し戻した",
    "bulletin.widened": "記録がないため、ふだんの届け先に送った",
    "bulletin.discarded": "空の下書きを片付けた",
    "subscriber.registered": "登録した",
    "subscriber.changed": "登録の内容を変えた",
    "subscriber.viewed": "登録者を調べた",
    "subscriber.list-viewed": "登録者の一覧を見た",
    "subscriber.admitted": "転送先または連絡員として登録した",
    "subscriber.unlisted": "市のお知らせだけをやめた",
    "subscriber.stopped": "配信を停止した",
    "subscriber.undone": "停止を取り消した",
    "subscriber.paused": "受け取りを休んだ",
    "subscriber.resumed": "受け取りを再開した",
    "subscriber.invited": "登録用メールを送った",
    "subscriber.erased": "アドレスを消去した",
    "subscribers.imported": "名簿を取り込んだ",
    "subscribers.import-begun": "名簿の取り込みを始めた",
    "subscribers.exported": "名簿を書き出した",
    "place.added": "配布・配置場所を加えた",
    "place.changed": "配布・配置場所の登録を変えた",
    "place.retired": "配布・配置場所を使うのをやめた",
    "place.restored": "配布・配置場所をまた使えるようにした",
    "placement.noted": "配布・配置を記録した",
    "placement.taken-back": "配布・配置の記録を取り消した",
    "material.written": "連絡員の資料を書いた",
    "material.checked": "連絡員の資料の内容を確かめた",
    "material.hidden": "連絡員の資料を見せるのをやめた",
    "voice.received": "意見・要望を受け付けた",
    "voice.viewed": "氏名や連絡先のある意見・要望を見た",
    "voice.added": "意見・要望に書き足した",
    "voice.assigned": "意見・要望の担当を決めた",
    "voice.taken": "意見・要望の対応を始めた",
    "voice.answered": "意見・要望に回答した",
    "voice.cannot": "意見・要望に対応できないとした",
    "voice.reopened": "意見・要望の対応を再開した",
    "voice.due": "意見・要望の期限を変えた",
    "voice.told": "意見・要望の結果を伝えた",
    "voice.led-to": "意見・要望から生まれたことを記録した",
    "voice.erased": "意見・要望の連絡先を消去した",
    "meeting.planned": "地域安全の会を予定した",
    "meeting.changed": "地域安全の会の内容を変えた",
    "meeting.letter-asked": "地域安全の会の案内を依頼した",
    "meeting.letter-taken-back": "地域安全の会の案内の依頼を取り下げた",
    "meeting.letter-sent": "地域安全の会の案内を確かめて送った",
    "meeting.called-off": "地域安全の会を中止した",
    "meeting.list-viewed": "地域安全の会で電話などで知らせる人の一覧を見た",
    "meeting.noted": "地域安全の会の記録をつけた",
    "liaison.asked": "連絡員の打診を始めた",
    "liaison.asked-again": "連絡員にもう一度打診した",
    "liaison.asked-by-mail": "打診のメールを送った",
    "liaison.consented": "連絡員の承諾を記録した",
    "liaison.declined": "連絡員の見送りを記録した",
    "liaison.activated": "連絡員の活動を始めた",
    "liaison.edited": "連絡員の記録を変えた",
    "liaison.corrected": "自分の記録を直した",
    "liaison.rested": "連絡員を休止にした",
    "liaison.resumed": "連絡員を再開した",
    "liaison.ended": "連絡員を終えた",
    "liaison.erased": "見送った人の名前を消去した",
    "liaison.reviewed": "4月の確認をした",
    "liaison.handed-over": "連絡員の担当者を引き継いだ",
    "liaison.own-link-sent": "ご本人のページのリンクを送った",
    "liaison.viewed": "連絡員の記録を見た",
    "liaison.list-viewed": "連絡員一覧表を見た",
    "liaison.list-printed": "連絡員一覧表を印刷用に開いた",
    "liaison.handover-viewed": "引き継ぎ書を見た",
    "liaison.exported": "連絡員一覧表を書き出した",
    "candidate.sent": "連絡員の候補を送った",
    "candidate.taken": "候補に打診することにした",
    "candidate.put-aside": "候補を見合わせた",
    "candidate.viewed": "候補を見た",
    "candidate.erased": "見合わせた候補を消去した",
    "paper.made": "ミニ広報紙・交番速報の下書きを作った",
    "paper.changed": "ミニ広報紙・交番速報を書きかえた",
    "paper.discarded": "ミニ広報紙・交番速報を捨てた",
    "staff.added": "職員を加えた",
    "staff.changed": "職員の登録を変えた",
    "staff.deactivated": "職員の利用を止めた",
    "staff.signed-in": "サインインした",
    "staff.invited": "職員を招待した",
    "staff.invitation-sent": "招待メールを送った",
    "staff.invitation-cancelled": "招待を取り消した",
    "staff.requested": "もう一人の確認を申請した",
    "staff.request-confirmed": "申請を確認した",
    "staff.request-declined": "申請を断った",
    "staff.request-withdrawn": "申請を取り下げた",
    "staff.role-changed": "役割を変えた",
    "staff.password-link-sent": "パスワードを決めるリンクを送った",
    "staff.password-set": "パスワードを決めた",
    "staff.codes-on": "認証コードを使い始めた",
    "staff.codes-off": "認証コードをやめた",
    "staff.codes-reset": "認証コードを設定しなおせるようにした",
    "staff.recovery-codes-made": "予備コードを作った",
    "staff.recovery-code-used": "予備コードでサインインした",
    "staff.signed-out-elsewhere": "ほかのブラウザーをサインアウトした",
    "staff.token-issued": "APIトークンを発行した",
    "staff.token-revoked": "APIトークンを無効にした",
    "staff.tokens-revoked": "APIトークンを取り消した",
    "notice.edited": "定型文の新しい版を書いた",
    "notice.released": "定型文の新しい版を使えるようにした",
    "notice.dismissed": "定型文の案をとりやめた",
    "notice.retired": "定型文を使うのをやめた",
    "notice.restored": "定型文をまた使えるようにした",
    "inbound.again": "受信メールをもう一度処理させた",
    "inbound.done": "受信メールを処理済みにした",
    "domain.resumed": "止まっていたドメインへの配信を再開した",
    "ledger.exported": "操作の記録を書き出した",
    "ledger.verified": "操作の記録のつながりを確かめた",
    "database.copied": "データベースを移した",
    "database.restored": "バックアップから戻した",
}
_ACTORS: Mapping[str, str] = {
    "command": "サーバーの管理コマンド",
    "resident": "登録者本人",
    "liaison": "連絡員本人",
    "publisher": "システム（配信）",
    "sample": "見本データ",
    "rule:three-days": "自動（配信エラーの日数）",
    "rule:feedback": "自動（苦情の通知）",
    "rule:not-held": "自動（届けるものがなくなった）",
    "rule:erasure": "自動（アドレスの消去）",
}
_DOORS: Mapping[str, str] = {"console": "管理画面", "api": "API", "command": "サーバー"}
_BY_NAME = ("notice", "place", "material")  # what a word tells apart, not a number
_STAFF = "staff:"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?[+-]\d\d:\d\d")
_PERSON = re.compile(r"staff:\d{1,18}", re.ASCII)
_BRIEF = 80  # characters


@dataclass(frozen=True)
class LineWords:
    """`subject_at` is the page of what the line is about, empty where there is none."""

    number: int
    at: datetime
    who: str
    what: str
    subject: str
    subject_at: str
    origin: str
    changes: tuple[tuple[str, str], ...]

    @property
    def brief(self) -> str:
        """The changes in one short line; empty where they want more room."""
        line = "、".join(f"{name}：{value}" for name, value in self.changes)
        return line if len(line) <= _BRIEF else ""


def line_words(line: LedgerLine, names: Mapping[int, str], zone: tzinfo) -> LineWords:
    """`names` are the staff's, by number. A count of nothing is not told."""
    subject, place = _subject(line.subject)
    return LineWords(
        number=line.id,
        at=line.at,
        who=who_words(line.actor, names),
        what=WORDS.get(line.action, line.action),
        subject=subject,
        subject_at=place,
        origin=origin_words(line.origin),
        changes=tuple(
            (DETAILS.get(name, name), _value(value, names, zone))
            for name, value in _in_turn(json.loads(line.details)).items()
            if value is False or value != 0
        ),
    )


def _in_turn(details: dict[str, object]) -> dict[str, object]:
    """They are stored by the alphabet, in which what stands now would come before what stood there."""
    if details.keys() >= {"before", "after"}:
        details["after"] = details.pop("after")
    return details


def who_words(actor: str, names: Mapping[int, str]) -> str:
    number = actor.removeprefix(_STAFF)
    if actor.startswith(_STAFF) and number.isdigit():
        return names.get(int(number), f"職員 {number}番")
    return _ACTORS.get(actor, "システム")


def origin_words(origin: str) -> str:
    """`console:192.0.2.7` as `管理画面 192.0.2.7`."""
    door, _, address = origin.partition(":")
    return f"{_DOORS.get(door, door)} {address}".strip()


def _subject(subject: str) -> tuple[str, str]:
    kind, _, number = subject.partition(":")
    name, place = PLACES.get(kind, ("", ""))
    if kind in _BY_NAME:
        return f"{name} {number}", f"{place}{number}"
    if not name or not number.isdigit():
        return "", ""
    return f"{name} {number}番", f"{place}{number}" if place else ""


def _value(value: object, names: Mapping[int, str], zone: tzinfo) -> str:
    """A pair is what stood before and what stands now."""
    if isinstance(value, dict) and value.keys() == {"before", "after"}:
        value = [value["before"], value["after"]]
    if isinstance(value, list) and len(value) == 2:
        return f"{_plain(value[0], names, zone)} → {_plain(value[1], names, zone)}"
    return _plain(value, names, zone)


def _plain(value: object, names: Mapping[int, str], zone: tzinfo) -> str:
    if value is None or value == "":
        return "（なし）"
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if _MOMENT.fullmatch(value):
        return moment_with_year(datetime.fromisoformat(value), zone)
    return who_words(value, names) if _PERSON.fullmatch(value) else VALUES.get(value, value)
