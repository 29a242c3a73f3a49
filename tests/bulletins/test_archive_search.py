"""Finding a bulletin again: by month, by topic, by words, and by all of them at once."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, unquote_plus
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulletins.months import Month, by_year
from bulletins.notice_templates import Kind
from bulletins.search_index import kept_words, words_of
from foundation.database import Database
from tests.bulletins.office import Office
from tests.bulletins.public_archive import ATOM, URL, PublicArchive, subjects
from tests.bulletins.samples import komorebi
from tests.support.clock import HandClock

ZONE = komorebi().zone
GARBAGE = (
    *("x", "2026", "2026-13", "2026-00", "2026-1", "9999-12", "0001-01", "２０２６-11", "2026-11-01", "-1", "9" * 400),
    *("<b>x</b>", "{{ 7*7 }}", "%00", "a%00b", "%FF", "%ED%A0%80", "' OR 1=1 --", "%25", "_", "🔔" * 100),
)


@pytest.fixture
def archive(database: Database, clock: HandClock) -> PublicArchive:
    return PublicArchive(database, clock)


def tokyo(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def test_a_month_holds_what_began_in_it_by_the_calendar_of_the_town(archive: PublicArchive) -> None:
    archive.add("前の月", begun=tokyo("2026-10-31T23:59:59"))
    archive.add("月の初め", begun=tokyo("2026-11-01T00:00:00"))
    archive.add("月の終わり", begun=tokyo("2026-11-30T23:59:59"))
    archive.add("次の月", begun=tokyo("2026-12-01T00:00:00"))

    assert archive.found("month=2026-11") == ["月の終わり", "月の初め"]


def test_a_topic_holds_what_those_were_sent_who_chose_it(archive: PublicArchive) -> None:
    archive.add("空き巣", topics=["crime"])
    archive.add("空き巣と不審者", topics=["suspicious", "crime"])
    archive.add("大雨", topics=["weather"])
    archive.add("すべての区分へ")
    archive.add("すべての方へ", topics=["disaster"], to_all=True)

    assert archive.found("topic=crime") == ["すべての方へ", "すべての区分へ", "空き巣と不審者", "空き巣"]


def test_months_are_counted_by_fiscal_year_and_lead_to_their_pages(archive: PublicArchive) -> None:
    for begun in ("2026-03-31T09:00", "2026-04-01T09:00", "2026-11-02T09:00", "2026-11-03T09:00"):
        archive.add("お知らせ", begun=tokyo(begun), topics=["crime"])
    archive.add("別の区分", begun=tokyo("2026-11-04T09:00"), topics=["weather"])

    page = archive.page("/bulletins?topic=crime")

    years = re.findall(r"<summary>(令和\d+年度)（(\d+)件）</summary>", page)
    assert years == [("令和8年度", "3"), ("令和7年度", "1")]
    months = re.findall(r'href="([^"]+)">(令和\d+年\d+月)（(\d+)件）', page)
    assert [(label, number) for _, label, number in months] == [
        ("令和8年11月", "2"),
        ("令和8年4月", "1"),
        ("令和8年3月", "1"),
    ]
    assert months[0][0] == "/bulletins?month=2026-11&amp;topic=crime"


def test_words_are_found_in_subject_and_text_however_they_were_typed(archive: PublicArchive) -> None:
    archive.add("ＡＴＭへ向かわせる電話にご注意", text="「ｶｰﾄﾞを預かる」と言われたら詐欺です。\n水車町 4丁目")
    archive.add("大雨の見込み", text="低い土地の浸水に警戒してください。")

    for words in ("ATM", "atm", "ａｔｍ", "カード", "水車町４丁目", "水車町4丁目", "電話　詐欺", "詐欺 電話"):
        assert archive.found(f"q={quote(words)}") == ["ＡＴＭへ向かわせる電話にご注意"], words
    assert archive.found(f"q={quote('電話 浸水')}") == []


@pytest.mark.parametrize("sign", ["%", "_", "/", "\\", "*", "%_%"])
def test_a_sign_of_the_database_is_looked_for_as_it_stands(archive: PublicArchive, sign: str) -> None:
    archive.add("ふつうの件名")
    archive.add(f"割引{sign}引き")

    assert archive.found(f"q={quote(sign)}") == [f"割引{sign}引き"]


def test_filters_hold_together_and_through_all_pages(archive: PublicArchive) -> None:
    for number in range(30):
        archive.add(f"詐欺{number}", topics=["crime"], begun=tokyo("2026-11-05T10:00") + timedelta(hours=number))
    archive.add("詐欺、先月", topics=["crime"], begun=tokyo("2026-10-05T10:00"))
    archive.add("詐欺、別の区分", topics=["weather"], begun=tokyo("2026-11-05T10:00"))
    archive.add("別のこと", topics=["crime"], begun=tokyo("2026-11-05T10:00"))
    seen: list[str] = []
    path: str | None = f"/bulletins?month=2026-11&topic=crime&q={quote('詐欺')}"

    while path:
        page = archive.page(path)
        seen += subjects(page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        path = older[1].replace("&amp;", "&") if older else None

    assert seen == [f"詐欺{number}" for number in reversed(range(30))]
    assert "30件あります。" in page


def test_no_result_says_so_kindly_and_leads_back(archive: PublicArchive) -> None:
    archive.add("大雨の見込み")

    page = archive.page(f"/bulletins?q={quote('白い猫')}")

    assert "見つかりませんでした" in page
    assert 'value="白い猫"' in page
    assert '<a href="/bulletins">' in page


def test_what_was_typed_is_shown_as_text(archive: PublicArchive) -> None:
    archive.add("大雨の見込み")
    page = archive.page("/bulletins?q=" + quote('"><script>alert(1)</script>{{ 7*7 }}'))

    assert "<script" not in page
    assert "&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in page
    assert "49" not in page


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_is_a_page_that_does_not_exist_or_finds_nothing(archive: PublicArchive, garbage: str) -> None:
    archive.add("大雨の見込み")

    for name, allowed in (("month", {404}), ("topic", {404}), ("q", {200}), ("before", {200})):
        answer = archive.reader.get(f"/bulletins?{name}={garbage}")
        assert answer.status_code in allowed, (name, garbage)
        assert "<b>x" not in answer.text
    assert archive.reader.get(f"/bulletins.atom?topic={garbage}").status_code == 404


def test_a_question_of_nothing_is_no_question(archive: PublicArchive) -> None:
    archive.add("大雨の見込み")

    for nothing in ("month=&topic=&q=", "q=%20%E3%80%80", "q=%E2%80%8B", "q=%00"):
        assert archive.found(nothing) == ["大雨の見込み"]


def test_a_bulletin_is_found_from_the_moment_it_begins(office: Office) -> None:
    archive = PublicArchive(office.database, office.clock)
    office.waiting()
    before = archive.found(f"q={quote('地域安全課の窓口')}")

    office.clock.move(timedelta(minutes=2))
    office.open_due()

    assert before == []
    assert archive.found(f"q={quote('地域安全課の窓口')}") == ["市役所からのお知らせ"]


def test_each_topic_has_a_feed_of_its_own_that_its_page_names(archive: PublicArchive, clock: HandClock) -> None:
    archive.add("空き巣", topics=["crime"], text="鍵をかけて\nください")
    archive.add("大雨", topics=["weather"])

    feed = archive.feed("?topic=crime")
    page = archive.page("/bulletins?topic=crime")

    assert feed.findtext(f"{ATOM}id") == "tag:mail.example.jp,2026:bulletins/topic/crime"
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == ["空き巣"]
    links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
    assert links == {"self": f"{URL}/bulletins.atom?topic=crime", "alternate": f"{URL}/bulletins?topic=crime"}
    alternates = re.findall(r'<link rel="alternate" type="application/atom\+xml" href="([^"]+)"', page)
    assert alternates == ["/bulletins.atom", "/bulletins.atom?topic=crime"]


def test_every_feed_has_what_rfc_4287_demands(archive: PublicArchive) -> None:
    for number in range(3):
        archive.add(f"第{number}号", topics=["crime"], kind=Kind.FOLLOW_UP if number else Kind.ORDINARY)
    for question in ("", "?topic=crime", "?topic=life"):
        _assert_valid(archive.feed(question))


def _assert_valid(feed: ET.Element) -> None:
    """Sections 4.1.1 and 4.1.2: what must be there once, what must not be there twice, and dates of RFC 3339."""
    assert feed.tag == f"{ATOM}feed"
    for each in (feed, *feed.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(each.findall(f"{ATOM}{name}")) == 1
        datetime.fromisoformat(each.findtext(f"{ATOM}updated") or "")
        links = [(link.get("rel"), link.get("type"), link.get("hreflang")) for link in each.findall(f"{ATOM}link")]
        assert len(links) == len(set(links))
    assert feed.findtext(f"{ATOM}author/{ATOM}name")
    numbers = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    assert len(numbers) == len(set(numbers))
    assert all(entry.findtext(f"{ATOM}content") for entry in feed.iter(f"{ATOM}entry"))


@given(st.text(max_size=200), st.text(max_size=200))
def test_folded_words_are_found_in_the_folded_text_that_holds_them(before: str, after: str) -> None:
    assert all(word in kept_words(f"{before}自転車", after) for word in words_of("自転車"))


@given(st.text(max_size=300))
def test_a_question_is_short_whatever_was_typed(question: str) -> None:
    words = words_of(question)

    assert len(words) <= 5
    assert "\0" not in "".join(words)
    assert not any(sign.isspace() for word in words for sign in word)


@given(st.integers(1990, 2999), st.integers(1, 12))
def test_months_follow_each_other_without_a_gap(year: int, number: int) -> None:
    month = Month.read(f"{year:04}-{number:02}")

    assert month is not None
    assert Month.of(month.begin(UTC), UTC) == month
    assert Month.of(month.end(UTC) - timedelta(microseconds=1), UTC) == month
    assert Month.of(month.end(UTC), UTC).begin(UTC) == month.end(UTC)


@given(st.lists(st.datetimes(datetime(1991, 1, 1), datetime(2990, 1, 1), timezones=st.just(UTC))))  # noqa: DTZ001
def test_the_years_hold_every_moment_once_the_newest_first(moments: list[datetime]) -> None:
    years = by_year(moments, ZONE)

    assert sum(year.count for year in years) == len(moments)
    months = [month for year in years for month, _ in year.months]
    assert months == sorted(set(months), reverse=True)


def test_the_months_lead_on_with_the_words_as_they_were_typed(archive: PublicArchive) -> None:
    archive.add("水車町 & <b>", topics=["crime"])

    page = archive.page(f"/bulletins?q={quote('水車町 & <b>')}&topic=crime")
    months = re.findall(r'href="(/bulletins[?]month=[^"]+)"', page)

    assert [unquote_plus(month) for month in months] == ["/bulletins?month=2026-11&amp;topic=crime&amp;q=水車町 & <b>"]
    assert archive.found(months[0].partition("?")[2].replace("&amp;", "&")) == ["水車町 &amp; &lt;b&gt;"]
