"""`hansho ledger verify`."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, text, update

from foundation import ledger as book
from foundation.database import Base, Database
from foundation.ledger import Deed, LedgerLine
from foundation.settings import load
from service.commands.ledger import ledger
from service.home import Home
from service.timetable import Timetable
from tests.admin.morning import MORNING
from tests.support.clock import HandClock


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Home]:
    home = Home(load({"HANSHO_DATA": str(tmp_path)}), HandClock(MORNING))
    Base.metadata.create_all(home.database.engine)
    for number in range(3):
        with home.database.write() as session:
            book.write(session, Deed("command", "staff.changed", f"staff:{number}"), at=MORNING)
    yield home
    home.database.close()


def cheat(database: Database) -> None:
    with database.write() as session:
        session.execute(text("DROP TRIGGER ledger_no_update"))
        session.execute(text("DROP TRIGGER ledger_no_delete"))


def verify(house: Home, *words: str) -> Result:
    return CliRunner().invoke(ledger, ["verify", *words], obj=house)


def test_a_sound_ledger_is_told_with_its_last_line(house: Home) -> None:
    result = verify(house)

    assert result.exit_code == 0
    assert result.output.startswith("sound: 3 lines, the last one is 3:")


def test_a_changed_line_is_named_and_the_exit_status_says_so(house: Home) -> None:
    cheat(house.database)
    with house.database.write() as session:
        session.execute(update(LedgerLine).where(LedgerLine.id == 2).values(subject="staff:9"))

    result = verify(house)

    assert result.exit_code == 1
    assert "broken at line 2" in result.output


def test_a_line_noted_on_paper_is_missed_when_the_end_was_cut_off(house: Home) -> None:
    noted = json.loads(verify(house, "--json").output)
    seen = f"{noted['last']}:{noted['hash']}"
    assert verify(house, "--seen", seen).exit_code == 0
    cheat(house.database)
    with house.database.write() as session:
        session.execute(delete(LedgerLine).where(LedgerLine.id == 3))

    assert verify(house).exit_code == 0
    result = verify(house, "--seen", seen)
    assert result.exit_code == 1
    assert "line 3, noted earlier" in result.output


def test_what_is_no_line_is_wrong_usage(house: Home) -> None:
    assert verify(house, "--seen", "3").exit_code == 2


def test_the_timetable_reports_a_ledger_that_was_changed(house: Home, caplog: pytest.LogCaptureFixture) -> None:
    timetable = Timetable(house)
    with caplog.at_level(logging.ERROR):
        timetable.prove(MORNING)
    assert caplog.messages == []
    cheat(house.database)
    with house.database.write() as session:
        session.execute(update(LedgerLine).where(LedgerLine.id == 1).values(actor="staff:9"))

    with caplog.at_level(logging.ERROR):
        timetable.prove(MORNING)

    assert caplog.messages == ["the ledger was changed: its chain is broken at line 1; run hansho ledger verify"]
