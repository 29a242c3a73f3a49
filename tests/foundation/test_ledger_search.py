"""Reading the ledger: a question finds exactly its lines."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from foundation import ledger, ledger_search
from foundation.database import Database
from foundation.ledger import Deed
from foundation.ledger_search import Question

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
DEEDS = (
    Deed("staff:1", "bulletin.drafted", "bulletin:1"),
    Deed("staff:2", "bulletin.approved", "bulletin:1"),
    Deed("resident", "subscriber.registered", "subscriber:7"),
    Deed("staff:1", "bulletins.counted", "bulletin:2"),
    Deed("staff:1", "bulletin.drafted", "bulletin:2"),
)


@pytest.fixture
def written(database: Database) -> Database:
    for hour, deed in enumerate(DEEDS):
        with database.write() as session:
            ledger.write(session, deed, at=AT + timedelta(hours=hour))
    return database


def found(database: Database, question: Question, *, before: int | None = None, limit: int = 9) -> Sequence[int]:
    with database.read() as session:
        return [line.id for line in ledger_search.newest(session, question, before=before, limit=limit)]


@pytest.mark.parametrize(
    ("question", "lines"),
    [
        (Question(), [5, 4, 3, 2, 1]),
        (Question(actor="staff:1"), [5, 4, 1]),
        (Question(room="bulletin"), [5, 2, 1]),
        (Question(subject="bulletin:2"), [5, 4]),
        (Question(since=AT + timedelta(hours=1), until=AT + timedelta(hours=3)), [3, 2]),
        (Question(actor="staff:1", room="bulletin", subject="bulletin:1"), [1]),
        (Question(actor="staff:%"), []),
    ],
    ids=str,
)
def test_a_question_finds_its_lines_newest_first(written: Database, question: Question, lines: list[int]) -> None:
    assert found(written, question) == lines


def test_a_page_goes_on_below_the_last_line_of_the_one_before(written: Database) -> None:
    first = found(written, Question(), limit=2)

    assert first == [5, 4]
    assert found(written, Question(), before=first[-1], limit=2) == [3, 2]


@pytest.mark.parametrize("near", [(), (0,), (1, 3), (100,)], ids=str)
@pytest.mark.parametrize("before", [None, 5, 3])
def test_a_room_shows_the_same_lines_however_near_they_lie(
    written: Database, monkeypatch: pytest.MonkeyPatch, near: tuple[int, ...], before: int | None
) -> None:
    monkeypatch.setattr(ledger_search, "NEAR", near)

    for limit in (1, 2, 3, 9):
        expected = [number for number in (5, 2, 1) if before is None or number < before][:limit]
        assert found(written, Question(room="bulletin"), before=before, limit=limit) == expected


def test_an_export_has_every_line_oldest_first(written: Database) -> None:
    with written.read() as session:
        assert [line.id for line in ledger_search.lines(session, Question(actor="staff:1"))] == [1, 4, 5]
