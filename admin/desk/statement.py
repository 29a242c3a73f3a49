"""The delivery statement (配信結果報告): what became of one bulletin, from what is stored."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from admin.desk.bulletin_desk import BulletinDesk, Record
from admin.desk.history_words import HistoryLine, history
from admin.desk.reach_words import addressee_words, expiry_words
from admin.desk.statement_words import missed_words, way_words
from bulletins.deliveries import named
from bulletins.life import BulletinState
from bulletins.missed_letters import Missed, missed_by_reason
from bulletins.notice_templates import Kind
from bulletins.progress import Progress
from bulletins.tables import Bulletin
from foundation.ledger import LedgerLine
from mailer.carrier_groups import CarrierGroups
from mailer.tallies import Counts

MOST_GROUPS = 10
# What is told of the course of a delivery; how it was written and discussed before is told elsewhere.
_COURSE = frozenset(f"bulletin.{word}" for word in ("started", "halted", "resumed", "sent-again", "withdrawn", "sent"))


@dataclass(frozen=True)
class GroupLine:
    """A carrier, a domain by itself, or the rest added up; `waiting` have not come to their end."""

    name: str
    counts: Counts
    audience: int
    missed: tuple[tuple[str, int], ...]

    @property
    def waiting(self) -> int:
        return max(0, self.audience - self.counts.ended)


@dataclass(frozen=True)
class Statement:
    """In a finished bulletin sent + failed + suppressed + expired = audience. `lines` and `course` are the same, the
    latter in words; `span` is from the beginning to the last end."""

    bulletin: Bulletin
    kind: str
    approved_by: str
    followed: str
    addressees: tuple[str, ...]
    expiry: str
    progress: Progress
    span: timedelta | None
    reasons: tuple[tuple[str, int], ...]
    groups: tuple[GroupLine, ...]
    lines: tuple[LedgerLine, ...]
    course: tuple[HistoryLine, ...]
    is_over: bool
    outside: bool

    @property
    def waiting(self) -> int:
        return max(0, self.progress.audience - self.progress.counts.ended)

    @property
    def adds_up(self) -> bool:
        return not self.is_over or self.progress.counts.ended == self.progress.audience

    @property
    def was_sent_again(self) -> bool:
        return any(line.action == "bulletin.sent-again" for line in self.lines)


def statement(desk: BulletinDesk, carriers: CarrierGroups, bulletin_id: int) -> Statement:
    """Raises UnknownBulletin."""
    record = desk.record(bulletin_id)
    bulletin = record.bulletin
    lines = tuple(line for line in record.history if line.action in _COURSE)
    with desk.database.read() as session:
        missed = missed_by_reason(session, bulletin)
        course = history(session, lines, desk.town.zone)
        followed = named(session, [bulletin.follows_id]) if bulletin.follows_id else {}
    ended = bulletin.finished_at or _withdrawn_at(record.history)
    begun = bulletin.started_at
    return Statement(
        bulletin=bulletin,
        kind=Kind(bulletin.kind).label,
        approved_by=way_words(record.history),
        followed=next((subject for subject, _ in followed.values()), ""),
        addressees=addressee_words(bulletin, desk.town),
        expiry=expiry_words(bulletin),
        progress=record.progress,
        span=ended - begun if begun and ended else None,
        reasons=_reasons(missed),
        groups=group_lines(record.domains, missed, carriers),
        lines=lines,
        course=tuple(course),
        is_over=_is_over(record),
        outside=begun is not None and not desk.hours.is_open(begun),
    )


def ended_at(found: Statement) -> datetime | None:
    """When it was over; None while it is not."""
    begun = found.bulletin.started_at
    return begun + found.span if begun is not None and found.span is not None else None


def group_lines(
    domains: Mapping[str, Counts], missed: Sequence[Missed], carriers: CarrierGroups
) -> tuple[GroupLine, ...]:
    """The largest, and the rest added up, so that the columns add up to the whole."""
    counts: dict[str, list[Counts]] = {}
    reasons: dict[str, list[Missed]] = {}
    for domain, found in domains.items():
        counts.setdefault(carriers.of(domain) or domain, []).append(found)
    for each in missed:
        reasons.setdefault(carriers.of(each.domain) or each.domain, []).append(each)
    names = sorted(counts, key=lambda name: (name == "", -_audience(counts[name]), name))
    shown = names if len(names) <= MOST_GROUPS else names[: MOST_GROUPS - 1]
    lines = [_line(name, counts[name], reasons.get(name, [])) for name in shown]
    rest = names[len(shown) :]
    if rest:
        several = [found for name in rest for found in counts[name]]
        lines.append(_line("", several, [each for name in rest for each in reasons.get(name, [])]))
    return tuple(lines)


def _line(name: str, several: Sequence[Counts], missed: Iterable[Missed]) -> GroupLine:
    added = Counts(*(sum(values) for values in zip(*(vars(each).values() for each in several), strict=True)))
    return GroupLine(name, added, _audience(several), _reasons(missed))


def _audience(several: Iterable[Counts]) -> int:
    return sum(each.audience for each in several)


def _reasons(missed: Iterable[Missed]) -> tuple[tuple[str, int], ...]:
    counted: Counter[str] = Counter()
    for each in missed:
        counted[missed_words(each)] += each.number
    return tuple(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _is_over(record: Record) -> bool:
    """Letters in a sender's hand when it was withdrawn have yet to come to their end."""
    if record.bulletin.state == BulletinState.WITHDRAWN:
        return record.progress.audience <= record.progress.counts.ended
    return record.bulletin.state == BulletinState.SENT


def _withdrawn_at(lines: Sequence[LedgerLine]) -> datetime | None:
    return next((line.at for line in reversed(lines) if line.action == "bulletin.withdrawn"), None)
