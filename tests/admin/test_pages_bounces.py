"""The watch page: what speaks against an address, day by day, and how errors came and went."""

import re
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

import httpx
import pytest

from admin.people.roles import Role
from mailer.bounce_report.bounce_class import BounceClass
from tests.admin.whole_console import Console, words
from tests.support import bounced

ADDRESS = "hanako@docomo.ne.jp"


def bounce(console: Console, address: str, bounce_class: BounceClass, *, at: datetime, ref: int | None = None) -> None:
    bounced.bounce(console.home.database, address, bounce_class, at=at, ref=ref)


def some_weeks(console: Console) -> None:
    """Two of docomo this week, one of au a week ago, three at a town's own domain two weeks ago."""
    now = console.clock.now()
    bounce(console, "a@docomo.ne.jp", BounceClass.GONE, at=now)
    bounce(console, "b@docomo.ne.jp", BounceClass.FILTERED, at=now)
    bounce(console, "c@ezweb.ne.jp", BounceClass.GONE, at=now - timedelta(weeks=1))
    for name in "def":
        bounce(console, f"{name}@example.jp", BounceClass.FULL, at=now - timedelta(weeks=2))


def figures(page: httpx.Response) -> dict[str, list[str]]:
    """The tables below the chart: a row's name and its numbers."""
    found = {}
    for row in re.findall(r"<tr[^>]*>(<th scope=\"row\">.*?)</tr>", page.text, re.DOTALL):
        cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        name, *numbers = [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]
        found[name] = numbers
    return found


def test_the_figures_are_the_facts(console: Console) -> None:
    some_weeks(console)

    page = console.browser(Role.VIEWER).get("/admin/bounces")

    assert figures(page) == {
        "アドレスがない": ["0", "0", "0", "0", "0", "0", "1", "1", "2"],
        "受信箱がいっぱい": ["0", "0", "0", "0", "0", "3", "0", "0", "3"],
        "受信する人の迷惑メール設定": ["0", "0", "0", "0", "0", "0", "0", "1", "1"],
        "すべて": ["0", "0", "0", "0", "0", "3", "1", "2", "6"],
        "example.jp": ["3", "0", "3", "0"],
        "docomo": ["2", "1", "0", "1"],
        "au": ["1", "1", "0", "0"],
    }


def test_each_chart_is_a_picture_with_its_numbers_in_words(console: Console) -> None:
    some_weeks(console)

    page = console.browser(Role.VIEWER).get("/admin/bounces")
    drawings = re.findall(r"<svg width.*?</svg>", page.text, re.DOTALL)
    charts = [ET.fromstring(each) for each in drawings]  # noqa: S314 -- the page is our own

    assert [chart.findtext("title") for chart in charts] == [
        "すべて：週ごとの件数",
        "アドレスがない：週ごとの件数",
        "受信箱がいっぱい：週ごとの件数",
        "受信する人の迷惑メール設定：週ごとの件数",
    ]
    assert all(chart.get("role") == "img" for chart in charts)
    assert "11月9日(月)の週 3件、11月16日(月)の週 1件、今週 2件。" in (charts[0].findtext("desc") or "")
    ids = re.findall(r' id="([^"]+)"', page.text)
    assert len(ids) == len(set(ids))
    named = {chart.get(by) or "" for chart in charts for by in ("aria-labelledby", "aria-describedby")}
    assert len(named) == 2 * len(charts)
    assert named <= set(ids)


def test_one_carrier_is_looked_at_alone_by_a_link(console: Console) -> None:
    some_weeks(console)
    browser = console.browser(Role.VIEWER)

    everything = browser.get("/admin/bounces")
    page = browser.get("/admin/bounces?domain=au")

    assert 'href="/admin/bounces?domain=au#trend"' in everything.text
    assert "au からのエラーだけを表示しています。" in words(page)
    assert figures(page) == {
        "アドレスがない": ["0", "0", "0", "0", "0", "0", "1", "0", "1"],
        "ezweb.ne.jp": ["1", "1"],
    }


@pytest.mark.parametrize("name", ["uq", "nobody.example", "<script>alert(1)</script>", ADDRESS, "あ" * 500])
def test_a_name_without_errors_is_said_and_not_repeated(console: Console, name: str) -> None:
    some_weeks(console)

    page = console.browser(Role.VIEWER).get("/admin/bounces", params={"domain": name})

    assert page.status_code == 200
    assert "この通信会社・ドメインからのエラーは、この8週間ありません。" in words(page)
    assert name not in page.text.partition('id="trend"')[2]


def test_looking_at_one_carrier_changes_nothing(console: Console) -> None:
    some_weeks(console)
    browser = console.browser(Role.VIEWER)

    pages = [browser.get("/admin/bounces?domain=docomo").text for _ in range(2)]

    assert pages[0] == pages[1]


def test_no_address_of_a_resident_is_in_the_chart(console: Console) -> None:
    number = console.resident(ADDRESS, watch_from=console.clock.now() - timedelta(days=1))
    bounce(console, ADDRESS, BounceClass.GONE, at=console.clock.now(), ref=number)

    lists, _, chart = console.browser(Role.VIEWER).get("/admin/bounces").text.partition('id="trend"')

    assert ADDRESS in lists
    assert "@" not in chart


def test_every_counted_day_stands_there_with_its_reason_and_evidence(console: Console) -> None:
    now = console.clock.now()
    number = console.resident(ADDRESS, watch_from=now - timedelta(days=30))
    bounce(console, ADDRESS, BounceClass.FULL, at=now - timedelta(days=8), ref=number)
    bounce(console, ADDRESS, BounceClass.FILTERED, at=now - timedelta(days=5), ref=number)
    bounce(console, ADDRESS, BounceClass.GONE, at=now - timedelta(days=1), ref=number)

    page = words(console.browser(Role.VIEWER).get("/admin/bounces"))

    assert "2日 11月16日(月) 受信箱がいっぱい11月23日(月) アドレスがない" in page
    assert page.count("550 〔宛先〕") == 2
    assert "11月19日(木) " not in page


def test_a_service_without_errors_says_so(console: Console) -> None:
    page = console.browser(Role.VIEWER).get("/admin/bounces")

    assert "この8週間、配信エラーはありません。" in words(page)
    assert "<svg width" not in page.text


def test_nobody_sees_the_chart_without_signing_in(console: Console) -> None:
    browser = console.browser(Role.VIEWER)
    browser.cookies.clear()

    answer = browser.get("/admin/bounces?domain=docomo")

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/admin/sign-in")
