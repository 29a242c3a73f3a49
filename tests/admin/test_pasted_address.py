"""An address is found however it was pasted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin.residents.pasted_address import unpasted
from foundation.addresses import Address

WANTED = "a..b@docomo.example.jp"


@pytest.mark.parametrize(
    "pasted",
    [
        " A..B@docomo.example.jp ",
        "a..b＠docomo.example.jp",
        "ａ．．ｂ＠ｄｏｃｏｍｏ．ｅｘａｍｐｌｅ．ｊｐ",
        "a..b @ docomo. example.jp",
        "　a..b@docomo.example.jp　\r\n",
        "a..b@docomo\n.example.jp",
        "\ufeffa..b\u200b@docomo.example.jp\u202c",
        "mailto:a..b@docomo.example.jp",
        "MAILTO:a..b@docomo.example.jp",
        "山田 太郎 <a..b@docomo.example.jp>",
        "山田＜a..b@docomo.example.jp＞",
        "「a..b@docomo.example.jp」。",
        '"a..b@docomo.example.jp",',
        "\ta..b@docomo.example.jp;",
    ],
)
def test_what_came_along_when_it_was_pasted_is_taken_off(pasted: str) -> None:
    assert Address.parse(unpasted(pasted)).text == WANTED


@given(text=st.text(max_size=300))
def test_any_text_can_be_pasted(text: str) -> None:
    assert len(unpasted(text)) <= len(text)


@given(local=st.from_regex(r"[a-z0-9!#$%&*+/=?^_{|}~.-]{1,30}", fullmatch=True))
def test_a_sound_address_stays_as_it_is(local: str) -> None:
    assert unpasted(f"{local}@example.jp") == f"{local}@example.jp"
