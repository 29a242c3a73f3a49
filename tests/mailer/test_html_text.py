"""HTML of strangers' mail, made to hold us up."""

from time import process_time

import pytest

from mailer.html_text import text_of_html


@pytest.mark.parametrize(
    "hostile",
    ["<" + "a" * 130_000, "</" + "a" * 130_000, "<a" * 60_000, "<!" * 60_000, "<a " + "b" * 130_000, "<!--" * 30_000],
)
def test_marks_that_never_end_cost_no_more_than_their_length(hostile: str) -> None:
    begun = process_time()

    text_of_html(hostile)

    assert process_time() - begun < 0.5


@pytest.mark.parametrize("number", ["1" * 5000, "x" + "f" * 5000])
def test_a_number_that_no_character_has_is_read_as_none(number: str) -> None:
    assert text_of_html(f"<p>a&#{number};b</p>") == "a\ufffdb"


def test_usual_numbers_are_read() -> None:
    assert text_of_html("&#12354;&#x3044;&amp;") == "あい&"
