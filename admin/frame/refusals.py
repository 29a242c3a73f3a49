"""What the rooms refuse, as a banner on the page: status, title, sentences."""

from collections.abc import Mapping
from dataclasses import dataclass

from bulletins.approval import Blocked, ReasonMissing
from bulletins.approval_codes import CodeRefused
from bulletins.approval_marks import AlreadyDone
from bulletins.drafting import DraftInvalid, UnknownBulletin
from bulletins.filling import FieldsInvalid
from bulletins.kinds import KindUnfit
from bulletins.life import NotNow, WrongState
from bulletins.notice_shelf import NoticeRetired, UnknownNotice
from bulletins.schedule import StartUnfit
from bulletins.signatory import NotAllowed
from foundation.templating import TemplateBroken
from mailer.delivery_hours import NeverOpens

# What pages answer with a banner; anything else is a fault of the service.
REFUSING = (
    Blocked,
    CodeRefused,
    DraftInvalid,
    FieldsInvalid,
    NeverOpens,
    KindUnfit,
    NoticeRetired,
    NotAllowed,
    NotNow,
    ReasonMissing,
    StartUnfit,
    TemplateBroken,
    UnknownBulletin,
    UnknownNotice,
    WrongState,
)

_TITLES: Mapping[type[Exception], str] = {
    ReasonMissing: "理由を書いてください",
    CodeRefused: "電話承認できませんでした",
}


@dataclass(frozen=True)
class Refusal:
    """`status` is the page's HTTP status."""

    status: int
    title: str
    sentences: tuple[str, ...] = ()


def refusal_of(error: Exception) -> Refusal:  # noqa: PLR0911 -- a table of exceptions
    """Of one of REFUSING; whatever else is raised again."""
    match error:
        case Blocked():
            messages = tuple(finding.message for finding in error.findings)
            return Refusal(409, "直すところがあるため、進められません", messages)
        case WrongState():
            first = isinstance(error, AlreadyDone)
            title = "ほかの人が先に済ませました" if first else "ほかの人の操作などで、状態が変わっています"
            return Refusal(409, title, (str(error),))
        case NotNow() | KindUnfit():
            title = "いまは、まだできません" if isinstance(error, NotNow) else "このお知らせには、続けられません"
            return Refusal(409, title, (str(error),))
        case NotAllowed():
            return Refusal(403, "この操作はできません", (str(error),))
        case ReasonMissing() | DraftInvalid() | StartUnfit() | CodeRefused():
            return Refusal(422, _TITLES.get(type(error), "入力を確かめてください"), (str(error),))
        case FieldsInvalid():
            return Refusal(422, "入力を確かめてください", tuple(error.errors.values()))
        case UnknownBulletin():
            return Refusal(404, "お知らせが見つかりません", ("番号を確かめてください。",))
        case UnknownNotice() | NoticeRetired() | TemplateBroken():
            sentences = (f"{error}。", "システム管理者に伝えてください。ほかの定型文は使えます。")
            return Refusal(409, "この定型文は、いま使えません", sentences)
        case NeverOpens():
            return Refusal(409, "配信できる日がありません", ("配信時間と閉庁日の設定を確かめてください。",))
    raise error
