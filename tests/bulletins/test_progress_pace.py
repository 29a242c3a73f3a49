"""Pace: how fast, how long yet, and why nothing moves, from two readings and the facts around them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulletins.life import BulletinState
from bulletins.progress import (
    FORGOTTEN,
    WINDOW,
    Circumstances,
    Progress,
    Reading,
    Standstill,
    circumstances,
    noted,
    rate,
    standstill,
    time_left,
)
from bulletins.tables import Bulletin
from mailer import domain_paces, roll
from mailer.domain_pauses import DomainPauseRow
from mailer.tallies import Counts
from tests.bulletins.office import Office, tokyo

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
SENDING = Circumstances(BulletinState.SENDING, may_travel=True)


def at(seconds: float, ended: int, **by_domain: int) -> Reading:
    return Reading(NOON + timedelta(seconds=seconds), ended, by_domain)


def series(*readings: Reading) -> tuple[Reading, ...]:
    kept: tuple[Reading, ...] = ()
    for reading in readings:
        kept = noted(kept, reading)
    return kept


def so_far(queued: int = 100, deferred: int = 0, *, fanned_out: bool = True) -> Progress:
    return Progress(1000, queued, Counts(sent=900, deferred=deferred), fanned_out)


@pytest.mark.parametrize("readings", [(), (at(0, 5),), (at(0, 5), at(0.4, 9))])
def test_one_reading_tells_no_pace_nor_do_two_in_one_breath(readings: tuple[Reading, ...]) -> None:
    assert rate(series(*readings)) is None


def test_the_pace_is_that_of_the_last_seconds() -> None:
    slow = [at(second, second) for second in range(60)]
    fast = [at(60 + second, 59 + 100 * second) for second in range(12)]

    assert rate(series(*slow)) == pytest.approx(1)
    assert rate(series(*slow, *fast)) == pytest.approx(100)


def test_a_page_that_reloads_every_five_seconds_has_a_pace_too() -> None:
    assert rate(series(at(0, 0), at(5, 500))) == pytest.approx(100)
    assert rate(series(at(0, 0), at(30, 300))) == pytest.approx(10)
    assert rate(series(at(0, 0), at(FORGOTTEN.total_seconds() + 1, 300))) is None


def test_each_domain_has_its_own_pace() -> None:
    readings = series(at(0, 10, docomo=4, au=6), at(2, 30, docomo=24, au=6))

    assert (rate(readings, "docomo"), rate(readings, "au"), rate(readings, "gmail")) == (10, 0, 0)


@pytest.mark.parametrize("later", [at(5, 90), at(-60, 110)], ids=["sent again", "the clock was set back"])
def test_a_count_that_fell_and_a_clock_set_back_begin_anew(later: Reading) -> None:
    assert series(at(0, 80), at(1, 100), later) == (later,)


def test_time_left_counts_first_tries_only_once_everybody_is_known() -> None:
    assert time_left(so_far(600), 10) == timedelta(minutes=1)
    assert time_left(so_far(600, fanned_out=False), 10) is None
    assert time_left(so_far(600), None) is None
    assert time_left(so_far(600), 0) is None
    assert time_left(so_far(0), None) == timedelta(0)


@pytest.mark.parametrize(
    ("found", "around", "why"),
    [
        (so_far(), SENDING, Standstill.STILL),
        (so_far(), Circumstances(BulletinState.HALTED, may_travel=False), Standstill.HALTED),
        (so_far(), Circumstances(BulletinState.SENDING, may_travel=False), Standstill.CLOSED),
        (so_far(0, 5), SENDING, Standstill.RETRIES),
        (so_far(0, 5, fanned_out=False), SENDING, Standstill.STILL),
        (so_far(), Circumstances(BulletinState.SENDING, may_travel=True, paused=("docomo.ne.jp",)), Standstill.PAUSED),
        (so_far(), Circumstances(BulletinState.SENDING, may_travel=True, trouble="refused"), Standstill.TROUBLE),
        (so_far(), Circumstances(BulletinState.SENDING, may_travel=True, held={"docomo": NOON}), Standstill.HELD),
        (so_far(0), SENDING, None),
        (so_far(), Circumstances(BulletinState.SENT, may_travel=True), None),
        (so_far(), Circumstances(BulletinState.WAITING, may_travel=False), None),
    ],
)
def test_what_does_not_move_has_a_reason(found: Progress, around: Circumstances, why: Standstill | None) -> None:
    assert standstill(found, series(at(0, 900), at(9, 900)), around) is why


def test_what_moves_or_began_just_now_does_not_stand_still() -> None:
    troubled = Circumstances(BulletinState.SENDING, may_travel=True, paused=("docomo.ne.jp",), trouble="one of two")

    assert standstill(so_far(), series(at(0, 900), at(9, 901)), troubled) is None
    assert standstill(so_far(), series(at(0, 900), at(5, 900)), SENDING) is None
    assert standstill(so_far(), (), SENDING) is None


def test_outside_the_hours_only_what_began_in_them_goes_on(office: Office) -> None:
    cases = [
        ("2026-11-24T16:30", "2026-11-24T16:59", True),
        ("2026-11-24T16:30", "2026-11-24T17:30", True),
        ("2026-11-24T16:30", "2026-11-24T18:01", False),
        ("2026-11-20T16:30", "2026-11-24T17:30", False),
    ]

    with office.database.read() as session:
        for begun, now, may in cases:
            for urgent in (False, True):
                bulletin = Bulletin(state="sending", urgent=urgent, started_at=tokyo(begun))
                found = circumstances(session, bulletin, office.publisher.hours, at=tokyo(now))

                assert found.may_travel is (may or urgent), (begun, now, urgent)


def test_paused_domains_stop_all_but_the_urgent(office: Office) -> None:
    pauses = {"domain": "docomo.ne.jp", "batch": "bulletin:1", "opened_at": NOON, "attempts": 60, "refused": 30}
    office.meddle(lambda session: session.add(DomainPauseRow(**pauses)))
    bulletin = Bulletin(state="sending", urgent=False, started_at=NOON)

    with office.database.read() as session:
        found = circumstances(session, bulletin, office.publisher.hours, at=NOON)
        bulletin.urgent = True
        urgent = circumstances(session, bulletin, office.publisher.hours, at=NOON)

    assert (found.paused, urgent.paused) == (("docomo.ne.jp",), ())


def test_held_systems_and_troubled_senders_are_known_from_the_database(office: Office) -> None:
    office.meddle(lambda session: domain_paces.hold(session, "docomo", at=NOON))
    for name in ("one", "two"):
        office.meddle(partial(roll.beat, name=name, trouble="relay-1: connection refused", at=NOON))
    bulletin = Bulletin(state="sending", urgent=True, started_at=NOON)

    with office.database.read() as session:
        found = circumstances(session, bulletin, office.publisher.hours, at=NOON)
        later = circumstances(session, bulletin, office.publisher.hours, at=NOON + timedelta(minutes=5))

    assert list(found.held) == ["docomo"]
    assert found.trouble == "relay-1: connection refused"
    assert (later.held, later.trouble) == ({}, "")


@settings(max_examples=50)
@given(
    steps=st.lists(st.tuples(st.floats(-100, 100), st.integers(-50, 500)), max_size=40),
    zone=st.sampled_from([UTC, ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")]),
)
def test_whatever_is_read_the_readings_stay_few_rise_and_give_no_negative_pace(
    steps: Sequence[tuple[float, int]], zone: ZoneInfo
) -> None:
    kept: tuple[Reading, ...] = ()
    moment, ended = NOON, 1000

    for seconds, letters in steps:
        moment, ended = moment + timedelta(seconds=seconds), max(0, ended + letters)
        kept = noted(kept, Reading(moment.astimezone(zone), ended))

        pace = rate(kept)
        assert kept[-1].at == moment
        assert all(a.at < b.at and a.ended <= b.ended for a, b in pairwise(kept))
        assert kept[-1].at - kept[0].at <= max(WINDOW, FORGOTTEN)
        assert pace is None or pace >= 0
