"""What the ledger's lines tell beside the deed: the names of the details, and the values that are words of ours."""

from collections.abc import Mapping

from admin.moved_words import MOVED
from admin.roles import Role
from subscribers.tables import StopReason

# One that is missing stands as it is.
DETAILS: Mapping[str, str] = {
    "version": "版",
    "urgent": "緊急",
    "starts_at": "配信を始める時刻",
    "reason": "理由",
    "role": "権限",
    "before": "前",
    "after": "後",
    "deputy_rank": "代決の順位",
    "approver": "コードの持ち主",
    "road": "承認のしかた",
    "typed_by": "入力した人",
    "deputy": "代決",
    "language": "言語",
    "consent": "公表の同意",
    "copied_from": "写しもと",
    "quiet": "自動保存",
    "retired": "使うのをやめた",
    "password_set": "パスワードの設定",
    "with_code": "認証コードの入力",
    "codes": "予備コードの数",
    "left": "残りの予備コード",
    "sessions": "サインアウトしたブラウザー",
    "token": "APIトークンの番号",
    "tokens": "APIトークンの数",
    "request": "申請の番号",
    "kind": "申請の内容",
    "asked_by": "申請した人",
    "letters": "通数",
    "audience": "対象",
    "sent": "送信",
    "deferred": "送り直し待ち",
    "failed": "送れず",
    "suppressed": "取りやめ",
    "expired": "期限切れ",
    "bounced": "後から不達",
    "verdict": "判断",
    "place": "登録の場所",
    "shown": "表示した数",
    "lines": "行数",
    "last": "最後の行",
    "holds": "つながっている",
    "addresses": "アドレスの数",
    "added": "新しい登録",
    "added_stopped": "うち停止のまま",
    "known": "登録ずみ",
    "stopped_here": "うちここで停止中",
    "rejected": "読めない行",
}
VALUES: Mapping[str, str] = {
    **{role.value: role.label for role in Role},
    **{reason.value: words for reason in StopReason for event, words in MOVED.items() if event.value == reason.value},
    "telephone": "電話承認",
    "alone": "緊急単独配信",
    "on": "使っている",
    "off": "使っていない",
    "ours": "こちらの不具合",
    "true": "本当にないアドレス",
}
