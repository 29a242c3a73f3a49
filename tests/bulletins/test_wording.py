"""The text of bulletins: the printed ones come out line for line, and nobody can drop the standing lines."""

import pytest

from bulletins.filling import fill
from bulletins.wording import write
from tests.bulletins.samples import NOTICES, draft, koganei, komorebi, printed, shelf


@pytest.mark.parametrize("name", ["suspicious-person", "fraud-call", "weather"])
def test_the_printed_bulletin_comes_out_line_for_line(name: str) -> None:
    town = koganei()
    notice = shelf(town).get(name)
    sample = printed(name)

    wording = write(notice, fill(notice, sample.fields), town)

    assert tuple(line for line in wording.text.split("\n") if line) == sample.lines
    assert wording.subject == sample.lines[0]
    assert notice.allows(sample.category)


@pytest.mark.parametrize("name", sorted(folder.name for folder in NOTICES.iterdir() if folder.is_dir()))
def test_every_bulletin_says_who_sent_it_and_that_replies_are_not_read(name: str) -> None:
    town = komorebi()
    lines = draft(name).text.split("\n")
    closing = [line for line in lines if line != "これは訓練です。"][-1]

    assert closing == f"担当部署：{town.section}"
    assert town.standing_notes["no_reply"] in lines


def test_a_drill_says_so_first_and_last_with_the_section_still_there() -> None:
    lines = draft("drill").text.split("\n")

    assert lines[0] == lines[-1] == "これは訓練です。"
    assert lines[-2] == "担当部署：こもれび市地域安全課"
    assert draft("drill").subject.startswith("【訓練】")


def test_a_test_of_j_alert_is_no_drill() -> None:
    wording = draft("j-alert-test")

    assert "試験" in wording.subject
    assert "訓練" not in wording.subject + wording.text


def test_an_attribution_stands_only_where_there_is_a_source() -> None:
    town = komorebi()
    notice = shelf(town).get("fraud-call")

    with_source = write(notice, fill(notice, notice.example), town)
    without = write(notice, fill(notice, {**notice.example, "attribution": ""}), town)

    assert "「ひなた防犯メール」で配信された" in with_source.text
    assert "配信された情報を元に" not in without.text
    assert "{source}" not in with_source.text + without.text


def test_no_text_has_two_blank_lines_in_a_row() -> None:
    text = draft("plain", {"subject": "件名", "text": "一\n\n\n\n二"}).text

    assert text.startswith("一\n\n二\n")


def test_each_level_of_evacuation_asks_for_its_own_action() -> None:
    example = draft("evacuation").notice.example

    texts = [
        draft("evacuation", {**example, "level": level}).text for level in draft("evacuation").notice.fields[0].choices
    ]

    assert ["避難に時間のかかる方" in text for text in texts] == [True, False, False]
    assert ["全員、避難" in text for text in texts] == [False, True, False]
    assert ["ただちに身の安全" in text for text in texts] == [False, False, True]
