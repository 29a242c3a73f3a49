"""The small structure: what is marked, what is not, and that nothing typed becomes anything else."""

from hypothesis import given
from hypothesis import strategies as st

from liaisons.simple_text import Block, Part, blocks, settled


def test_headings_lists_steps_and_paragraphs_are_told_apart() -> None:
    text = "一行目\n二行目\n\n次の段落\n■見出し\n・一つ\n・二つ\n1. まず\n２．つぎ\n終わり"

    assert blocks(text) == (
        Block(Part.PARAGRAPH, ("一行目", "二行目")),
        Block(Part.PARAGRAPH, ("次の段落",)),
        Block(Part.HEADING, ("見出し",)),
        Block(Part.LIST, ("一つ", "二つ")),
        Block(Part.STEPS, ("まず", "つぎ")),
        Block(Part.PARAGRAPH, ("終わり",)),
    )


def test_a_mark_with_nothing_behind_it_and_html_are_ordinary_words() -> None:
    assert blocks("■\n\n<b>太字</b> {{ 7*7 }}") == (
        Block(Part.PARAGRAPH, ("■",)),
        Block(Part.PARAGRAPH, ("<b>太字</b> {{ 7*7 }}",)),
    )


@given(st.text())
def test_no_word_is_lost_and_settling_twice_is_settling_once(text: str) -> None:
    once = settled(text)

    assert settled(once) == once
    told = "".join("".join(block.lines) for block in blocks(once))
    marks = str.maketrans("", "", "■・･.．0123456789０１２３４５６７８９")
    assert "".join(told.split()).translate(marks) == "".join(once.split()).translate(marks)
