"""Placeholders, empty and short texts, missing parts."""

import dataclasses

import pytest

from bulletins.checks.completeness import part_missing, placeholder_left, text_empty, text_too_short
from bulletins.checks.draft import Level
from bulletins.filling import fill_for_preview
from bulletins.wording import write
from tests.bulletins.samples import draft, koganei, komorebi, plain, printed, shelf


@pytest.mark.parametrize("left", ["〇〇", "○○", "◯◯警察署", "××", "{時刻}", "{{ place }}", "〔どこで〕", "●●"])
def test_a_placeholder_blocks_and_is_shown(left: str) -> None:
    (finding,) = placeholder_left(plain(text=f"場所は{left}です。"))

    assert finding.level is Level.BLOCK
    assert finding.field == "text"


@pytest.mark.parametrize("fine", ["○対策", "●方法", "5×3メートル", "◎注意", "〇時"])
def test_a_single_sign_is_no_placeholder(fine: str) -> None:
    assert placeholder_left(plain(text=fine)) == []


def test_a_placeholder_in_the_subject_blocks_too() -> None:
    assert placeholder_left(plain(subject="〇〇町で火災"))


def test_a_preview_with_gaps_cannot_be_submitted() -> None:
    town = komorebi()
    notice = shelf(town).get("crime")
    filled, _ = fill_for_preview(notice, {})
    wording = write(notice, filled, town)

    gap = dataclasses.replace(draft("crime"), fields=filled, subject=wording.subject, text=wording.text)

    assert placeholder_left(gap)


def test_an_empty_text_blocks() -> None:
    empty = dataclasses.replace(
        plain(), fields={}, text="※返信メールは受け付けておりません。\n担当部署：x", subject=" "
    )

    assert [finding.rule for finding in text_empty(empty)] == ["text-empty", "text-empty"]
    assert text_empty(plain()) == []


def test_a_text_of_two_characters_blocks_although_the_standing_lines_are_long() -> None:
    (finding,) = text_too_short(draft("plain", {"subject": "お知らせ", "text": "つい"}))

    assert finding.level is Level.BLOCK
    assert "2文字" in finding.message


def test_a_text_of_twenty_characters_is_enough() -> None:
    assert text_too_short(draft("plain", {"subject": "お知らせ", "text": "あ" * 19}))
    assert text_too_short(draft("plain", {"subject": "お知らせ", "text": "あ" * 20})) == []


def test_a_missing_contact_is_named_with_its_field() -> None:
    sample = printed("suspicious-person")

    found = part_missing(draft("suspicious-person", sample.fields, town=koganei(), at=sample.at))

    assert [(finding.field, finding.level) for finding in found] == [("contact", Level.WARN)]
    assert "「問合せ先」" in found[0].message


def test_what_the_class_does_not_need_is_not_asked_for() -> None:
    sample = printed("weather")

    assert part_missing(draft("weather", sample.fields, town=koganei(), at=sample.at)) == []
