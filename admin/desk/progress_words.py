"""How a delivery is getting on, as one says it: how much is done, how long it will take, or why it stands still."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from admin.desk.lookout import Sighting
from admin.frame.japanese_times import start_words
from bulletins.life import BulletinState
from bulletins.progress import Circumstances, Progress, Standstill, rate, standstill, time_left
from mailer.delivery_hours import DeliveryHours, NeverOpens
from mailer.tallies import Counts

LARGEST = 10
MOST = 100  # lines that a page lists; the rest is added up

_SOON = timedelta(seconds=45)
_STANDS = {
    Standstill.HALTED: "一時停止しています。再開するまで、残りのメールは送られません。",
    Standstill.STILL: "いま、送信が進んでいません。送信サーバーの準備ができると、続きを自動で送ります。"
    "長く続くときは、システム管理者に知らせてください。",
}


@dataclass(frozen=True)
class ProgressView:
    """What the page shows and the events tell: `words` are the texts that change, by the name of their place."""

    state: str
    audience: int
    ended: int
    stands: str  # the kind of a standstill, empty while it moves
    words: Mapping[str, str]
    largest: Sequence[Sequence[str]]
    others: Sequence[Sequence[str]]


def progress_view(sighting: Sighting, hours: DeliveryHours) -> ProgressView:
    """The texts of one look; `hours` tell when it goes on."""
    found, around = sighting.progress, sighting.around
    at = sighting.readings[-1].at
    pace = rate(sighting.readings)
    stands = standstill(found, sighting.readings, around)
    sending = around.state is BulletinState.SENDING
    lines = domain_lines(sighting)
    texts = {
        "done": done_words(found),
        "left": left_words(time_left(found, pace)) if sending and stands is None else "",
        "rate": rate_words(pace) if sending and stands is None else "",
        "stands": standstill_words(stands, sighting, hours, at=at),
        "missed": f"届かなかったのは {found.not_reached:,}件です。" if found.not_reached else "",
        "others": f"ほかのドメイン（{sum(map(bool, sighting.domains)) - LARGEST:,}）" if len(lines) > LARGEST else "",
    }
    return ProgressView(
        state=around.state.value,
        audience=found.audience,
        ended=found.counts.ended,
        stands=stands.value if stands else "",
        words=texts | {name: f"{number:,}" for name, number in count_cells(found).items()},
        largest=lines[:LARGEST],
        others=lines[LARGEST:],
    )


def done_words(found: Progress) -> str:
    """`12,300件のうち 6,150件が済みました（50％）。`; not 100 % before the last one."""
    share = 100 * found.counts.ended // found.audience if found.audience else 0
    grows = "" if found.fanned_out else "宛先はまだ増えます。"
    return f"{found.audience:,}件のうち {found.counts.ended:,}件が済みました（{share}％）。{grows}"


def left_words(left: timedelta | None) -> str:
    """`あと約3分`, rounded up, so that it is rather done early than late."""
    if left is None:
        return "計算中"
    if left <= _SOON:
        return "まもなく終わります"
    minutes = math.ceil(left.total_seconds() / 60)
    if minutes < 60:
        return f"あと約{minutes}分"
    hours, tens = divmod(math.ceil(minutes / 10), 6)
    if hours >= 24:
        return "あと1日以上"
    return f"あと約{hours}時間{tens}0分" if tens else f"あと約{hours}時間"


def rate_words(letters_a_second: float | None) -> str:
    """`毎秒 512件`; below one a second by the minute."""
    if letters_a_second is None:
        return "計算中"
    if 0 < letters_a_second < 1:
        return f"毎分 {max(1, round(letters_a_second * 60))}件"
    return f"毎秒 {round(letters_a_second):,}件"


def standstill_words(kind: Standstill | None, sighting: Sighting, hours: DeliveryHours, *, at: datetime) -> str:
    """One sentence or two: what is the matter, and what makes it go on."""
    match kind:
        case None:
            return ""
        case Standstill.HALTED if sighting.progress.fanned_out and not _left(sighting.progress):
            return "一時停止しています。送るメールは、もう残っていません。再開すると、配信を終えます。"
        case Standstill.CLOSED:
            return f"配信時間の外です。{_opening(hours, at=at)}"
        case Standstill.RETRIES:
            number = sighting.progress.counts.deferred
            return f"送り直し待ちの {number:,}件が残っています。間をあけて、期限まで試します。"
        case Standstill.TROUBLE:
            trouble = sighting.around.trouble
            return f"メールを送り出せない状態です（{trouble}）。直りしだい、続きを自動で送ります。"
        case Standstill.LEAD | Standstill.HELD:
            return _until_words(kind, sighting.around, hours, at=at)
        case Standstill.PAUSED:
            where = _some(sighting.around.paused, "ドメイン")
            return f"{where}への配信を止めています。「はじめに」で確かめると、続きを送ります。"
        case _:
            return _STANDS[kind]


def _until_words(kind: Standstill, around: Circumstances, hours: DeliveryHours, *, at: datetime) -> str:
    """Of what goes on by itself at a known moment."""
    if kind is Standstill.LEAD and around.lead_until is not None:
        until = start_words(around.lead_until, hours.zone, at=at).text
        return f"連絡員への配信が終わりました。登録者への配信は {until} に始まります。"
    until = start_words(min(around.held.values()), hours.zone, at=at).text
    return f"{_some(sorted(around.held), '社')}が混み合っているため、{until} まで待っています。"


def again_words(counts: Counts) -> str:
    """What "send again" will do, before it is pressed."""
    parts = [
        f"{name} {number:,}件" for name, number in (("送れず", counts.failed), ("期限切れ", counts.expired)) if number
    ]
    number = counts.failed + counts.expired
    whom = f"{parts[0]}に" if len(parts) == 1 else f"{'と'.join(parts)}、合わせて {number:,}件に"
    bounced = f"送ったあとに不達の知らせが来た {counts.bounced:,}件にも送りません。" if counts.bounced else ""
    return f"{whom}、もう一度送ります。届いた人には送りません。{bounced}"


def count_cells(found: Progress) -> Mapping[str, int]:
    """The counts of a bulletin by the name of their place on the page."""
    counts = found.counts
    return {
        "audience": found.audience,
        "sent": counts.sent,
        "queued": found.queued,
        "deferred": counts.deferred,
        "failed": counts.failed,
        "expired": counts.expired,
        "suppressed": counts.suppressed,
        "bounced": counts.bounced,
    }


def domain_lines(sighting: Sighting) -> list[list[str]]:
    """A line a domain, the largest first; while it is sent the last cell tells how fast, or that it is paused."""
    named = {name: counts for name, counts in sighting.domains.items() if name}
    shown = dict(list(named.items())[: MOST if len(named) <= MOST else MOST - 1])
    lines = [[name, *_cells(counts), *_speed(sighting, name)] for name, counts in shown.items()]
    hidden = [counts for name, counts in named.items() if name not in shown]
    if hidden:
        lines.append([f"そのほか {len(hidden):,}ドメイン", *_cells(*hidden), *([""] if _is_sending(sighting) else [])])
    return lines


def _cells(*some: Counts) -> list[str]:
    names = ("audience", "sent", "queued", "deferred", "failed", "expired", "suppressed", "bounced")
    return [f"{sum(getattr(counts, name) for counts in some):,}" for name in names]


def _speed(sighting: Sighting, domain: str) -> list[str]:
    if not _is_sending(sighting):
        return []
    if domain in sighting.around.paused:
        return ["止めています"]
    pace, queued = rate(sighting.readings, domain), sighting.domains[domain].queued
    if not pace:
        return ["―"]
    return [f"{rate_words(pace)}、{left_words(timedelta(seconds=queued / pace))}" if queued else rate_words(pace)]


def _is_sending(sighting: Sighting) -> bool:
    return sighting.around.state is BulletinState.SENDING


def _left(found: Progress) -> int:
    return found.queued + found.counts.deferred


def _opening(hours: DeliveryHours, *, at: datetime) -> str:
    try:
        opening = hours.next_opening(at)
    except NeverOpens:
        return "配信できる日がありません。配信時間と閉庁日の設定を確かめてください。"
    return f"続きは {start_words(opening, hours.zone, at=at).text} から送ります。"


def _some(names: Sequence[str], counter: str) -> str:
    """`docomo`, or `docomo など 3社`."""
    return names[0] if len(names) == 1 else f"{names[0]} など {len(names)}{counter}"
