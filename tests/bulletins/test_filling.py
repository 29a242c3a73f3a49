"""What a clerk types: cleaned, bounded, and refused in kind words."""

from collections.abc import Mapping
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulletins.filling import FieldsInvalid, fill, fill_for_preview
from bulletins.notice_templates import NoticeTemplate
from bulletins.wording import write
from tests.bulletins.samples import komorebi, shelf

TOWN = komorebi()
SHELF = shelf(TOWN)
PLAIN = SHELF.get("plain")
SUSPICIOUS = SHELF.get("suspicious-person")
EVENT = SHELF.get("event")


def _changed(notice: NoticeTemplate, **changes: object) -> Mapping[str, object]:
    return {**notice.example, **changes}


def _errors(notice: NoticeTemplate, values: Mapping[str, object]) -> Mapping[str, str]:
    with pytest.raises(FieldsInvalid) as caught:
        fill(notice, values)
    return caught.value.errors


def test_line_ends_and_spaces_are_cleaned() -> None:
    filled = fill(PLAIN, {"subject": "　お知らせ ", "text": " 一行目  \r\n\r\n二行目\r\n"})

    assert filled == {"subject": "お知らせ", "text": "一行目\n\n二行目"}


def test_a_subject_comes_out_exactly_as_given() -> None:
    subject = "明日の  催し: {{ 1 }} & <b>"

    wording = write(PLAIN, fill(PLAIN, {"subject": subject, "text": "本文です。"}), TOWN)

    assert wording.subject == subject


@pytest.mark.parametrize("character", ["\r", "\n", "\r\n", "\0", "\x1b", "\x85", "\u2028", "\u202e", "\ud800", "\t"])
def test_a_line_with_a_control_character_is_refused(character: str) -> None:
    errors = _errors(PLAIN, {"subject": f"お知らせ{character}Bcc: x@example.jp", "text": "本文"})

    assert list(errors) == ["subject"]
    assert "「件名」" in errors["subject"]


@pytest.mark.parametrize("subject", ["お知らせ\r\n", "\nお知らせ", "お知らせ\x1c"])
def test_a_control_character_at_either_end_is_refused_too(subject: str) -> None:
    assert list(_errors(PLAIN, {"subject": subject, "text": "本文"})) == ["subject"]


@pytest.mark.parametrize("character", ["\r", "\0", "\x07", "\ud800"])
def test_a_text_with_a_control_character_is_refused(character: str) -> None:
    assert "text" in _errors(PLAIN, {"subject": "お知らせ", "text": f"本{character}文"})


@pytest.mark.parametrize("character", ["\r", "\0", "\u2028"])
def test_an_item_of_a_list_with_a_control_character_is_refused(character: str) -> None:
    assert "words" in _errors(SUSPICIOUS, _changed(SUSPICIOUS, words=[f"家は{character}どこ？"]))


def test_what_is_required_is_asked_for_by_its_label() -> None:
    errors = _errors(PLAIN, {"subject": " ", "text": ""})

    assert errors == {"subject": "「件名」を入力してください。", "text": "「本文」を入力してください。"}


def test_an_unknown_field_is_refused() -> None:
    assert "body" in _errors(PLAIN, {"subject": "a", "text": "b", "body": "c"})


def test_lengths_are_bounded() -> None:
    fill(PLAIN, {"subject": "あ" * 200, "text": "い" * 4000})

    assert set(_errors(PLAIN, {"subject": "あ" * 201, "text": "い" * 4001})) == {"subject", "text"}


def test_a_field_that_is_not_sent_takes_its_default_and_an_emptied_one_stays_empty() -> None:
    values = dict(SUSPICIOUS.example)
    values.pop("spot")

    assert fill(SUSPICIOUS, values)["spot"] == "路上"
    assert fill(SUSPICIOUS, _changed(SUSPICIOUS, attribution=""))["attribution"] == ""


def test_pasted_bullets_go_and_a_minus_sign_stays() -> None:
    filled = fill(SUSPICIOUS, _changed(SUSPICIOUS, words="・家は？\n\n- 年は？\n-5℃だよ"))

    assert filled["words"] == ("家は？", "年は？", "-5℃だよ")


def test_times_are_the_towns_own() -> None:
    zone = ZoneInfo("Asia/Tokyo")

    filled = fill(EVENT, _changed(EVENT, held_at="2026-12-05T14:00", until="１５：３０"))

    assert filled["held_at"] == datetime(2026, 12, 5, 14, tzinfo=zone)
    assert filled["until"] == time(15, 30)
    assert fill(EVENT, _changed(EVENT, held_at="2026-12-05T05:00:00+00:00"))["held_at"] == filled["held_at"]


def test_a_date_is_read() -> None:
    programme = SHELF.get("programme")

    assert fill(programme, _changed(programme, starts="2026/12/01"))["starts"] == date(2026, 12, 1)


@pytest.mark.parametrize("typed", ["昨日", "2026-13-01 10:00", "2026-12-05", "99999-01-01 10:00"])
def test_a_moment_that_cannot_be_read_is_told_with_an_example(typed: str) -> None:
    assert "2026-11-20 15:10" in _errors(EVENT, _changed(EVENT, held_at=typed))["held_at"]


def test_a_choice_must_be_on_the_list_and_a_suggestion_need_not() -> None:
    evacuation = SHELF.get("evacuation")

    assert "level" in _errors(evacuation, _changed(evacuation, level="避難勧告"))
    assert fill(SUSPICIOUS, _changed(SUSPICIOUS, spot="図書館の前"))["spot"] == "図書館の前"


def test_a_contact_has_a_number() -> None:
    assert "電話番号" in _errors(EVENT, _changed(EVENT, contact="地域安全課"))["contact"]


@pytest.mark.parametrize("value", [3, ["a"], {"a": 1}, True])
def test_what_is_not_text_is_refused(value: object) -> None:
    assert "subject" in _errors(PLAIN, {"subject": value, "text": "本文"})


def test_filling_twice_equals_once() -> None:
    once = fill(EVENT, EVENT.example)

    assert fill(EVENT, once) == once


def test_a_preview_shows_what_is_missing() -> None:
    for notice in SHELF.all():
        filled, errors = fill_for_preview(notice, {})

        wording = write(notice, filled, TOWN)

        assert errors
        assert any(f"〔{notice.fields[i].label}〕" in wording.text + wording.subject for i in range(len(notice.fields)))


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(["subject", "text", "other"]), st.text() | st.none() | st.integers()))
def test_whatever_is_sent_either_fills_in_one_line_or_is_told(values: dict[str, object]) -> None:
    told: Mapping[str, str] = {}
    subject = ""

    try:
        subject = write(PLAIN, fill(PLAIN, values), TOWN).subject
    except FieldsInvalid as refused:
        told = refused.errors

    assert bool(told) != (len(subject.splitlines()) == 1)
