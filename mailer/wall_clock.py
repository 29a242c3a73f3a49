"""The moments at which a town's clock reads a given time, also on the days when it is put forward or back."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def moments_at(day: date, minute: int, zone: ZoneInfo) -> tuple[datetime, ...]:
    """UTC moments at which the clock passes that minute of the day (0 to 1440), in order.

    One as a rule. A time that the clock skips gives the moment of the jump; a time that it reads twice gives both,
    with the moment it was put back between them.
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minute)
    first = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if first == second:
        return (first,)
    if first > second:
        return (_change_between(second, first, zone),)
    return (first, _change_between(first, second, zone), second)


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the zone's offset changes, by halving."""
    old = before.astimezone(zone).utcoffset()
    low, high = 0, round((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == old:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)
