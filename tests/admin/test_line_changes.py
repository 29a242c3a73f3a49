"""What changed between two versions, line by line."""

from hypothesis import given
from hypothesis import strategies as st

from admin.line_changes import line_changes

_TEXTS = st.lists(st.sampled_from("abcde"), max_size=12)


def _shown(before: str, after: str) -> list[str]:
    signs = {"same": " ", "gone": "-", "new": "+", "cut": "…"}
    return [signs[line.kind] + line.text for line in line_changes(before.split(), after.split())]


def test_a_changed_line_stands_between_its_neighbours_and_the_rest_is_cut() -> None:
    assert _shown("1 2 3 4 5 6 7 8 9", "1 2 3 4 x 6 7 8 9") == ["…", " 3", " 4", "-5", "+x", " 6", " 7", "…"]


def test_nothing_changed_is_nothing_to_show() -> None:
    assert _shown("1 2 3", "1 2 3") == []


@given(_TEXTS, _TEXTS)
def test_no_line_that_went_or_came_is_left_out(before: list[str], after: list[str]) -> None:
    changes = line_changes(before, after)

    gone = len([line for line in changes if line.kind == "gone"])
    new = len([line for line in changes if line.kind == "new"])
    assert len(before) - gone == len(after) - new
    assert bool(changes) == (before != after)
