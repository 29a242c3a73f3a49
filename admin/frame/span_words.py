"""Spans of time as one says them aloud."""

from datetime import timedelta


def span_words(span: timedelta) -> str:
    """`1日と3時間`, `2時間5分`, `4分`, `12秒`: the two largest parts, cut and not rounded; seconds below an hour only
    where a span is shorter than ten minutes."""
    seconds = max(0, int(span.total_seconds()))
    days, hours, minutes = seconds // 86_400, seconds % 86_400 // 3_600, seconds % 3_600 // 60
    if days:
        return f"{days:,}日と{hours}時間" if hours else f"{days:,}日"
    if hours:
        return f"{hours}時間{minutes}分" if minutes else f"{hours}時間"
    rest = seconds % 60
    if minutes >= 10 or (minutes and not rest):
        return f"{minutes}分"
    return f"{minutes}分{rest}秒" if minutes else f"{rest}秒"


def whole_minutes(span: timedelta) -> int:
    """As a spreadsheet counts them; cut, not rounded."""
    return int(span.total_seconds()) // 60


def life_words(life: timedelta) -> str:
    """`24時間`, `3日`, `90分`."""
    minutes = int(life.total_seconds()) // 60
    if minutes % 1440 == 0 and minutes > 1440:
        return f"{minutes // 1440}日"
    return f"{minutes // 60}時間" if minutes % 60 == 0 else f"{minutes}分"
