"""The health and the pace of a relay: pure, by moments in seconds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.relay_health import SUCCESSES_A_STEP, Health, SlowStart
from mailer.relay_pace import Share, next_slot, opens
from mailer.relay_verdict import Fault, Trouble

DOWN = Trouble(Fault.UNREACHABLE, "it refuses connections")
NO_EAR = Trouble(Fault.SENDER_REFUSED, "550 no")


def test_a_broken_relay_is_asked_after_growing_gaps() -> None:
    health = Health(1.0, 30.0)
    at, gaps = 100.0, []

    for _ in range(8):
        health.failed(DOWN, at)
        gaps.append(health.next_probe - at)
        at = health.next_probe

    assert gaps == [1, 2, 4, 8, 16, 30, 30, 30]


def test_the_first_failure_is_news_and_the_next_ones_are_not() -> None:
    health = Health(1.0, 30.0)

    assert [health.failed(DOWN, float(at)) for at in range(3)] == [True, False, False]

    health.recovered(3.0)

    assert health.serves
    assert health.failed(NO_EAR, 4.0)


def test_one_that_fails_again_soon_is_left_alone_for_longer() -> None:
    health = Health(1.0, 30.0)
    health.failed(DOWN, 0.0)
    health.failed(DOWN, 1.0)
    health.recovered(3.0)

    health.failed(DOWN, 5.0)
    soon = health.next_probe - 5.0
    health.recovered(9.0)
    health.failed(DOWN, 900.0)

    assert (soon, health.next_probe - 900.0) == (4.0, 1.0)


def test_one_that_lets_us_in_and_takes_no_letter_is_asked_with_one() -> None:
    health = Health(1.0, 30.0)

    health.failed(DOWN, 0.0)
    by_connecting = health.asks_by_letter
    health.failed(NO_EAR, 1.0)

    assert (by_connecting, health.asks_by_letter) == (False, True)


def test_a_complaint_halves_the_lines_and_successes_bring_them_back_one_by_one() -> None:
    slow = SlowStart(10)
    widths = []

    for _ in range(5):
        slow.complained()
        widths.append(slow.width)
    for _ in range(SUCCESSES_A_STEP * 3):
        slow.succeeded()

    assert widths == [5, 2, 1, 1, 1]
    assert slow.width == 4


@given(st.integers(1, 999), st.lists(st.booleans(), max_size=300))
def test_at_least_one_line_stays_and_never_more_than_there_are(most: int, told: list[bool]) -> None:
    slow = SlowStart(most)

    for complains in told:
        (slow.complained if complains else slow.succeeded)()

    assert 1 <= slow.width <= most
    assert slow.is_full == (slow.width == most)


@given(st.integers(1, 6000), st.lists(st.floats(0, 3), min_size=2, max_size=80))
def test_no_minute_gets_more_than_its_letters_and_a_second_of_them(per_minute: int, waits: list[float]) -> None:
    slot, at, sent = 0.0, 0.0, []

    for wait in waits:
        at = max(at + wait, opens(slot, per_minute=per_minute))
        slot = next_slot(slot, at, per_minute=per_minute)
        sent.append(at)

    for first in range(len(sent)):
        for last in range(first, len(sent)):
            room = (sent[last] - sent[first]) * per_minute / 60 + max(1.0, per_minute / 60)
            assert last - first + 1 <= room + 1e-6


@pytest.mark.parametrize(("per_minute", "burst"), [(6, 1), (60, 1), (600, 10), (6000, 100)])
def test_what_a_second_has_room_for_may_go_at_once(per_minute: int, burst: int) -> None:
    slot, sent = 1000.0, 0

    while opens(slot, per_minute=per_minute) <= 1000.0 + 1e-9:
        slot = next_slot(slot, 1000.0, per_minute=per_minute)
        sent += 1

    assert sent == burst


def test_who_had_less_than_its_part_and_has_a_line_free_comes_first() -> None:
    one, other = Share(1, free_lines=1), Share(3, free_lines=1)

    one.took([other])

    assert one.before([other], 0.0) == [other]
    assert other.before([one], 0.0) == []
    other.free_lines = 0
    assert one.before([other], 0.0) == []


def test_who_passed_is_not_waited_for_until_a_while_later() -> None:
    one, other = Share(1, free_lines=1), Share(1, free_lines=1, passes_until=5.0)

    one.took([other])

    assert one.before([other], 4.0) == []
    assert one.before([other], 5.0) == [other]


def test_who_was_away_does_not_get_everything_when_back() -> None:
    one, other = Share(1, free_lines=1), Share(1, free_lines=1)

    for _ in range(1000):
        one.took([other])

    assert one.sent - other.sent <= 1


@pytest.mark.parametrize(
    ("others", "spared"),
    [([], False), ([Share(1)], True), ([Share(1, serves=False)], False), ([Share(0)], False)],
)
def test_a_spare_is_spared_while_another_serves(others: list[Share], *, spared: bool) -> None:
    assert Share(0).is_spared(others) == spared
    assert not Share(1).is_spared(others)
