"""Import of an older system's list, in transactions of one batch each, with memory that does not grow."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.database import Database
from foundation.languages import Language
from subscribers import newcomers, register_imports, register_rows
from subscribers.leaving import stop
from subscribers.moved_letter import Addressee, Courtesy
from subscribers.newcomers import Ranks
from subscribers.register_columns import Column
from subscribers.register_entry import Entry, EntryReader
from subscribers.register_file import FileInvalid, Line, RegisterFile
from subscribers.register_imports import Counts, ImportRow, Wish
from subscribers.register_seen import OTHERWISE, REPEATED, Seen
from subscribers.register_values import LineInvalid
from subscribers.tables import SubscriberState
from subscribers.town import Town

BATCH = 1000  # lines; their transaction is over before anybody waits for it
ACTOR = "command"
_MOST_WORDS = 200


@dataclass(frozen=True)
class Rejected:
    """A line that was not taken; the reason is for people and names no address. `address` is what stands in its column,
    as it stands there, for whoever may see it."""

    line: int
    reason: str
    address: str = ""


@dataclass
class Findings:
    """`kinds` are the reasons of the rejected lines with how many they are; `words` those that nobody knows here."""

    counts: Counts = field(default_factory=Counts)
    kinds: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)


class BrokenOff(Exception):
    """The process is to end; what was taken in stays, and the rest comes when the import is begun again."""


class Importer:
    """What was broken off is continued by reading the same file again: lines up to the cursor are read as they were
    then, and change nothing any more."""

    def __init__(
        self,
        database: Database,
        town: Town,
        clock: Clock,
        *,
        wish: Wish | None = None,
        reject: Callable[[Rejected], None],
        progress: Callable[[int], object] = lambda _: None,
        courtesy: Courtesy | None = None,
    ) -> None:
        """`progress` is told the octets of each line as it is read; `courtesy` is needed where the wish asks for it."""
        self._database = database
        self._town = town
        self._clock = clock
        self._wish = wish or Wish()
        self._reject = reject
        self._progress = progress
        self._courtesy = courtesy
        self._findings = Findings()

    def look(self, file: RegisterFile, *, is_to_end: Callable[[], bool] = lambda: False) -> Findings:
        """The dry run: everything is looked at and nothing is kept. Raises FileInvalid for words that say nothing, and
        BrokenOff when it is told to end."""
        self._findings = Findings()
        batch: list[Entry] = []
        for line, found in self._entries(file, at=self._clock.now()):
            self._progress(line.size)
            if isinstance(found, Entry):
                batch.append(found)
            else:
                _turned_away(self._findings.counts, found)
            if len(batch) == BATCH:
                self._look_at(batch)
                batch.clear()
                if is_to_end():
                    raise BrokenOff
        self._look_at(batch)
        return self._findings

    def run(self, file: RegisterFile, *, by: str = ACTOR) -> Findings:
        """Begins, or goes on where the same file was left. Raises FileInvalid, and Overtaken where somebody else is at
        it."""
        fingerprint, at = self._wish.fingerprint(file.fingerprint()), self._clock.now()
        self._reader(file, at=at)
        with self._database.write() as session:
            row = register_imports.unfinished(session, fingerprint)
            if row is None:
                size = file.path.stat().st_size
                row = register_imports.begin(session, fingerprint, self._wish, size=size, by=by, at=at)
                register_imports.note_begun(session, row, by, at=at)
        return self.go_on(file, row)

    def go_on(self, file: RegisterFile, row: ImportRow, *, is_to_end: Callable[[], bool] = lambda: False) -> Findings:
        """Of an import that runs, from its cursor on. Raises FileInvalid, Overtaken, and BrokenOff when it is told to
        end."""
        self._findings = Findings(counts=register_imports.counts_of(row))
        run = _Run(row, self._ranks(row), line=row.line)
        for line, found in self._entries(file, at=row.begun_at):
            self._progress(line.size)
            run.octets += line.size
            if line.number <= row.line:
                continue
            run.take(line, found)
            if run.lines >= BATCH:
                self._take(run)
                if is_to_end():
                    raise BrokenOff
        self._take(run)
        with self._database.write() as session:
            register_imports.end(session, row.id, self._findings.counts, row.by, at=self._clock.now())
        return self._findings

    def _entries(self, file: RegisterFile, *, at: datetime) -> Iterator[tuple[Line, Entry | LineInvalid]]:
        """Each line once, with the address that it is or the reason why it is none."""
        reader = self._reader(file, at=at)
        place = next(at for at, each in enumerate(file.meanings) if each.column is Column.ADDRESS)
        with closing(Seen()) as seen:
            for line in file.lines():
                try:
                    if line.cells is None:
                        raise LineInvalid(line.fault)
                    entry = reader.read(line.cells)
                    seen.check(entry, line.number)
                except LineInvalid as fault:
                    self._tell(line, fault, place)
                    yield line, fault
                else:
                    yield line, entry

    def _reader(self, file: RegisterFile, *, at: datetime) -> EntryReader:
        told = self._wish.told
        try:
            return EntryReader(
                file.meanings, self._town, topics=told.topics, areas=told.areas, states=told.states, at=at
            )
        except ValueError as fault:
            raise FileInvalid(str(fault)) from fault

    def _tell(self, line: Line, fault: LineInvalid, place: int) -> None:
        found = self._findings
        found.kinds[fault.kind] += 1
        if fault.word and (fault.word in found.words or len(found.words) < _MOST_WORDS):
            found.words[fault.word] += 1
        cell = line.cells[place] if line.cells and place < len(line.cells) else ""
        self._reject(Rejected(line.number, str(fault), cell[:254]))

    def _look_at(self, batch: Sequence[Entry]) -> None:
        if batch:
            with self._database.read() as session:
                states = register_rows.states(session, batch)
                gone = register_rows.leavers(session, batch) if self._wish.stops else {}
            _count(self._findings.counts, batch, states, gone)

    def _take(self, run: "_Run") -> None:
        """The rows, the letters and the cursor in one transaction."""
        if not run.lines:
            return
        counts, row = replace(self._findings.counts), run.row
        for fault in run.faults:
            _turned_away(counts, fault)
        with self._database.write() as session:
            numbers = register_rows.add(session, run.entries, self._town.zone, at=row.begun_at)
            added = [entry for entry in run.entries if entry.address.text in numbers]
            self._write_to(session, run, added, numbers)
            # Asked for only now: in a new register nobody is known, and whoever registered a moment ago is.
            known = [entry for entry in run.entries if entry.address.text not in numbers]
            erased = dict.fromkeys((entry.address.text for entry in known), "")  # since this moment, if not found
            states = erased | register_rows.states(session, known)
            gone = register_rows.leavers(session, run.entries) if row.stops else {}
            for entry in run.entries:
                if entry.reason and entry.address.text in gone:
                    stop(session, gone[entry.address.text], entry.reason, by=row.by, at=self._clock.now())
            _count(counts, run.entries, states, gone)
            register_imports.move(session, row.id, counts, before=run.line, line=run.last, octets=run.octets)
        self._findings.counts = counts
        run.taken()

    def _write_to(self, session: Session, run: "_Run", added: Sequence[Entry], numbers: dict[str, int]) -> None:
        """Those who came in active have a courtesy letter, or are newcomers to the first bulletins, if it is wished."""
        if not (run.row.courtesy or run.row.gentle):
            return
        at, active = self._clock.now(), [each for each in added if each.state is SubscriberState.ACTIVE]
        ranked = [(each, run.ranks.take(each.address.domain)) for each in active]
        tried_at = None
        if run.row.courtesy and self._courtesy is not None:
            addressees = [
                Addressee(each.address, numbers[each.address.text], rank, Language.of(each.language))
                for each, rank in ranked
            ]
            tried_at = self._courtesy.write(session, run.row.id, addressees, at=at)
        newcomers.add(
            session, run.row.id, [(numbers[each.address.text], rank) for each, rank in ranked], tried_at=tried_at
        )

    def _ranks(self, row: ImportRow) -> Ranks:
        if not row.line:
            return Ranks()
        with self._database.read() as session:
            return Ranks.of(session, row.id)


@dataclass
class _Run:
    """Between two transactions: what was read since the last, and up to where."""

    row: ImportRow
    ranks: Ranks
    line: int
    last: int = 0
    octets: int = 0
    lines: int = 0
    entries: list[Entry] = field(default_factory=list)
    faults: list[LineInvalid] = field(default_factory=list)

    def take(self, line: Line, found: Entry | LineInvalid) -> None:
        self.last, self.lines = line.number, self.lines + 1
        if isinstance(found, Entry):
            self.entries.append(found)
        else:
            self.faults.append(found)

    def taken(self) -> None:
        self.line, self.lines = self.last, 0
        self.entries.clear()
        self.faults.clear()


def _turned_away(counts: Counts, fault: LineInvalid) -> None:
    counts.rejected += 1
    counts.repeated += fault.kind in (REPEATED, OTHERWISE)


def _count(counts: Counts, batch: Sequence[Entry], states: Mapping[str, str], gone: Collection[str]) -> None:
    for entry in batch:
        state = states.get(entry.address.text)
        is_stopped = entry.state is SubscriberState.STOPPED
        if state is None:
            counts.added += 1
            counts.added_stopped += is_stopped
        else:
            counts.known += 1
            counts.stopped_here += state == SubscriberState.STOPPED
            is_gone = entry.address.text in gone
            counts.stopped_now += is_gone
            counts.stopped_there += state == SubscriberState.ACTIVE and is_stopped and not is_gone
