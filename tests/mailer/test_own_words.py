"""Own words: what a person wrote is kept, what their mail program quoted is not, whatever it looks like."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.own_words import own_words

WORDS = "楓町の公園の街灯が切れています。\n子どもが通るので心配です。"
SIGNED = f"{WORDS}\n\n-- \n楓町自治会 山田\n042-000-0000"
NOTICE = (
    "【防犯】不審な電話\n本日 午前10時ごろ、楓町で不審な電話がありました。\n停止: https://anzen.example.jp/stop/abc"
)
QUOTED = "\n".join(f"> {line}" for line in NOTICE.splitlines())
HEADS = ("From: こもれび市 <anzen@example.jp>", "Sent: Friday, November 27, 2026 10:00 AM", "To: yamada@example.jp")
HEADS_JA = (
    "差出人: こもれび市 <anzen@example.jp>",
    "送信日時: 2026年11月27日 10:00",
    "宛先: yamada@example.jp",
    "件名: 防犯",
)
SAID = {
    "gmail": "2026年11月27日(金) 10:00 こもれび市 <anzen@example.jp>:",
    "gmail in English": "On Fri, Nov 27, 2026 at 10:00 AM Komorebi <anzen@example.jp> wrote:",
    "gmail, broken": "On Fri, Nov 27, 2026 at 10:00 AM Komorebi City Safety Mail\n<anzen@example.jp> wrote:",
    "iPhone": "2026/11/27 10:00、こもれび市 <anzen@example.jp>のメール:",
}


@pytest.mark.parametrize("said", SAID.values(), ids=SAID.keys())
@pytest.mark.parametrize("quotation", [QUOTED, QUOTED.replace("> ", "＞"), NOTICE], ids=["signs", "full width", "bare"])
def test_what_is_written_above_a_quotation_is_all_that_is_kept(said: str, quotation: str) -> None:
    assert own_words(f"{SIGNED}\n\n{said}\n\n{quotation}\n") == SIGNED.replace("-- \n", "--\n")


@pytest.mark.parametrize(
    "mark",
    [
        "-----Original Message-----",
        "----- 元のメッセージ -----",
        "________________________________",
        "---------- Forwarded message ---------",
        "\n".join(HEADS),
        "\n".join(HEADS_JA),
        "\n".join(f"*{each.replace(':', ':*', 1)}" for each in HEADS),
    ],
)
def test_what_follows_the_head_of_the_answered_mail_is_not_kept(mark: str) -> None:
    assert own_words(f"{WORDS}\n\n{mark}\n\n{NOTICE}") == WORDS


def test_words_below_and_between_the_quoted_lines_are_kept() -> None:
    first, second = WORDS.splitlines()

    text = f"{SAID['gmail']}\n> 本日 午前10時ごろ\n{first}\n> 楓町で\n\n{second}\n"

    assert own_words(text) == f"{first}\n\n{second}"


@pytest.mark.parametrize(
    "text", ["", " \r\n\r\n", QUOTED, f"{SAID['gmail']}\n{QUOTED}", f"-----Original Message-----\n{NOTICE}"]
)
def test_a_reply_without_a_word_of_ones_own_has_none(text: str) -> None:
    assert own_words(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        WORDS,
        "2026年11月27日の会合で話したことです。\n日時: 毎週金曜\nお願いします。",
        "From: 駅前\nここが暗いです。",
        "11月27日 10:00: 公園で見ました",
        "AはBより大きい（A > B）と思います。",
    ],
)
def test_what_only_looks_a_little_like_a_quotation_is_kept(text: str) -> None:
    assert own_words(text) == text


@given(st.text(max_size=400) | st.text("> :-_\n差出人On wrote2026年/11月@<>あ", max_size=400))
def test_no_text_breaks_it_and_words_are_never_made_up(text: str) -> None:
    found = own_words(text)

    assert own_words(found) == found or "\n" in found
    assert set(found) <= set(text) | {"\n"}
