"""The archive in other languages: what was mailed in one is read in it, everywhere, and what was not says that it is
Japanese."""

import pytest

from bulletins.notice_templates import Kind
from foundation.database import Database
from tests.bulletins.public_archive import URL, PublicArchive
from tests.support.clock import HandClock

ENGLISH = ("Heavy rain <warning>", "Heavy rain <warning>\nStay at home & keep dry.")
_LINES = (
    "大雨（おおあめ）に 気（き）を つけて ください",
    "11月（がつ）27日（にち）、<b>川（かわ）</b>に 行（い）かないで ください。",
)
PLAIN = ("大雨に 気を つけて ください", "\n".join(_LINES))


@pytest.fixture
def archive(database: Database, clock: HandClock) -> PublicArchive:
    return PublicArchive(database, clock)


def test_readings_that_a_letter_has_in_brackets_stand_above_their_words(archive: PublicArchive) -> None:
    number = archive.add("大雨のお知らせ", plain=PLAIN)

    page, listed = archive.page(f"/bulletins/{number}?lang=yasashii"), archive.page("/bulletins?lang=yasashii")

    above = (
        "<ruby>大雨<rp>（</rp><rt>おおあめ</rt><rp>）</rp></ruby>に <ruby>気<rp>（</rp><rt>き</rt><rp>）</rp></ruby>を"
    )
    assert f"{above} つけて ください</h1>" in page
    assert page.count(above) == 2
    assert above in listed
    assert '<span class="nowrap">11<ruby>月<rp>（</rp><rt>がつ</rt>' in page
    assert "&lt;b&gt;<ruby>川<rp>（</rp><rt>かわ</rt><rp>）</rp></ruby>&lt;/b&gt;" in page
    assert "<title>大雨に 気を つけて ください" in page


def test_a_subject_of_which_the_text_knows_nothing_stands_as_it_is(archive: PublicArchive) -> None:
    number = archive.add("大雨のお知らせ", plain=("気を つけて ください", PLAIN[1]))

    assert "気を つけて ください</h1>" in archive.page(f"/bulletins/{number}?lang=yasashii")


def test_brackets_in_any_other_language_stay_brackets(archive: PublicArchive) -> None:
    number = archive.add(
        "山田（やまだ）橋の工事", text="山田（やまだ）橋", english=("Bridge 山田（やまだ）", "山田（やまだ）")
    )

    assert "<ruby>" not in archive.page(f"/bulletins/{number}") + archive.page(f"/bulletins/{number}?lang=en")


def test_a_chain_names_each_bulletin_in_the_readers_language(archive: PublicArchive) -> None:
    first = archive.add("大雨のお知らせ", english=ENGLISH)
    second = archive.add("続報のお知らせ", kind=Kind.FOLLOW_UP, follows=first, english=("Rain goes on", "Rain goes on"))
    third = archive.add("訳のない続報", kind=Kind.FOLLOW_UP, follows=first)

    page = archive.page(f"/bulletins/{first}?lang=en")

    assert page.count(f'<a href="/bulletins/{second}?lang=en">Rain goes on</a>') == 2
    assert page.count(f'<a href="/bulletins/{third}?lang=en"><span lang="ja">訳のない続報</span></a>') == 2
    assert '<span lang="ja">大雨' not in page


def test_who_does_not_read_japanese_is_told_the_topic_and_not_the_offices_category(archive: PublicArchive) -> None:
    number = archive.add("大雨のお知らせ", topics=["weather", "disaster"], english=ENGLISH)
    to_all = archive.add("避難のお知らせ", topics=["weather"], to_all=True, english=ENGLISH)

    page = archive.page(f"/bulletins/{number}?lang=en")

    assert "<dt>Kind of alert</dt><dd>Weather, Evacuation and earthquakes</dd>" in " ".join(page.split()).replace(
        "> ", ">"
    )
    assert "一般－お知らせ" not in page
    assert "<dd>For everyone</dd>" in archive.page(f"/bulletins/{to_all}?lang=en").replace("> ", ">")
    assert "一般－お知らせ－その他" in archive.page(f"/bulletins/{number}")


def test_what_is_redacted_is_called_by_its_topic_in_the_readers_language(archive: PublicArchive) -> None:
    number = archive.add("迷い人", topics=["missing"], redact=True, english=("A man of 80", "A man of 80"))
    archive.add("見つかりました", kind=Kind.END, follows=number)

    pages = [archive.page(f"{path}?lang=en") for path in ("/bulletins", f"/bulletins/{number}")]

    assert f'<a href="/bulletins/{number}?lang=en">Missing persons</a>' in pages[0]
    assert "Missing persons</h1>" in pages[1]
    assert "A man of 80" not in pages[0] + pages[1]


def test_a_page_that_is_shared_leads_to_its_own_language(archive: PublicArchive) -> None:
    number = archive.add("大雨のお知らせ", topics=["weather"], english=ENGLISH)

    page = archive.page(f"/bulletins/{number}?lang=en")
    chinese = archive.page(f"/bulletins/{number}?lang=zh")

    assert '<meta property="og:locale" content="en_US">' in page
    assert f'<link rel="canonical" href="{URL}/bulletins/{number}?lang=en">' in page
    assert '<meta property="og:title" content="Heavy rain &lt;warning&gt;">' in page
    # What has no Chinese words is the Japanese page.
    assert '<meta property="og:locale" content="ja_JP">' in chinese
    assert f'<link rel="canonical" href="{URL}/bulletins/{number}">' in chinese


def test_the_first_page_has_the_headlines_in_the_readers_language(archive: PublicArchive) -> None:
    archive.add("大雨のお知らせ", english=ENGLISH, plain=PLAIN)
    archive.add("訳のないお知らせ")
    gone = archive.add("迷い人", redact=True, english=("Looking for a man", "A man"))
    archive.add("見つかりました", kind=Kind.END, follows=gone)

    newest = {each.subject: each.spoken for each in archive.pages.latest()}

    assert newest["訳のないお知らせ"] == {}
    assert [spoken for subject, spoken in newest.items() if "迷い人" in subject or "その他" in subject] == [{}]


def test_words_are_found_with_their_readings_and_without(archive: PublicArchive) -> None:
    archive.add("大雨のお知らせ", plain=PLAIN)

    for words in ("行かない", "かわ", "大雨に", "おおあめ"):
        assert archive.page(f"/bulletins?lang=yasashii&q={words}").count("<li><p") == 1, words
