"""What the page says of whom a correction reaches."""

from admin.desk.mending_words import reach_sentence
from admin.desk.reach_words import reach_words
from bulletins.mending import Addressed
from bulletins.tables import Bulletin
from service.entrance import SAMPLE_TOWN
from subscribers.audience import Reach, Scope
from subscribers.town import load_town

TOWN = load_town(SAMPLE_TOWN)


def sentence(reach: Reach) -> str:
    mended = (Bulletin(id=7), Bulletin(id=9))
    return reach_sentence(reach, Bulletin(to_all=False), Addressed(Scope(had=("a", "b")), mended), TOWN)


def test_a_number_that_is_known_stands_alone() -> None:
    assert sentence(Reach(9, 7, 0, 0, had=8)) == (
        "お知らせ7・9番を送った 8人のうち、いまも登録している 7人に届きます。"
    )


def test_where_only_bounds_are_known_both_are_told_and_why() -> None:
    told = sentence(Reach(9_000, 7_000, 0, 0, had=8_000, had_at_most=8_500))

    assert "8,000人以上、8,500人以下" in told
    assert "7,000人以上" in told
    assert "1人ずつは数えていない" in told


def test_who_pauses_is_named_among_those_who_are_left_out() -> None:
    said = reach_words(Reach(1000, 700, 100, 50, paused=150), TOWN, to_all=False)

    assert said.endswith("配信区分で100人、地域で50人、一時停止で150人が対象外です。")
    assert "全員" not in said
