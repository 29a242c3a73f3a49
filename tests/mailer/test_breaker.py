"""When a domain is paused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.breaker import Thresholds, should_pause


@pytest.mark.parametrize(
    "case",
    [
        (0, 0, False),
        (9, 9, False),  # too few to tell
        (10, 10, True),  # a whole domain at once
        (49, 48, False),
        (50, 10, False),  # exactly a fifth
        (50, 11, True),
        (1000, 200, False),
        (1000, 201, True),
        (50, 60, True),  # reports of earlier letters come in late
    ],
)
def test_a_domain_is_paused_above_a_fifth_of_fifty_or_when_ten_fail_at_once(case: tuple[int, int, bool]) -> None:
    attempts, permanent, pause = case

    assert should_pause(attempts=attempts, permanent=permanent) is pause


def test_the_thresholds_may_be_set() -> None:
    strict = Thresholds(attempts=5, share=0.5)

    assert should_pause(attempts=5, permanent=3, thresholds=strict)
    assert not should_pause(attempts=4, permanent=4, thresholds=strict)


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_one_more_refusal_never_ends_a_pause(attempts: int, permanent: int) -> None:
    before = should_pause(attempts=attempts, permanent=permanent)

    assert should_pause(attempts=attempts, permanent=permanent + 1) >= before
