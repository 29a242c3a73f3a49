"""What may stand in a line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.plain_text import forbidden_character, full_width, one_line


@pytest.mark.parametrize("character", ["\r", "\n", "\0", "\x1b", "\x85", "\u2028", "\u202e", "\ud800", "\t"])
def test_a_single_line_holds_no_control_character(character: str) -> None:
    assert forbidden_character(f"a{character}b") == character


def test_several_lines_may_hold_line_feed_and_tab_only() -> None:
    assert forbidden_character("a\n\tb", several_lines=True) is None
    assert forbidden_character("a\r\nb", several_lines=True) == "\r"


@settings(max_examples=60)
@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


def test_half_width_characters_count_one_half() -> None:
    assert full_width("ab日本") == 3.0
