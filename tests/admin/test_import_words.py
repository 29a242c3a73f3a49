"""What the page of an import says of addresses that are known here and differ by a stop alone."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from subscribers.register_imports import Counts

TEMPLATES = Path(__file__).parents[2] / "templates"


def told(counts: Counts, *, is_done: bool) -> str:
    shelf = Environment(loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, autoescape=True)
    page = str(shelf.get_template("admin/_import.html").make_module().numbers(counts, is_done))  # type: ignore[attr-defined]  # the macro
    return re.sub(r"\s+|<[^>]+>", "", page)


@pytest.mark.parametrize(("is_done", "ends"), [(False, "ここでも停止します。"), (True, "ここでも停止しました。")])
def test_who_left_the_older_system_is_stopped_here_and_not_called_unchanged(*, is_done: bool, ends: str) -> None:
    page = told(Counts(known=1_200, stopped_now=1_001), is_done=is_done)

    assert "登録済み1,200" in page
    assert "変わらない" not in page
    assert f"登録済みのうち1,001件は、以前のシステムでやめた人です。{ends}" in page


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (Counts(known=3, stopped_here=2), "登録済みのうち2件は、ここで配信停止中です。停止のまま変えません。"),
        (
            Counts(known=3, stopped_there=1),
            "登録済みのうち1件は、名簿では停止していますが、ここでは有効です。有効のまま変えません。",
        ),
    ],
)
def test_a_stop_on_one_side_alone_is_told_and_changes_nothing(counts: Counts, sentence: str) -> None:
    page = told(counts, is_done=True)

    assert "登録済み（変わらない）3" in page
    assert sentence in page
    assert page.count("登録済みのうち") == 1
    assert "登録済みのうち" not in told(Counts(known=3), is_done=True)
