"""Whole texts of the police: every word that they tell stands in its field, and the rest is told."""

import pytest

from bulletins.filling import fill
from bulletins.police_text.lines import normal
from bulletins.wording import write
from tests.bulletins.police_text.reading_of import fitted, texts
from tests.bulletins.samples import koganei, printed, shelf


@pytest.mark.parametrize("name", list(texts()))
def test_a_text_fills_its_fields_and_what_found_none_is_told(name: str) -> None:
    expected = texts()[name]

    found = fitted(str(expected["text"]))

    assert found.notice == expected["notice"]
    assert {field: found.values[field] for field in found.read} == expected["fields"]
    assert list(found.leftover) == expected["leftover"]
    assert list(found.notes) == expected["notes"]
    assert [field for field in found.values if field not in found.read] == expected["emptied"]
    assert found.category == expected["category"]


@pytest.mark.parametrize(
    ("name", "golden"),
    [
        ("sample-1-approach", "suspicious-person"),
        ("sample-2-fraud-call", "fraud-call"),
        ("sample-3-snow", "weather"),
    ],
)
def test_a_printed_bulletin_that_is_pasted_is_mailed_as_it_was_printed(name: str, golden: str) -> None:
    notice = shelf(koganei()).get(golden)

    found = fitted(str(texts()[name]["text"]), golden, town=koganei())
    # The first of them names no one to ask; the form would offer the police station.
    written = write(
        notice, fill(notice, {"contact": "", **found.values} if notice.field("contact") else found.values), koganei()
    )

    assert written.text.splitlines() == list(printed(golden).lines)


def test_the_same_text_in_another_notice_tells_what_finds_no_field_there() -> None:
    text = str(texts()["sample-2-fraud-call"]["text"])

    found = fitted(text, "suspicious-person")

    assert "★不審な電話は、すぐ110番！" in found.leftover
    assert any("犯人はキャッシュカードについて質問し" in piece for piece in found.leftover)


def test_the_free_text_takes_all_but_what_the_service_writes_itself() -> None:
    text = str(texts()["approach-with-block-number"]["text"])

    found = fitted(text, "plain")

    assert found.leftover == ()
    for line in text.strip().splitlines()[1:]:
        assert normal(line) in str(found.values["text"])


def test_what_happened_is_never_the_usual_where_the_text_is_silent() -> None:
    found = fitted("本日午後3時ごろ、水車町2丁目で事案がありました。", "suspicious-person")

    for field in ("offender", "deed", "victim", "spot", "attribution"):
        assert found.values[field] == ""


def test_consent_of_the_family_is_never_read_from_a_text() -> None:
    found = fitted("ご家族の依頼により配信しています。同意は確認しました。", "missing-person")

    assert "consent" not in found.values


def test_a_text_that_is_too_long_says_so() -> None:
    found = fitted("水車町で停電しています。\n" * 4000, "plain")

    assert any("長すぎる" in piece for piece in found.leftover)


def test_what_is_told_of_a_call_beyond_our_own_sentence_is_not_dropped() -> None:
    found = fitted("本日、市内に、警察官をかたる男から電話がありカードを渡しました。", "fraud-call")

    assert found.values["impostor"] == "警察官"
    assert any("男から電話がありカードを渡しました" in piece for piece in found.leftover)
