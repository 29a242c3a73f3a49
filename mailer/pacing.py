"""When the next letters to one receiving system may go, and how long we leave it alone after it complained."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailer.bounce_report.evidence import enhanced_status

MINUTE_SECONDS = 60.0

# So much may go at once to a system that has been left alone: about what an even pace would send in this time.
BURST = timedelta(seconds=1)

# After the first complaint, the second in a row, and so on; the last one repeats.
HOLDS = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300, 600, 900))

# A server may ask for more patience than that, but its words alone never keep a third of a town waiting for longer.
LONGEST_HOLD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Slots:
    """Moments for `count` letters, counted from 0. `next_free` is what to keep for the next taker."""

    at: datetime
    start: datetime
    count: int
    seconds_each: float  # 0 where there is no limit

    def moment(self, k: int) -> datetime:
        """Never before `at`, nor before the moment of letter k-1. Raises IndexError outside of 0..count-1."""
        if not 0 <= k < self.count:
            raise IndexError(k)
        return max(self.at, self._theory(k) - BURST)

    @property
    def next_free(self) -> datetime:
        return self._theory(self.count)

    def _theory(self, k: int) -> datetime:
        # From the start each time: a period rounded to microseconds would add up its error.
        return self.start + timedelta(seconds=k * self.seconds_each)


def take(free_at: datetime | None, *, at: datetime, per_minute: int | None, count: int) -> Slots:
    """Virtual scheduling (the generic cell rate algorithm, ITU-T I.371): letter k belongs at
    max(free_at, at) + k × 60 s / per_minute, and may go up to BURST sooner.

    Raises ValueError for a naive moment, a negative count, or a rate below 1.
    """
    if at.utcoffset() is None or (free_at is not None and free_at.utcoffset() is None):
        raise ValueError("a moment needs its time zone")
    if count < 0:
        raise ValueError("a count is not negative")
    if per_minute is None:
        return Slots(at, at, count, 0.0)
    return Slots(at, max(free_at or at, at), count, _seconds_each(per_minute))


def room(free_at: datetime | None, *, at: datetime, per_minute: int | None, within: timedelta) -> int | None:
    """How many letters taken now would have moments no later than `at + within`; None when there is no limit."""
    if per_minute is None:
        return None
    if within < timedelta(0):
        return 0
    each = _seconds_each(per_minute)
    lead = (within + BURST - (max(free_at or at, at) - at)).total_seconds()
    # A hair is added, so that a letter due exactly at the end is not lost to rounding.
    return 0 if lead < 0 else int(lead / each + 1e-9) + 1


def share(total: int, *, senders: int) -> int:
    """What one of so many senders may have under way of a total; each may have one, however many they are."""
    return max(1, total // max(1, senders))


def hold_until(complaints: int, *, at: datetime, hint: timedelta | None = None) -> datetime:
    """Until when a system that complained so many times in a row (from 1) is left alone.

    A hint longer than our own hold is kept to, up to LONGEST_HOLD. Raises ValueError for a naive moment or for less
    than one complaint.
    """
    if at.utcoffset() is None:
        raise ValueError("a moment needs its time zone")
    if complaints < 1:
        raise ValueError("complaints count from 1")
    return at + max(HOLDS[min(complaints, len(HOLDS)) - 1], patience(hint))


def patience(hint: timedelta | None) -> timedelta:
    """What we grant of what a server asked for."""
    return min(max(hint or timedelta(0), timedelta(0)), LONGEST_HOLD)


# RFC 3463: 4.3.2 takes no mail just now, 4.4.5 congestion, 4.5.3 too many recipients, 4.7.x policy.
_ABOUT_US = re.compile(r"4\.(?:7\.\d+|3\.2|4\.5|5\.3)")
# 4.1.x a bad address, 4.2.2 a full mailbox, 4.4.2 a connection that broke or idled too long.
_NOT_ABOUT_US = re.compile(r"4\.(?:1\.\d+|2\.2|4\.2)")
# What is said about one recipient whatever its code: greylisting holds back one sender and recipient, and a mailbox
# that is full, or gets too much from everybody, is no word about our pace.
_ABOUT_ONE = re.compile(
    "|".join(
        (
            r"gr[ae]y-?\s?list",
            r"user you are trying to contact",
            r"(?:recipient|mailbox|user|account)\S* (?:is )?(?:temporarily )?(?:full|busy|locked|disabled|suspended)",
            r"(?:recipient|mailbox|user|account)\S* (?:is |has )?(?:over ?quota|exceeded .{0,20}quota)",
            r"over quota|insufficient (?:mailbox|user) ",
        )
    ),
    re.IGNORECASE,
)
_HASTE = re.compile(
    "|".join(
        (
            r"too (?:many|much) (?:\w+ ){0,3}?(?:connection|message|mail|e-mail|session|recipient|request|traffic)",
            r"\brates?\b|throttl|too (?:fast|quickly)|slow(?:ing)? down|congest|unexpected volume",
            r"temporarily deferred|resources (?:are )?temporarily unavailable",
            r"(?:connection|session|message|sending|relay) (?:limit|frequency)",
            r"(?:server|system) (?:is )?(?:too )?busy",
        )
    ),
    re.IGNORECASE,
)
_TEMPORARY = re.compile(r"\s*4[0-9]{2}(?![0-9])")


def is_complaint(reply: str) -> bool:
    """Whether a refusal for now (`450 4.7.1 …`) is about us or our pace, so that all letters to that system should
    wait, and not about one recipient. Never raises."""
    if not _TEMPORARY.match(reply) or _ABOUT_ONE.search(reply):
        return False
    status = enhanced_status(reply) or ""
    if _NOT_ABOUT_US.fullmatch(status):
        return False
    return bool(_ABOUT_US.fullmatch(status)) or reply.lstrip().startswith("421") or bool(_HASTE.search(reply))


def _seconds_each(per_minute: int) -> float:
    if per_minute < 1:
        raise ValueError("a rate is at least 1 a minute")
    return MINUTE_SECONDS / per_minute
