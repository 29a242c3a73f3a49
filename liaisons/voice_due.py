"""Until when a voice is to be answered: so many days on which the office is open."""

from datetime import date, timedelta

from mailer.holidays import ClosingDays

LONGEST_SEARCH = 1_000  # days; an office that is never open owes an answer all the same


def due_day(received: date, days: int, closing: ClosingDays) -> date:
    """The last of `days` open days after the one it came in on; weekends, holidays and the town's closing days are not
    counted."""
    day, left = received, days
    for _ in range(LONGEST_SEARCH):
        if left <= 0:
            return day
        day += timedelta(days=1)
        left -= closing.name(day) is None
    return day
