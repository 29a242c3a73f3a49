"""Why a mail was set aside, in words for staff, and what to do; the post-room's notes are for administrators."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Why:
    """`again` says whether working it again could end otherwise."""

    reason: str
    advice: str
    again: bool = True


# By the beginning of the post-room's note.
_KNOWN = {
    "postmaster: ": Why("postmaster・abuse あてのメールです。", "読んで、必要なら返信してください。", again=False),
    "feedback: ": Why(
        "迷惑メールの申告や苦情を受けるアドレス（feedback）あてのメールです。",
        "配信を望まない人がいれば、そのアドレスへの配信を停止してください。",
        again=False,
    ),
    "koe: ": Why(
        "連絡員版への返信が、1日に数十通も届いています。",
        "自動で送られたものかもしれません。読んで、必要なら意見・要望として書きとめてください。",
    ),
    "the reader failed": Why(
        "内容を読み取れませんでした。",
        "メールの形式が崩れています。下の本文で分かる範囲で判断してください。",
    ),
    "a notice of Amazon SES": Why(
        "メールを中継する事業者（Amazon SES）からの知らせです。配信エラーの知らせではありません。",
        "中身に心当たりがないときは、システム管理者に知らせてください。",
    ),
}
_CRASHED = Why(
    "処理の途中で、予期しない不具合が起きました。",
    "「もう一度処理する」を押してください。またここに残るときは、システム管理者に知らせてください。",
)
_NO_NOTE = Why("理由の記録がありません。", "読んで判断してください。")
_NOT_UNDERSTOOD = Why(
    "配信エラーの知らせのようですが、どのような知らせか読み取れませんでした。",
    "急ぐ必要はありません。同じようなメールが続くときは、システム管理者に知らせてください。",
)
_EXCEPTION = re.compile(r"[A-Z]\w*", re.ASCII)


def inbound_words(note: str | None) -> Why:
    """The notes come from `service/post_room.py`; an exception is noted by its bare name, and what a report said of
    itself may be anything."""
    if not note:
        return _NO_NOTE
    if _EXCEPTION.fullmatch(note):
        return _CRASHED
    return next((why for beginning, why in _KNOWN.items() if note.startswith(beginning)), _NOT_UNDERSTOOD)
