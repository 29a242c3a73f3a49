"""What could point to a person."""

import pytest

from bulletins.checks.privacy import mail_address, person_name, phone_number, plate, school_name
from tests.bulletins.samples import draft, plain


@pytest.mark.parametrize(
    "number", ["090-1234-5678", "０９０－１２３４－５６７８", "09012345678", "042(123)4567", "0120−123−456"]
)
def test_a_telephone_number_outside_the_contact_is_told(number: str) -> None:
    (finding,) = phone_number(plain(text=f"{number}へ"))

    assert finding.field == "text"


def test_the_contact_field_and_the_towns_own_numbers_are_fine() -> None:
    assert phone_number(draft("suspicious-person")) == []
    assert phone_number(plain(text="警察署 042-000-0110 へ")) == []
    assert phone_number(plain(text="110番へ。2026-11-20")) == []


@pytest.mark.parametrize("text", ["多摩500あ12-34", "ひなた 300 さ 12-34", "ナンバーは12-34", "品川330あ・・12"])
def test_a_plate_is_told(text: str) -> None:
    assert plate(plain(text=text))


def test_a_car_without_its_plate_is_fine() -> None:
    assert plate(plain(text="白色の軽自動車、年齢40歳代、身長165センチ位")) == []


@pytest.mark.parametrize(
    "name", ["楓小学校", "ひかり台中学校", "こもれび第二小学校の近く", "近くの若葉幼稚園", "青嶺高校"]
)
def test_a_school_name_is_told(name: str) -> None:
    assert school_name(plain(text=f"{name}で"))


@pytest.mark.parametrize(
    "name", ["市内の小学校", "市立小学校", "各小学校", "お子さんの通う小学校", "小学校", "近隣の中学校"]
)
def test_schools_in_general_are_fine(name: str) -> None:
    assert school_name(plain(text=f"{name}で")) == []


def test_a_shelter_may_be_a_school() -> None:
    assert school_name(draft("evacuation")) == []


def test_a_mail_address_is_told_unless_it_is_the_towns() -> None:
    assert mail_address(plain(text="taro@example.com へ"))
    assert mail_address(plain(text="chiiki-anzen@example.jp へ")) == []


@pytest.mark.parametrize("name", ["田中さん", "田中一郎氏", "ヤマダさん", "鈴木容疑者"])
def test_a_name_is_told(name: str) -> None:
    (finding,) = person_name(plain(text=f"被害にあった{name}は"))

    assert "名前" in finding.message


@pytest.mark.parametrize("word", ["お子さん", "皆さん", "氏名は不要です", "摂氏35度", "娘さん", "みなさん"])
def test_words_that_only_sound_like_names_are_fine(word: str) -> None:
    assert person_name(plain(text=word)) == []
