"""The courtesy letter, and the first letters to an old list: few of each domain at first, nobody twice."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from foundation.database import Database
from mailer.breaker import USUAL
from mailer.outbox_tables import BatchRow, LetterRow, OutboxRow
from subscribers import moved_letter, newcomers
from subscribers.erasure import erase_left
from subscribers.leaving import stop
from subscribers.moved_letter import GAP, Courtesy
from subscribers.newcomers import FIRST_WAVE, LARGEST_WAVE, NewcomerRow, Ranks, wave
from subscribers.register_file import RegisterFile
from subscribers.register_imports import Wish
from subscribers.register_transfer import BATCH, Importer
from subscribers.registration import Registration
from subscribers.tables import StopReason, Subscriber
from subscribers.town import Town
from tests.support.clock import HandClock

OPENING = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


class Office:
    def __init__(self, database: Database, town: Town, clock: HandClock, registration: Registration, folder: Path):
        self.database, self.town, self.clock = database, town, clock
        self._path = folder / "list.csv"
        self._courtesy = Courtesy(registration.stationery, lambda at: max(at, OPENING))

    def take(self, lines: Sequence[str], *, courtesy: bool = True, gentle: bool = False, break_at: int = 0) -> None:
        self._path.write_text("\n".join(["address,state,language", *lines]) + "\n", encoding="utf-8")
        read = 0

        def progress(_: int) -> None:
            nonlocal read
            read += 1
            if read == break_at:
                raise KeyboardInterrupt

        importer = Importer(
            self.database,
            self.town,
            self.clock,
            wish=Wish(courtesy=courtesy, gentle=gentle),
            reject=lambda _: None,
            progress=progress,
            courtesy=self._courtesy,
        )
        importer.run(RegisterFile.open(self._path, self.town))

    def letters(self) -> list[OutboxRow]:
        with self.database.read() as session:
            return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))


@pytest.fixture
def office(database: Database, town: Town, clock: HandClock, registration: Registration, tmp_path: Path) -> Office:
    return Office(database, town, clock, registration, tmp_path)


def test_only_those_who_come_in_active_are_written_to_and_only_once(office: Office) -> None:
    office.take(["a@example.jp,", "b@example.jp,stopped", "A@example.jp,", "c@example.jp,active"])
    office.take(["a@example.jp,", "b@example.jp,", "d@example.jp,"])

    assert [(row.address, row.batch) for row in office.letters()] == [
        ("a@example.jp", "moved:1"),
        ("c@example.jp", "moved:1"),
        ("d@example.jp", "moved:2"),
    ]


def test_nobody_is_written_to_where_no_letter_is_wished(office: Office) -> None:
    office.take(["a@example.jp,"], courtesy=False)

    assert office.letters() == []


def test_the_letter_says_what_to_do_and_how_to_leave(office: Office, town: Town) -> None:
    office.take(["a@example.jp,"])

    with office.database.read() as session:
        letter = session.scalars(select(LetterRow)).one()
    assert town.service_name in letter.subject
    assert "手続きはいりません" in letter.tail
    assert "{stop}" in letter.tail
    assert town.from_address in letter.tail
    assert letter.unsubscribe


def test_each_reads_it_in_the_language_of_their_line_and_japanese_where_we_speak_none_of_it(office: Office) -> None:
    lines = [
        "ja@example.jp,,",
        "em@example.jp,,en",
        "ha@example.jp,,やさしい日本語",
        "li@example.jp,,zh",
        "ko@example.jp,,ko",
    ]
    office.take([*lines, "eve@other.example.jp,,English"])
    office.take(["bob@example.jp,,en"])

    with office.database.read() as session:
        subjects = {row.id: row.subject for row in session.scalars(select(LetterRow))}
    read = {row.address.partition("@")[0]: subjects[row.letter_id] for row in office.letters()}
    assert read["em"] == read["eve"] == read["bob"] != read["ja"]
    assert read["ko"] == read["ja"]
    assert len({read[name] for name in ("ja", "em", "ha", "li")}) == 4
    # One text a language and import, whatever the number of its readers.
    assert len(subjects) == 5


def test_a_letter_in_another_language_goes_in_the_wave_of_its_rank(office: Office) -> None:
    many = [f"r{number}@many.example.jp,,{'en' if number % 2 else ''}" for number in range(FIRST_WAVE + 2)]
    office.take(many)

    waves = Counter((row.due_at - OPENING, row.letter_id) for row in office.letters())
    assert sorted(waves.values()) == [1, 1, FIRST_WAVE // 2, FIRST_WAVE // 2]


def test_a_break_writes_no_second_letter_of_a_language(office: Office) -> None:
    lines = [f"r{number}@d{number % 7}.example.jp,,{'zh' if number % 2 else ''}" for number in range(BATCH + 200)]
    with pytest.raises(KeyboardInterrupt):
        office.take(lines, break_at=BATCH + 100)

    office.take(lines)

    with office.database.read() as session:
        assert len(session.scalars(select(LetterRow.id)).all()) == 2
    assert len(office.letters()) == BATCH + 200


def test_the_letters_go_in_waves_of_each_domain_from_the_next_opening_on(office: Office) -> None:
    many = [f"r{number}@many.example.jp," for number in range(FIRST_WAVE * 4 + 1)]
    office.take([*many, "a@few.example.jp,"])

    waves = Counter((row.domain, row.due_at - OPENING) for row in office.letters())
    assert waves == {
        ("many.example.jp", timedelta(0)): FIRST_WAVE,
        ("many.example.jp", GAP): 3 * FIRST_WAVE,
        ("many.example.jp", 2 * GAP): 1,
        ("few.example.jp", timedelta(0)): 1,
    }


def test_a_break_makes_neither_a_second_letter_nor_a_second_first_wave(office: Office) -> None:
    lines = [f"r{number}@many.example.jp," for number in range(BATCH + 200)]
    with pytest.raises(KeyboardInterrupt):
        office.take(lines, break_at=BATCH + 100)
    office.clock.move(timedelta(minutes=1))

    office.take(lines)

    letters = office.letters()
    assert Counter(row.address for row in letters).most_common(1)[0][1] == 1
    assert len(letters) == BATCH + 200
    assert sum(row.due_at == OPENING for row in letters) == FIRST_WAVE


def test_the_first_wave_is_enough_for_the_breaker_to_judge() -> None:
    assert USUAL.attempts < FIRST_WAVE


@given(ranks=st.lists(st.integers(0, 2_000_000), min_size=2, max_size=2).map(sorted))
def test_waves_keep_the_order_of_the_queue(ranks: list[int]) -> None:
    assert 0 <= wave(ranks[0]) <= wave(ranks[1])


def test_waves_grow_and_never_beyond_the_largest() -> None:
    sizes = Counter(wave(rank) for rank in range(300_000))

    assert list(sizes.values())[:5] == [60, 180, 540, 1620, 4860]
    assert max(sizes.values()) == LARGEST_WAVE


def test_ranks_go_on_after_a_break_and_take_little_memory(database: Database) -> None:
    ranks = Ranks({"example.jp": 70})
    for number in range(50_000):
        ranks.take(f"d{number}.example.jp")

    assert ranks.take("example.jp") == 70
    assert len(ranks._next) <= newcomers._MANY_DOMAINS + 1


def test_a_batch_whose_letters_have_ended_grows_old(office: Office, clock: HandClock) -> None:
    office.take(["a@example.jp,"])
    with office.database.write() as session:
        moved_letter.end_batches(session, at=clock.now())
        before = session.scalars(select(BatchRow.ended_at)).all()
        session.execute(update(OutboxRow).values(state="sent", ended_at=clock.now()))
        moved_letter.end_batches(session, at=clock.now())

    with office.database.read() as session:
        after = session.scalars(select(BatchRow.ended_at)).all()
    assert (before, after) == ([None], [clock.now()])


def test_whoever_leaves_before_the_letter_is_not_written_to_and_is_erased_from_it(
    office: Office, clock: HandClock
) -> None:
    office.take(["a@example.jp,"])
    with office.database.write() as session:
        number = session.scalars(select(Subscriber.id)).one()
        stop(session, number, StopReason.LEFT, by="resident", at=clock.now())
    assert office.letters()[0].unwanted

    with office.database.write() as session:
        erase_left(session, at=clock.now() + timedelta(days=29), after=timedelta(days=28))

    assert "example.jp" not in office.letters()[0].address


def test_newcomers_are_those_who_came_in_active_until_they_were_written_to(office: Office, clock: HandClock) -> None:
    office.take(["x@example.jp,"], courtesy=False)
    office.take(["a@example.jp,", "b@example.jp,stopped"], courtesy=False, gentle=True)
    office.take(["c@example.jp,"], courtesy=True)

    with office.database.write() as session:
        before = session.execute(select(NewcomerRow.rank, NewcomerRow.tried_at)).all()
        newcomers.forget(session, tried_before=OPENING + timedelta(hours=1))
        left = session.scalars(select(NewcomerRow.subscriber_id)).all()
    assert [tuple(row) for row in before] == [(0, None), (0, OPENING)]
    assert len(left) == 1
