"""The yearly report in the console: a page a year, two files, for everybody who may look."""

import csv
import io
from collections import Counter
from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import func, select

from admin.frame.japanese_times import moment
from admin.people.roles import Role
from bulletins.approval import Decision
from bulletins.drafting import Sheet
from foundation import ledger
from foundation.ledger import Deed
from subscribers import growth
from subscribers.growth import Event
from subscribers.recount import note_counting
from tests.admin.morning import MORNING
from tests.admin.whole_console import Console, words
from tests.bulletins import forty
from tests.bulletins.office import Office, tokyo

TEXT = "くわしいことは、地域安全課の窓口でおたずねください。お待ちしています。"


def office_of(console: Console) -> Office:
    return Office(console.home.database, console.clock, console.home, console.home.publisher)


def sent(console: Console, subject: str, at: datetime, *, reason: str = "") -> int:
    office = office_of(console)
    console.clock.set(at)
    what = Sheet("plain", {"subject": subject, "text": TEXT})
    number = office.waiting(what, Decision(urgent=bool(reason), reason=reason or None, no_hold=True))
    office.open_due()
    office.fan_out()
    office.post()
    office.finish()
    console.clock.set(MORNING)
    return number


def rows(answer: httpx.Response) -> list[list[str]]:
    assert answer.content.startswith("\ufeff".encode())
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def summary(answer: httpx.Response) -> dict[tuple[str, str], str]:
    return {(row[0], row[1]): row[2] for row in rows(answer)}


def test_page_and_files_tell_the_forty_bulletins_of_reiwa_1(console: Console) -> None:
    forty.send_all(office_of(console))
    console.clock.set(MORNING)
    browser = console.browser(Role.VIEWER)

    page = words(browser.get("/admin/statistics/2019"))
    listed = rows(browser.get("/admin/statistics/2019/bulletins.csv"))
    told = summary(browser.get("/admin/statistics/2019/summary.csv"))

    assert "令和元年度 配信実績" in page
    assert "平成31年4月1日から令和2年3月31日まで" in page
    assert (
        "全40件内訳 詐欺等の犯罪情報 19件、台風等の気象情報 13件、Jアラート訓練情報 4件、感染症情報 2件、その他 2件"
        in page
    )
    assert len(listed) == 41
    assert [row[1:3] for row in (listed[1], listed[-1])] == [["2019-04-01", "00:00"], ["2020-03-31", "23:59"]]
    assert {name: told["統計区分別", name] for name in forty.PUBLISHED} == {
        name: str(number) for name, number in forty.PUBLISHED.items()
    }
    assert told["配信", "合計"] == "40"
    assert told["緊急配信", "配信時間外"] == "2"


def test_the_breakdown_of_every_page_adds_up_to_its_total(console: Console) -> None:
    sent(console, "一つめのお知らせ", tokyo("2026-04-01T10:00:00"))
    sent(console, "二つめのお知らせ", tokyo("2026-05-01T10:00:00"))

    told = summary(console.browser(Role.VIEWER).get("/admin/statistics/2026/summary.csv"))

    for table in ("統計区分別", "月別", "種類別"):
        assert sum(int(value) for (name, _), value in told.items() if name == table) == int(told["配信", "合計"]) == 2


def test_each_year_has_a_page_and_leads_to_the_others(console: Console) -> None:
    sent(console, "昔のお知らせ", tokyo("2025-03-31T10:00:00"))
    browser = console.browser(Role.VIEWER)

    current = browser.get("/admin/statistics")
    old = browser.get("/admin/statistics/2024")

    assert "令和8年度 配信実績" in words(current)
    assert "年度の途中です。11月24日(火) 9:00現在の数字です。" in words(current)
    assert [label for label in ("令和8年度", "令和7年度", "令和6年度", "令和5年度") if label in words(current)] == [
        "令和8年度",
        "令和7年度",
        "令和6年度",
    ]
    assert 'href="/admin/statistics/2024"' in current.text
    assert "全1件" in words(old)
    assert "年度の途中" not in words(old)


@pytest.mark.parametrize(
    "year", ["2023", "2027", "0", "-1", "20266", "９９９９", "令和元年度", "999999999999999999", "x.csv"]
)
@pytest.mark.parametrize("ending", ["", "/bulletins.csv", "/summary.csv"])
def test_a_year_of_which_nothing_is_known_is_kindly_refused(console: Console, year: str, ending: str) -> None:
    answer = console.browser(Role.VIEWER).get(f"/admin/statistics/{year}{ending}")

    assert answer.status_code == 404
    assert "この年度の記録はありません" in words(answer)


def test_a_subject_or_reason_that_is_a_formula_is_only_a_text_in_the_file(console: Console) -> None:
    number = sent(console, '=HYPERLINK("http://x")', tokyo("2026-04-01T10:00:00"), reason="+1\u3000急ぐため")

    answer = console.browser(Role.VIEWER).get("/admin/statistics/2026/bulletins.csv")
    head, row = rows(answer)
    told = dict(zip(head, row, strict=True))

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="bulletins-2026.csv"'
    assert told["番号"] == str(number)
    assert told["件名"] == '\'=HYPERLINK("http://x")'
    assert told["緊急の理由"] == "'+1\u3000急ぐため"


def test_marks_and_templates_in_a_subject_are_shown_as_text(console: Console) -> None:
    sent(console, "<script>alert(1)</script>", tokyo("2026-04-01T10:00:00"), reason="<b>急ぐ</b>{{ 7 * 7 }}")

    page = console.browser(Role.VIEWER).get("/admin/statistics")

    assert "<script>alert" not in page.text
    assert "<b>急ぐ" not in page.text
    assert "<script>alert(1)</script>" in words(page)
    assert "<b>急ぐ</b>{{ 7 * 7 }}" in words(page)


def test_registrations_and_stops_of_the_year_are_told_by_reason(console: Console) -> None:
    with console.home.database.write() as session:
        for day, event, number in (
            ("2026-03-31", Event.REGISTERED, 1),
            ("2026-04-01", Event.REGISTERED, 2),
            ("2026-11-20", Event.REGISTERED, 3),
            ("2026-11-20", Event.IMPORTED, 7),
            ("2026-11-20", Event.LEFT, 2),
            ("2027-03-31", Event.UNREACHABLE, 1),
            ("2027-04-01", Event.UNREACHABLE, 1),
        ):
            growth.add(session, Counter({(day, event.value, ""): number}))

    told = summary(console.browser(Role.VIEWER).get("/admin/statistics/2026/summary.csv"))

    found = {item: value for (table, item), value in told.items() if table == "登録者"}
    assert found == {
        "登録": "5",
        "名簿の取り込み": "7",
        "再開": "0",
        "本人が停止": "2",
        "不達で停止": "1",
        "苦情で停止": "0",
        "職員が停止": "0",
    }


def test_a_report_that_is_not_up_to_date_says_up_to_when_it_counts(console: Console) -> None:
    now, said = console.clock.now(), "までに済んだ分を数えています"
    with console.home.database.write() as session:
        ledger.write(session, Deed("resident", "subscriber.registered", "subscriber:1"), at=now, details={})
        note_counting(session, growth.GROWTH, at=now - timedelta(minutes=20))

    behind = words(console.browser(Role.VIEWER).get("/admin/statistics"))
    with console.home.database.write() as session:
        newest = session.scalar(select(func.max(ledger.LedgerLine.id)))
        note_counting(session, growth.GROWTH, at=now, reached=newest or 0)
    level = words(console.browser(Role.VIEWER).get("/admin/statistics"))

    assert moment(now - timedelta(minutes=20), console.home.town.zone) + said in behind
    assert said not in level


@pytest.mark.parametrize("path", ["", "/2026", "/2026/bulletins.csv", "/2026/summary.csv"])
def test_strangers_are_led_to_the_door(console: Console, path: str) -> None:
    with httpx.Client(base_url=console.url, trust_env=False, timeout=30) as stranger:
        answer = stranger.get(f"/admin/statistics{path}")

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/admin/sign-in")


def test_the_menu_leads_to_the_statistics(console: Console) -> None:
    assert 'href="/admin/statistics"' in console.browser(Role.VIEWER).get("/admin").text


def test_looking_writes_nothing_into_the_ledger(console: Console) -> None:
    browser = console.browser(Role.VIEWER)
    before = lines(console)

    for path in ("", "/2026/bulletins.csv", "/2026/summary.csv"):
        browser.get(f"/admin/statistics{path}")

    assert lines(console) == before


def lines(console: Console) -> int:
    with console.home.database.read() as session:
        return session.query(ledger.LedgerLine).count()
