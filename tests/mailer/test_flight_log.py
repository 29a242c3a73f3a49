"""The flight log: what was accepted survives the process."""

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mailer.flight_log
from mailer.flight_log import FlightLog, Landing, SenderRunsAlready

AT = datetime(2026, 11, 20, 1, 0, 0, 123456, tzinfo=UTC)
LANDINGS = [Landing(row, 1 + row % 3, AT + timedelta(seconds=row)) for row in range(1, 50)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "flights" / "s1.log"


def test_what_landed_is_read_again_by_the_next_life(path: Path) -> None:
    log = FlightLog(path)
    for landing in LANDINGS:
        log.landed(landing)
    log.close()

    again = FlightLog(path)

    assert again.unrecorded() == LANDINGS
    again.close()


def test_a_landing_is_on_the_file_at_once(path: Path) -> None:
    log = FlightLog(path)

    log.landed(LANDINGS[0])

    assert path.read_bytes().endswith(b"\n")
    log.close()


def test_two_senders_of_one_name_cannot_run_at_once(path: Path) -> None:
    log = FlightLog(path)

    with pytest.raises(SenderRunsAlready, match="s1"):
        FlightLog(path)
    log.keep_only(())
    with pytest.raises(SenderRunsAlready):
        FlightLog(path)

    log.close()
    FlightLog(path).close()


def test_what_is_recorded_is_forgotten(path: Path) -> None:
    log = FlightLog(path)
    log.landed(LANDINGS[0])

    log.keep_only(())
    log.landed(LANDINGS[1])

    assert log.unrecorded() == [LANDINGS[1]]
    log.close()


def test_a_log_under_constant_load_shrinks_to_what_is_unrecorded(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailer.flight_log, "LONGEST_LOG", 500)
    log = FlightLog(path)
    for landing in LANDINGS:
        log.landed(landing)

    log.keep_only(LANDINGS[-2:])
    log.landed(LANDINGS[0])
    log.close()

    again = FlightLog(path)
    assert again.unrecorded() == [*LANDINGS[-2:], LANDINGS[0]]
    with pytest.raises(SenderRunsAlready):
        FlightLog(path)
    again.close()


@given(st.integers(0, 200), st.binary(max_size=60))
@settings(max_examples=40)
def test_whatever_a_crash_left_at_its_end_is_passed_over(cut: int, noise: bytes) -> None:
    lines = b"".join(mailer.flight_log._line(landing) for landing in LANDINGS[:3])
    found = _read_back(lines[:cut] + b"\n" + noise)

    whole = lines[:cut].count(b"\n")
    assert [landing for landing in found if landing in LANDINGS[:3]][:whole] == LANDINGS[:whole]


def _read_back(octets: bytes) -> list[Landing]:
    with tempfile.TemporaryDirectory() as folder:  # hypothesis and tmp_path do not go together
        path = Path(folder) / "s1.log"
        path.write_bytes(octets)
        log = FlightLog(path)
        found = list(log.unrecorded())
        log.close()
    return found
