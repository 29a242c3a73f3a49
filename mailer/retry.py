"""When a letter that failed for now is tried again: growing gaps, until its bulletin expires."""

import re
from datetime import datetime, timedelta

# After the first try, the second, and so on; the last one repeats.
GAPS = tuple(timedelta(minutes=minutes) for minutes in (1, 3, 10, 20, 40, 60, 120, 180, 240))

# Up to a quarter of the gap is added, so that letters that failed together do not return together.
SPREAD = 0.25

# A server may ask for more patience than our own gap, but not for more than a day.
LONGEST_HINT = timedelta(days=1)

_AGAIN = r"\b(?:try|again|retry|retrying|back|wait|delayed|deferred|gr[ae]y-?list\w*)\b[^0-9]{0,40}?"
_AMOUNT = re.compile(
    _AGAIN + r"([0-9]{1,6})\s*(seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h)\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(_AGAIN + r"([0-9]{1,3}):([0-5][0-9]):([0-5][0-9])\b", re.IGNORECASE)
_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}


def next_try(
    *, attempt: int, at: datetime, expires_at: datetime, hint: timedelta | None = None, seed: int = 0
) -> datetime | None:
    """The moment of the next try after try number `attempt` (from 1) failed at `at`; None when it would not come
    before the expiry.

    The same seed (the letter's number, say) always gives the same moment. A hint longer than our own gap is kept to.
    Raises ValueError for a naive moment or an attempt below 1.
    """
    if at.utcoffset() is None or expires_at.utcoffset() is None:
        raise ValueError("a moment needs its time zone")
    if attempt < 1:
        raise ValueError("attempts count from 1")
    gap = GAPS[min(attempt, len(GAPS)) - 1]
    wait = max(gap, min(hint or gap, LONGEST_HINT)) + gap * SPREAD * _fraction(seed)
    if wait >= expires_at - at:
        return None
    return at + wait


def hint_in(reply: str) -> timedelta | None:
    """What a server's words ask for: `try again in 5 minutes`, `retry after 300 seconds`, `come back in 00:05:00`.

    None when they name no time; at most a day. Never raises.
    """
    clock = _CLOCK.search(reply)
    if clock is not None:
        hours, minutes, seconds = (int(part) for part in clock.groups())
        asked = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    else:
        amount = _AMOUNT.search(reply)
        if amount is None:
            return None
        asked = int(amount[1]) * _UNITS[amount[2][0].lower()]
    return min(asked, LONGEST_HINT) or None


def _fraction(seed: int) -> float:
    """0 up to 1, far apart for neighbouring numbers (Knuth's multiplicative hashing)."""
    return seed * 2654435761 % 2**32 / 2**32
