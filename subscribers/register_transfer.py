"""Import and export of the register, in transactions of one batch each, with memory that does not grow."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.addresses import Address
from foundation.database import Database
from foundation.ledger import Deed
from subscribers import growth, headcount
from subscribers.choices import Choices
from subscribers.headcount import Head
from subscribers.register_file import Entry, LineInvalid, RegisterFile, entry_line, header_line, read_entry
from subscribers.tables import Choice, ChoiceKind, StopReason, Subscriber, SubscriberState
from subscribers.town import Town

BATCH = 500
ACTOR = "command"
REGISTER = "register"


@dataclass(frozen=True)
class Rejected:
    """A line that was not taken; the reason is for people and names no address."""

    line: int
    reason: str


@dataclass
class Counts:
    """`known` were registered here already and stay as they are, `stopped_here` of them stopped; of those `added`,
    `added_stopped` came as stopped."""

    added: int = 0
    added_stopped: int = 0
    known: int = 0
    stopped_here: int = 0
    rejected: int = 0


class Importer:
    """With `dry_run` everything is looked at and nothing is kept. Doing it again after a crash adds what is missing."""

    def __init__(self, database: Database, town: Town, *, dry_run: bool, reject: Callable[[Rejected], None]) -> None:
        self._database = database
        self._town = town
        self._dry_run = dry_run
        self._reject = reject
        self._counts = Counts()

    def run(self, file: RegisterFile, *, at: datetime, progress: Callable[[int], None]) -> Counts:
        """`progress` is told the octets of each line as it is read."""
        self._counts = Counts()
        self._note("subscribers.import-begun", at=at)
        batch: list[Entry] = []
        with closing(_Seen()) as seen:
            for line in file.lines():
                progress(line.octets)
                try:
                    if line.fields is None:
                        raise LineInvalid(line.fault)
                    entry = read_entry(line.fields, self._town, at=at)
                    seen.check(entry.address.text, line.number)
                except LineInvalid as fault:
                    self._counts.rejected += 1
                    self._reject(Rejected(line.number, str(fault)))
                    continue
                batch.append(entry)
                if len(batch) == BATCH:
                    self._take(batch, at=at)
                    batch.clear()
        self._take(batch, at=at)
        self._note("subscribers.imported", at=at)
        return self._counts

    def _take(self, batch: Sequence[Entry], *, at: datetime) -> None:
        if not batch:
            return
        if self._dry_run:
            with self._database.read() as session:
                self._count(batch, _states(session, batch))
            return
        with self._database.write() as session:
            states = _states(session, batch)
            numbers = _add(session, [entry for entry in batch if entry.address.text not in states], at=at)
            _add_choices(session, batch, numbers)
            self._tell(session, [entry for entry in batch if entry.address.text in numbers])
        # Whoever registered by themselves between the two steps is known by now.
        for entry in batch:
            if entry.address.text not in states and entry.address.text not in numbers:
                states[entry.address.text] = SubscriberState.ACTIVE
        self._count(batch, states)

    def _tell(self, session: Session, added: Sequence[Entry]) -> None:
        """What counts subscribers hears of an import as of everything else."""
        headcount.add(session, Counter(_head(entry) for entry in added))
        active = [entry for entry in added if entry.state is SubscriberState.ACTIVE]
        growth.add(session, growth.imported(((entry.since, entry.place) for entry in active), self._town.zone))

    def _count(self, batch: Sequence[Entry], states: dict[str, str]) -> None:
        for entry in batch:
            state = states.get(entry.address.text)
            if state is not None:
                self._counts.known += 1
                self._counts.stopped_here += state == SubscriberState.STOPPED
            else:
                self._counts.added += 1
                self._counts.added_stopped += entry.state is SubscriberState.STOPPED

    def _note(self, action: str, *, at: datetime) -> None:
        if self._dry_run:
            return
        with self._database.write() as session:
            ledger.write(session, Deed(ACTOR, action, REGISTER), at=at, details=asdict(self._counts))


def export(database: Database, town: Town, *, at: datetime) -> Iterator[str]:
    """The lines of the file, the header first; erased addresses are not in it. The ledger is told beforehand."""
    with database.write() as session:
        there = select(func.count()).select_from(Subscriber).where(Subscriber.address.is_not(None))
        details = {"addresses": session.scalar(there) or 0}
        ledger.write(session, Deed(ACTOR, "subscribers.exported", REGISTER), at=at, details=details)
    yield header_line()
    last = 0
    while True:
        # A session a page, so that a slow reader holds no transaction open.
        with database.read() as session:
            page = session.scalars(
                select(Subscriber)
                .where(Subscriber.id > last, Subscriber.address.is_not(None))
                .order_by(Subscriber.id)
                .limit(BATCH)
            ).all()
            choices = _choices_of(session, [subscriber.id for subscriber in page])
        if not page:
            return
        last = page[-1].id
        for subscriber in page:
            yield entry_line(_entry(subscriber, choices.get(subscriber.id, Choices())), town)


class _Seen:
    """Which addresses the file has named already, on disk rather than in memory, and by fingerprint only."""

    def __init__(self) -> None:
        self._table = sqlite3.connect("", isolation_level=None)  # an empty name is a private file that vanishes
        self._table.execute("CREATE TABLE seen (who BLOB PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        self._table.execute("BEGIN")

    def check(self, address: str, line: int) -> None:
        """Raises LineInvalid for a second line with the same address."""
        who = blake2b(address.encode(), digest_size=16).digest()
        first = self._table.execute("SELECT line FROM seen WHERE who = ?", (who,)).fetchone()
        if first is not None:
            raise LineInvalid(f"{first[0]}行目と同じメールアドレスです。")
        self._table.execute("INSERT INTO seen VALUES (?, ?)", (who, line))

    def close(self) -> None:
        self._table.close()


def _states(session: Session, batch: Sequence[Entry]) -> dict[str, str]:
    wanted = [entry.address.text for entry in batch]
    rows = session.execute(select(Subscriber.address, Subscriber.state).where(Subscriber.address.in_(wanted)))
    return {address: state for address, state in rows if address is not None}


def _add(session: Session, entries: Sequence[Entry], *, at: datetime) -> dict[str, int]:
    """The numbers of those that are new, by address."""
    if not entries:
        return {}
    rows = [
        {
            "address": entry.address.text,
            "domain": entry.address.domain,
            "state": entry.state.value,
            "reason": entry.reason.value if entry.reason else None,
            "every_topic": not entry.choices.topics,
            "every_area": not entry.choices.areas,
            "language": entry.language,
            "place": entry.place,
            "since": entry.since,
            "stopped_at": at if entry.state is SubscriberState.STOPPED else None,
            "watch_from": at,
        }
        for entry in entries
    ]
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(Subscriber).on_conflict_do_nothing(index_elements=["address"])
    added = session.execute(statement.returning(Subscriber.address, Subscriber.id), rows).all()
    return {address: number for address, number in added if address is not None}


def _add_choices(session: Session, batch: Sequence[Entry], numbers: dict[str, int]) -> None:
    rows = [
        {"subscriber_id": numbers[entry.address.text], "kind": kind.value, "value": value}
        for entry in batch
        if entry.address.text in numbers
        for kind, values in ((ChoiceKind.TOPIC, entry.choices.topics), (ChoiceKind.AREA, entry.choices.areas))
        for value in values
    ]
    if rows:
        session.execute(insert(Choice), rows)


def _head(entry: Entry) -> Head:
    if entry.state is not SubscriberState.ACTIVE:
        return Head(entry.reason.value if entry.reason else SubscriberState.STOPPED.value)
    return headcount.head(entry.state.value, topics=entry.choices.topics, areas=entry.choices.areas)


def _choices_of(session: Session, numbers: Sequence[int]) -> dict[int, Choices]:
    topics: dict[int, list[str]] = {}
    areas: dict[int, list[str]] = {}
    chosen = select(Choice.subscriber_id, Choice.kind, Choice.value).where(Choice.subscriber_id.in_(numbers))
    for number, kind, value in session.execute(chosen.order_by(Choice.value)):
        (topics if kind == ChoiceKind.TOPIC else areas).setdefault(number, []).append(value)
    found = topics.keys() | areas.keys()
    return {number: Choices(tuple(topics.get(number, ())), tuple(areas.get(number, ()))) for number in found}


def _entry(subscriber: Subscriber, choices: Choices) -> Entry:
    local, _, domain = (subscriber.address or "").rpartition("@")
    return Entry(
        address=Address(local, domain),
        choices=choices,
        language=subscriber.language,
        place=subscriber.place,
        state=SubscriberState(subscriber.state),
        reason=StopReason(subscriber.reason) if subscriber.reason else None,
        since=subscriber.since,
    )
