"""An approval in words: who answered for it and how, what an urgent one overrides, how long until the start."""

from datetime import datetime, timedelta, tzinfo

from admin.frame.japanese_times import start_words
from bulletins.approval_marks import Road, awaits_countersigning
from bulletins.schedule import moment_words
from bulletins.tables import Bulletin
from foundation.era import clock_words
from mailer.delivery_hours import DeliveryHours, NeverOpens


def approval_marks_of(bulletin: Bulletin) -> tuple[str, ...]:
    """`代決`, `電話承認`, `緊急単独配信`: what was not the usual way."""
    marks = {Road.TELEPHONE.value: "電話承認", Road.ALONE.value: "緊急単独配信"}
    road = marks.get(bulletin.approved_by_road or "", "")
    deputy = "代決" if bulletin.approved_as_deputy else ""
    return tuple(mark for mark in (road, deputy) if mark)


def approver_words(bulletin: Bulletin) -> str:
    """`承認 はなこ（電話承認・代決、入力：配信 たろう）`; empty before approval."""
    marks = "・".join(approval_marks_of(bulletin))
    typist = f"入力：{bulletin.typist_name}" if bulletin.typist_name else ""
    inside = "、".join(each for each in (marks, typist) if each)
    return f"{bulletin.approver_name or ''}（{inside}）" if inside else bulletin.approver_name or ""


def countersign_words(bulletin: Bulletin) -> str:
    """Why somebody has to look at it afterwards; empty where nobody has to."""
    if not awaits_countersigning(bulletin):
        return ""
    if bulletin.approved_by_road == Road.ALONE:
        return f"{bulletin.approver_name}さんが、ほかの人の承認なしに配信しました（緊急単独配信）。"
    return f"{bulletin.approver_name}さんが、代決しました。"


def overridden_words(hours: DeliveryHours, start: datetime | None, *, at: datetime) -> str:
    """What urgency sets aside: the hours, the time it is, and when it would begin otherwise."""
    now = clock_words(at.astimezone(hours.zone))
    usual = f"緊急でなければ {start_words(start, hours.zone, at=at).text} からです。" if start is not None else ""
    return f"配信時間は {hours.describe()}。いまは {now}。{usual}"


def closing_words(hours: DeliveryHours, *, at: datetime) -> str:
    """Until when the window is closed; empty while it is open."""
    if hours.is_open(at):
        return ""
    try:
        opening = hours.next_opening(at)
    except NeverOpens:
        return "いまは配信時間の外です。"
    return f"いまは配信時間の外です。次に開くのは {start_words(opening, hours.zone, at=at).text} です。"


def time_left(start: datetime, *, at: datetime) -> str:
    """`あと2時間10分`, `あと3日`; rounded up to the minute."""
    left = start - at
    if left <= timedelta():
        return "まもなく"
    minutes = -(-int(left.total_seconds()) // 60)
    if minutes < 60:
        return f"あと{minutes}分"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"あと{hours}時間{rest}分" if rest else f"あと{hours}時間"
    days, rest = divmod(hours, 24)
    return f"あと{days}日と{rest}時間" if rest else f"あと{days}日"


def wanted_words(bulletin: Bulletin, zone: tzinfo, *, at: datetime) -> str:
    """The start that was asked for, as long as nothing else was decided; empty where none was."""
    if bulletin.wanted_start is None:
        return ""
    if bulletin.wanted_start <= at:
        return f"予約した日時（{moment_words(bulletin.wanted_start, zone)}）は過ぎました。承認されしだい始まります。"
    words = start_words(bulletin.wanted_start, zone, at=at).text
    return f"{words} に始める予約です（{time_left(bulletin.wanted_start, at=at)}）。"
