"""The archive as the public reads it: newest first, as it was mailed, and as a feed that programs can trust."""

import re
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulletins.life import PUBLISHED, BulletinState
from bulletins.notice_templates import Kind
from foundation.database import Database
from tests.bulletins.public_archive import ATOM, URL, PublicArchive, subjects
from tests.support.clock import HandClock


@pytest.fixture
def archive(database: Database, clock: HandClock) -> PublicArchive:
    return PublicArchive(database, clock)


def test_an_empty_archive_says_so(archive: PublicArchive) -> None:
    assert "まだお知らせはありません" in archive.page("/bulletins")


def test_what_has_not_begun_is_nowhere_to_be_seen(archive: PublicArchive) -> None:
    numbers = [archive.add("まだ秘密です", state=state) for state in set(BulletinState) - PUBLISHED]

    assert "まだ秘密です" not in archive.page("/bulletins")
    assert "まだ秘密です" not in archive.reader.get("/bulletins.atom").text
    assert {archive.reader.get(f"/bulletins/{number}").status_code for number in numbers} == {404}


def test_the_last_begun_comes_first_however_early_it_was_drafted(archive: PublicArchive, clock: HandClock) -> None:
    archive.add("先に作り、後で配信", begun=clock.now())
    archive.add("後で作り、先に配信", begun=clock.now() - timedelta(hours=1))

    assert subjects(archive.page("/bulletins")) == ["先に作り、後で配信", "後で作り、先に配信"]


def test_paging_shows_each_bulletin_once(archive: PublicArchive, clock: HandClock) -> None:
    for number in range(45):
        archive.add(f"第{number}号", begun=clock.now() - timedelta(minutes=number // 2))
    seen: list[str] = []
    path: str | None = "/bulletins"

    while path:
        page = archive.page(path)
        seen += subjects(page)
        older = re.search(r'href="(/bulletins\?before=\d+)"', page)
        path = older.group(1) if older else None

    assert len(seen) == len(set(seen)) == 45


def test_an_odd_page_number_is_as_if_it_were_not_there(archive: PublicArchive) -> None:
    archive.add("大雪の見込み")

    for before in ("x", "-1", "9" * 40, "", "１"):
        assert "大雪の見込み" in archive.page(f"/bulletins?before={before}")


def test_an_unknown_bulletin_is_a_page_that_says_so(archive: PublicArchive) -> None:
    for number in ("0", "999", "x", "-1", "9" * 40, "1.0"):
        answer = archive.reader.get(f"/bulletins/{number}")
        assert answer.status_code == 404
        assert "ページがありません" in answer.text


def test_a_bulletin_stands_as_it_was_mailed_with_its_time_and_category(archive: PublicArchive) -> None:
    number = archive.add("<大雪>の見込み", text="一行目\n\n  字下げ & 記号 <b>\n")

    page = archive.page(f"/bulletins/{number}")

    assert "一行目\n\n  字下げ &amp; 記号 &lt;b&gt;\n" in page
    assert "&lt;大雪&gt;の見込み" in page
    assert "令和8年11月20日(金) 午前10時" in page
    assert 'datetime="2026-11-20T10:00:00+09:00"' in page
    assert "一般－お知らせ－その他" in page
    assert "/stop/" not in page
    assert "/me/" not in page


def test_a_bulletin_and_what_followed_it_lead_to_each_other(archive: PublicArchive) -> None:
    first = archive.add("不審者による声かけ")
    second = archive.add("場所の誤り", kind=Kind.CORRECTION, follows=first)
    archive.add("まだ出ていない続報", kind=Kind.FOLLOW_UP, follows=first, state=BulletinState.DRAFT)

    before, after = archive.page(f"/bulletins/{first}"), archive.page(f"/bulletins/{second}")

    assert f'href="/bulletins/{second}"' in before
    assert "まだ出ていない続報" not in before
    assert f'href="/bulletins/{first}"' in after
    assert "訂正" in after


def test_a_drill_is_marked_as_one(archive: PublicArchive) -> None:
    archive.add("避難所の開設", kind=Kind.DRILL)

    assert "訓練</span>" in archive.page("/bulletins")


def test_the_feed_is_atom_with_absolute_links_and_ids_that_stay(archive: PublicArchive) -> None:
    number = archive.add("大雪の見込み", text="本文\n二行目")

    answer = archive.reader.get("/bulletins.atom")
    feed = archive.feed()
    entry = feed.find(f"{ATOM}entry")

    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert feed.findtext(f"{ATOM}id") == "tag:mail.example.jp,2026:bulletins"
    assert feed.findtext(f"{ATOM}updated") == "2026-11-20T10:00:00+09:00"
    assert entry is not None
    assert entry.findtext(f"{ATOM}id") == f"tag:mail.example.jp,2026-11-20:bulletins/{number}"
    assert entry.findtext(f"{ATOM}content") == "本文\n二行目"
    links = [link.get("href", "") for link in feed.iter(f"{ATOM}link")]
    assert f"{URL}/bulletins/{number}" in links
    assert all(link.startswith(f"{URL}/") for link in links)


def test_the_feed_holds_the_newest_twenty_and_an_empty_one_is_valid(archive: PublicArchive) -> None:
    empty = archive.feed()
    for number in range(25):
        archive.add(f"第{number}号")

    assert empty.findtext(f"{ATOM}updated") == "2026-11-20T10:00:00+09:00"
    assert [entry.findtext(f"{ATOM}title") for entry in archive.feed().iter(f"{ATOM}entry")] == [
        f"第{number}号" for number in range(24, 4, -1)
    ]


# What a clerk can save: no NUL, and line ends as the form leaves them.
WORDS = st.lists(
    st.text(st.characters(exclude_characters="\x00\r", codec="utf-8"), max_size=40), min_size=20, max_size=20
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(texts=WORDS)
def test_no_text_breaks_the_feed(archive: PublicArchive, texts: list[str]) -> None:
    for text in texts:
        archive.add("題", text=f"]]>{text}<&>")

    contents = [entry.findtext(f"{ATOM}content") or "" for entry in archive.feed().iter(f"{ATOM}entry")]

    assert len(contents) == 20
    assert all(content.startswith("]]>") and content.endswith("<&>") for content in contents)


def test_what_was_withdrawn_after_it_had_begun_stays_and_says_so(archive: PublicArchive, clock: HandClock) -> None:
    number = archive.add("断水の見込み", state=BulletinState.WITHDRAWN, begun=clock.now())

    page, feed = archive.page(f"/bulletins/{number}"), archive.reader.get("/bulletins.atom").text

    assert "このお知らせは取り下げられました" in page
    assert "取り下げ</span>" in archive.page("/bulletins")
    assert "<title>【取り下げ】断水の見込み</title>" in feed
    assert [headline.mark for headline in archive.pages.latest()] == ["取り下げ"]


def test_a_retraction_leads_on_the_page_of_what_it_takes_back_and_on_no_other(archive: PublicArchive) -> None:
    first = archive.add("大雨警報")
    second = archive.add("大雨警報の続報", kind=Kind.FOLLOW_UP, follows=first)
    third = archive.add("先ほどの続報は誤りです", kind=Kind.RETRACTION, follows=first, mends=second)

    taken_back, other = archive.page(f"/bulletins/{second}"), archive.page(f"/bulletins/{first}")

    assert taken_back.index("このお知らせは取り消されました") < taken_back.index("<h1>")
    assert f'href="/bulletins/{third}"' in taken_back
    assert "このお知らせは取り消されました" not in other


def test_what_puts_another_one_right_does_not_stand_above_a_follow_up_as_if_it_spoke_of_it(
    archive: PublicArchive, clock: HandClock
) -> None:
    first = archive.add("大雨警報")
    second = archive.add("川から離れて", kind=Kind.FOLLOW_UP, follows=first)
    gone, at = BulletinState.WITHDRAWN, clock.now()
    wrong = archive.add("警報の訂正", kind=Kind.CORRECTION, follows=first, mends=first, state=gone, begun=at)
    archive.add("警報は誤り", kind=Kind.RETRACTION, follows=first, mends=first)

    def above(number: int) -> str:
        return archive.page(f"/bulletins/{number}").partition("<h1>")[0]

    assert "続きがあります" not in above(second)
    assert "取り消されました" in above(first)
    assert "川から離れて" in above(first)
    assert f'取り下げ</span> <a href="/bulletins/{wrong}">' in above(first)
    archive.add("続報は誤り", kind=Kind.RETRACTION, follows=first, mends=second)
    assert "続報は誤り" in above(first), "whoever reads of the follow-up reads that it was taken back"
    archive.add("訂正の訂正", kind=Kind.CORRECTION, follows=first, mends=wrong)
    assert "訂正の訂正" in above(second), "what puts right what was put right speaks of all of them"


def test_every_page_of_a_chain_shows_the_whole_chain(archive: PublicArchive) -> None:
    first = archive.add("大雨警報")
    numbers = [first, *(archive.add(f"続き{n}", kind=Kind.FOLLOW_UP, follows=first) for n in range(2))]
    archive.add("まだ出ていない解除", kind=Kind.ALL_CLEAR, follows=first, state=BulletinState.WAITING)

    for number in numbers:
        chain = archive.page(f"/bulletins/{number}").partition('id="chain"')[2].partition("</section>")[0]
        linked = {int(each) for each in re.findall(r'href="/bulletins/(\d+)"', chain)}
        assert linked == set(numbers) - {number}
        assert "まだ出ていない" not in chain


def test_a_drill_wears_its_colour_and_word_everywhere(archive: PublicArchive) -> None:
    number = archive.add("【訓練】避難所の開設", kind=Kind.DRILL)

    page, front = archive.page(f"/bulletins/{number}"), archive.pages.latest()

    assert "band--drill" in page
    assert '<meta property="og:title" content="【訓練】避難所の開設">' in page
    assert 'content="これは訓練です。' in page
    assert 'badge is-drill badge--full">訓練' in archive.page("/bulletins")
    assert '<category term="訓練"/>' in archive.reader.get("/bulletins.atom").text
    assert [(headline.mark, headline.tone) for headline in front] == [("訓練", "drill")]
