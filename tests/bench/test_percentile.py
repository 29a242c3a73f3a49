"""The percentile by which waiting is judged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.percentile import percentile


def test_of_a_hundred_the_ninety_ninth_is_the_one_before_the_longest() -> None:
    assert percentile(list(range(1, 101)), 0.99) == 99
    assert percentile(list(range(1, 101)), 0.5) == 50
    assert percentile([7.0], 0.99) == 7.0


def test_of_nothing_there_is_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.99)


@given(
    values=st.lists(st.floats(min_value=0, max_value=1e6), min_size=1, max_size=50),
    share=st.floats(min_value=0.01, max_value=1),
)
def test_it_is_a_value_of_its_own_and_not_below_that_share(values: list[float], share: float) -> None:
    found = percentile(values, share)

    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
