"""A text with gaps."""

import pytest

from mailer.gapped_text import GappedText


def test_the_gaps_are_filled_in_their_order_and_nothing_stays_behind() -> None:
    text = GappedText([b"Dear ", b", ", b"."])

    assert text.filled([b"A", b"hello"]) == b"Dear A, hello."
    assert text.filled([b"B", b""]) == b"Dear B, ."
    assert b"B" not in text._parts


def test_a_text_without_a_gap_is_itself() -> None:
    assert GappedText([b"all"]).filled([]) == b"all"


@pytest.mark.parametrize("values", [[], [b"a", b"b"]])
def test_there_are_as_many_values_as_gaps(values: list[bytes]) -> None:
    with pytest.raises(ValueError, match="size"):
        GappedText([b"a", b"b"]).filled(values)
