"""What changed between two versions, line by line."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from admin.frame.line_changes import line_changes, mail_changes

_TEXTS = st.lists(st.sampled_from("abcde"), max_size=12)


@dataclass(frozen=True)
class Mail:
    subject: str
    text: str


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


def test_of_two_mails_the_subject_is_compared_too() -> None:
    changes = mail_changes(
        Mail("停電", "水車町です。\n復旧は3時です。"), Mail("停電について", "水車町です。\n復旧は3時です。")
    )

    assert [(line.kind, line.text) for line in changes] == [
        ("gone", "件名：停電"),
        ("new", "件名：停電について"),
        ("same", "水車町です。"),
        ("same", "復旧は3時です。"),
    ]
