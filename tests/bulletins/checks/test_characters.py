"""What old phones cannot show."""

import pytest

from bulletins.checks.characters import garbled_character, line_too_long, subject_too_long
from tests.bulletins.samples import draft, koganei, plain, printed


@pytest.mark.parametrize(
    ("character", "instead"),
    [("①", "(1)"), ("㈱", "(株)"), ("髙", "高"), ("﨑", "崎"), ("ﾊ", "ハ"), ("Ⅲ", "III"), ("㎡", "m2"), ("🚨", "")],
)
def test_a_character_that_garbles_is_shown_with_what_to_write_instead(character: str, instead: str) -> None:
    (finding,) = garbled_character(plain(text=f"見出し{character}です"))

    assert f"「{character}」" in finding.message
    assert instead in finding.message
    assert finding.field == "text"


def test_the_signs_of_the_printed_bulletins_are_fine() -> None:
    for name in ("suspicious-person", "fraud-call", "weather"):
        assert garbled_character(draft(name, printed(name).fields, town=koganei())) == []
    assert garbled_character(plain(text="市外－子どもの安全 9時～17時 〒♪")) == []


def test_a_line_has_at_most_998_octets() -> None:
    assert line_too_long(plain(text="あ" * 332)) == []
    assert line_too_long(plain(text="あ" * 333))[0].field == "text"
    assert line_too_long(plain(text="\n".join(["あ" * 300] * 3))) == []


def test_a_subject_has_at_most_thirty_full_width_characters() -> None:
    assert subject_too_long(plain(subject="あ" * 30)) == []
    assert subject_too_long(plain(subject="あ" * 29 + "ab")) == []
    assert subject_too_long(plain(subject="あ" * 31))
