"""訓練 and 試験."""

import dataclasses

import pytest

from bulletins.checks.draft import DraftText, Level
from bulletins.checks.drill import drill_extra, drill_missing
from tests.bulletins.samples import draft, plain


def test_a_drill_as_written_is_fine() -> None:
    assert drill_missing(draft("drill")) == []
    assert drill_extra(draft("drill")) == []


@pytest.mark.parametrize(
    "changed",
    [
        dataclasses.replace(draft("drill"), subject="総合防災の日"),
        dataclasses.replace(draft("drill"), text=draft("drill").text.removesuffix("\nこれは訓練です。")),
        dataclasses.replace(draft("drill"), text=draft("drill").text.removeprefix("これは訓練です。\n")),
    ],
)
def test_a_drill_that_does_not_say_so_everywhere_is_blocked(changed: DraftText) -> None:
    (finding,) = drill_missing(changed)

    assert finding.level is Level.BLOCK


def test_a_test_says_that_it_is_one() -> None:
    assert drill_missing(draft("j-alert-test")) == []
    assert drill_missing(dataclasses.replace(draft("j-alert-test"), subject="放送のお知らせ"))


@pytest.mark.parametrize("subject", ["【訓練】大雨警報", "（訓練）避難指示", "訓練：避難指示", "[訓練]避難"])
def test_a_real_notice_that_starts_like_a_drill_is_blocked(subject: str) -> None:
    (finding,) = drill_extra(plain(subject=subject))

    assert finding.level is Level.BLOCK


def test_the_line_of_a_drill_in_a_real_notice_is_blocked() -> None:
    assert drill_extra(plain(text="これは訓練です。"))
    assert drill_extra(dataclasses.replace(draft("evacuation"), text=f"これは訓練です。\n{draft('evacuation').text}"))


@pytest.mark.parametrize("subject", ["防災訓練のお知らせ", "訓練のお知らせ", "総合防災訓練を行います"])
def test_the_announcement_of_a_drill_is_no_drill(subject: str) -> None:
    assert drill_extra(plain(subject=subject)) == []
