"""An import that is broken off goes on where it was: nobody is lost, nobody comes twice, and the counts stay right."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from foundation.database import Database
from foundation.ledger import LedgerLine
from subscribers import growth, headcount, recount, register_imports
from subscribers.growth import Event
from subscribers.register_file import RegisterFile, Told
from subscribers.register_imports import Counts, ImportRow, ImportState, Overtaken, Wish
from subscribers.register_transfer import BATCH, BrokenOff, Findings, Importer, Rejected
from subscribers.tables import Subscriber
from subscribers.town import Town
from tests.subscribers.people import Desk
from tests.support.clock import HandClock

LINES = 2 * BATCH + 300


class Break(Exception):
    """The power goes."""


class Office:
    """Takes one list in, as often as it must; with `break_at` the power goes while that line is read."""

    def __init__(self, database: Database, town: Town, clock: HandClock, path: Path) -> None:
        self.database, self.town, self.clock, self.path = database, town, clock, path
        self.rejected: list[Rejected] = []

    def take(self, *, break_at: int = 0, wish: Wish | None = None) -> Findings:
        self.rejected.clear()
        read = 0

        def progress(_octets: int) -> None:
            nonlocal read
            read += 1
            if read == break_at:
                raise Break

        importer = Importer(
            self.database, self.town, self.clock, wish=wish, reject=self.rejected.append, progress=progress
        )
        return importer.run(RegisterFile.open(self.path, self.town, wish.told if wish else None))

    def addresses(self) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(Subscriber)) or 0

    def actions(self) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(LedgerLine.action).order_by(LedgerLine.id)))


@pytest.fixture
def office(database: Database, town: Town, clock: HandClock, tmp_path: Path) -> Office:
    """A list in which every fiftieth line is broken and every thousandth one repeats the one before it."""
    path = tmp_path / "list.csv"
    lines = ["メールアドレス,状態,登録日,配信区分"]
    for number in range(2, LINES + 2):
        address = "broken" if number % 50 == 0 else f"r{number - (number % 1000 == 1)}@town{number % 7}.example.jp"
        lines.append(f"{address},{'解除' if number % 9 == 0 else '配信中'},20{10 + number % 9}/4/1,犯罪情報")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return Office(database, town, clock, path)


@contextmanager
def _broken() -> Iterator[None]:
    with pytest.raises(Break):
        yield


@pytest.mark.parametrize("database_kind", ["sqlite"])
@pytest.mark.parametrize("break_at", [1, BATCH - 1, BATCH, BATCH + 1, LINES])
def test_broken_off_anywhere_it_ends_as_if_it_had_not_been(office: Office, tmp_path: Path, break_at: int) -> None:
    with _broken():
        office.take(break_at=break_at)
    before = office.addresses()
    office.clock.move(timedelta(hours=3))

    found = office.take()

    assert before < office.addresses()
    counts = found.counts
    assert counts.known == 0, "what this import brought in itself is not known from before"
    assert (counts.added, counts.added + counts.rejected) == (office.addresses(), LINES)
    assert [line.line for line in office.rejected] == sorted(line.line for line in office.rejected)
    assert len(office.rejected) == counts.rejected, "the list of rejected lines is whole, the earlier ones included"
    assert office.actions() == [register_imports.BEGUN, register_imports.ENDED]


def test_headcounts_and_growth_are_right_after_two_breaks(office: Office, desk: Desk) -> None:
    recount.recount(office.database, at=office.clock.now())
    growth.count_old_imports(office.database, office.town.zone, at=office.clock.now())
    desk.register("before@example.jp")
    for line in (BATCH + 5, 2 * BATCH + 5):
        with _broken():
            office.take(break_at=line)

    found = office.take().counts

    with office.database.read() as session:
        standings = headcount.standings(session)
        ticks = [tick for tick in growth.by_month(session, office.clock.now().date().replace(year=2008)) if tick.number]
    assert standings == {"active": found.added - found.added_stopped + 1, "left": found.added_stopped}
    assert sum(tick.number for tick in ticks if tick.event is Event.IMPORTED) == found.added - found.added_stopped
    years = {tick.span[:4] for tick in ticks if tick.event is Event.IMPORTED}
    assert years == {str(year) for year in range(2011, 2019)}, "those of 2010 came as stopped"
    assert recount.recount(office.database, at=office.clock.now()) == 0


def test_two_at_the_same_list_do_no_work_twice(office: Office, town: Town, clock: HandClock) -> None:
    with _broken():
        office.take(break_at=BATCH + 1)
    with office.database.read() as session:
        row = session.scalars(select(ImportRow)).one()
    office.take()

    late = Importer(office.database, town, clock, reject=lambda _: None)
    with pytest.raises(Overtaken):
        late.go_on(RegisterFile.open(office.path, town), row)

    assert office.actions().count(register_imports.ENDED) == 1


def test_one_that_is_told_to_end_ends_after_its_batch(office: Office, town: Town, clock: HandClock) -> None:
    file, wish = RegisterFile.open(office.path, town), Wish()
    with office.database.write() as session:
        fingerprint = wish.fingerprint(file.fingerprint())
        row = register_imports.begin(session, fingerprint, wish, size=1, by="command", at=clock.now())

    with pytest.raises(BrokenOff):
        Importer(office.database, town, clock, reject=lambda _: None).go_on(file, row, is_to_end=lambda: True)

    with office.database.read() as session:
        kept = session.get_one(ImportRow, row.id)
        assert (kept.line, kept.state) == (BATCH + 1, ImportState.RUNNING)
        assert register_imports.counts_of(kept).added == office.addresses()


def test_a_changed_file_or_another_reading_of_it_begins_anew(office: Office) -> None:
    with _broken():
        office.take(break_at=BATCH + 5)
    another = office.take(wish=Wish(Told(states={"解除": "配信中"})))

    assert another.counts.known > 0
    assert another.counts.stopped_here > 0
    with office.database.read() as session:
        states = session.scalars(select(ImportRow.state).order_by(ImportRow.id)).all()
    assert states == [ImportState.RUNNING, ImportState.DONE]


def test_the_same_list_once_more_changes_nothing(office: Office) -> None:
    first = office.take().counts

    second = office.take().counts

    stopped = {"stopped_here": first.added_stopped}
    assert second == Counts(known=first.added, rejected=first.rejected, repeated=first.repeated, **stopped)
    assert office.addresses() == first.added


def test_a_row_that_stands_elsewhere_keeps_the_batch_out(office: Office) -> None:
    with _broken():
        office.take(break_at=BATCH + 5)
    before = office.addresses()
    with office.database.write() as session:
        session.execute(update(ImportRow).values(line=17))

    with pytest.raises(Overtaken), office.database.write() as session:
        register_imports.move(session, 1, Counts(), before=BATCH + 1, line=BATCH + 2, octets=0)

    assert office.addresses() == before
