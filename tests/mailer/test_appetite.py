"""What a sender takes in hand: quickly as much as its lines can use, and never for long more than that."""

from hypothesis import given
from hypothesis import strategies as st

from mailer.appetite import LEAST_IN_HAND, MOST_IN_HAND, SECONDS_IN_HAND, Appetite


def after_rounds(*rounds: tuple[float, int, int, bool]) -> Appetite:
    """Each with its seconds, how many were recorded and taken, and whether the hand was dry."""
    appetite, at = Appetite(since=0.0), 0.0
    for seconds, recorded, taken, dry in rounds:
        at += seconds
        appetite.learn(at, recorded=recorded, taken=taken, room=appetite.rows, dry=dry)
    return appetite


def test_a_hand_that_ran_dry_takes_what_its_lines_sent_meanwhile_would_last() -> None:
    appetite = after_rounds((0.05, 100, 100, True))

    assert appetite.is_hungry
    assert appetite.rows == 100 / 0.05 * SECONDS_IN_HAND


def test_a_hand_that_ran_dry_takes_at_least_twice_as_much() -> None:
    assert after_rounds((10.0, 1, 100, True)).rows == 2 * LEAST_IN_HAND


def test_a_hand_that_ran_dry_because_nothing_more_was_there_is_not_hungry() -> None:
    appetite = after_rounds((0.05, 100, 99, True))

    assert not appetite.is_hungry
    assert appetite.rows == LEAST_IN_HAND


def test_slow_lines_leave_the_rest_to_other_senders() -> None:
    quick = ((0.1, 4000, 4000, True),) * 5
    slow = ((1.0, 200, 200, False),) * 10

    assert after_rounds(*quick).rows == MOST_IN_HAND
    assert after_rounds(*quick, *slow).rows == max(LEAST_IN_HAND, 200 * SECONDS_IN_HAND)


def test_a_pause_without_letters_changes_nothing() -> None:
    quick = ((0.1, 4000, 4000, True),) * 5

    assert after_rounds(*quick, (3600.0, 0, 0, True)).rows == MOST_IN_HAND


@given(st.lists(st.tuples(st.floats(0, 10), st.integers(0, 5000), st.integers(0, 5000), st.booleans()), max_size=30))
def test_the_appetite_keeps_its_bounds(rounds: list[tuple[float, int, int, bool]]) -> None:
    assert LEAST_IN_HAND <= after_rounds(*rounds).rows <= MOST_IN_HAND
