"""The delivery statement: what became of a bulletin, with sums that add up."""

import re
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from admin.desk.statement import group_lines
from admin.people.roles import Role
from bulletins.approval import Decision
from bulletins.missed_letters import Missed
from mailer.bounce_facts import Fact, Source, keep_fact
from mailer.bounce_report.bounce_class import BounceClass
from mailer.carrier_groups import CarrierGroups
from mailer.courier import Outcome
from mailer.outbox_tables import OutboxRow, State
from mailer.tallies import Counts
from subscribers.leaving import stop
from subscribers.tables import StopReason
from tests.admin.whole_console import Console, words
from tests.bulletins.office import CHIE, GONE, OK, SHEET, TEXT, Office, tokyo

EVENING = tokyo("2026-11-24T18:30:00")


@pytest.fixture
def office(console: Console) -> Office:
    return Office(console.home.database, console.clock, console.home, console.home.publisher)


def read(console: Console, number: int) -> str:
    return words(page(console, number))


def page(console: Console, number: int) -> httpx.Response:
    answer = console.browser(Role.VIEWER).get(f"/admin/bulletins/{number}/statement")
    assert answer.status_code == 200
    return answer


def adds(answer: httpx.Response) -> list[int]:
    """The audience, then its parts."""
    return [int(each.replace(",", "")) for each in re.findall(r'class="much">([\d,]+)<', answer.text)]


def answers(name: str) -> Outcome:
    return GONE if name.startswith("gone") else OK


def busy_evening(console: Console, office: Office) -> int:
    """Urgent, outside the hours, halted, resumed, with one who left before it was their turn, finished, sent again."""
    for name in ("a@docomo.ne.jp", "b@docomo.ne.jp", "gone1@docomo.ne.jp", "gone2@example.jp", "c@example.jp"):
        console.resident(name)
    last = console.resident("last@ezweb.ne.jp")
    console.clock.set(EVENING)
    number = office.submitted(SHEET)
    office.approve(number, Decision(urgent=True, reason="市内で同じ電話が続いているため"))
    office.open_due()
    office.fan_out()
    office.post(answers, limit=3)
    console.clock.move(timedelta(minutes=2))
    office.halt(number)
    with console.home.database.write() as session:
        stop(session, last, StopReason.LEFT, by="resident", at=console.clock.now())
    console.clock.move(timedelta(minutes=3))
    office.resume(number, CHIE)
    office.post(answers)
    office.post(answers)
    console.clock.move(timedelta(minutes=1))
    assert office.finish() == 1
    return number


def test_the_parts_add_up_to_the_audience_and_nothing_waits(console: Console, office: Office) -> None:
    number = busy_evening(console, office)

    answer = page(console, number)

    assert adds(answer) == [6, 3, 2, 1, 0]
    assert "まだ終わらないもの" not in words(answer)
    assert "まだ配信が終わっていません" not in words(answer)
    assert "件数が合っていません" not in words(answer)


def test_it_tells_who_when_how_and_what(console: Console, office: Office) -> None:
    number = busy_evening(console, office)

    told = read(console, number)

    assert f"第{number}号" in told
    assert "依頼：担当 花子 令和8年11月24日(火) 18:30" in told
    assert "承認：責任 太郎 令和8年11月24日(火) 18:30" in told
    assert "緊急配信（配信時間の外） 理由：市内で同じ電話が続いているため" in told
    assert console.desk.hours.describe() in told
    assert "開始：令和8年11月24日(火) 18:30" in told
    assert "終了：令和8年11月24日(火) 18:36（6分）" in told
    assert "18:32 " in told
    assert "配信を一時停止しました。" in told
    assert "18:35 " in told
    assert "配信を再開しました。" in told
    assert TEXT in told


def test_what_did_not_arrive_is_told_by_reason_and_by_carrier(console: Console, office: Office) -> None:
    number = busy_evening(console, office)
    with console.home.database.write() as session:
        back = session.scalars(select(OutboxRow.id).where(OutboxRow.address == "c@example.jp")).one()
        fact = Fact(back, BounceClass.FILTERED, counted=False, evidence="", source=Source.REPORT)
        keep_fact(session, fact, handed_at=None, at=console.clock.now())

    told = read(console, number)

    assert "送れず：アドレスがない 2件" in told
    assert "後から不達：受信する人の迷惑メール設定 1件" in told
    assert "送信 3件のうち、後から不達の知らせが来たもの：1件" in told
    assert "docomo321000送れず：アドレスがない1件" in told.replace(" ", "")


def test_who_was_reached_by_sending_again_is_missed_no_more(console: Console, office: Office) -> None:
    number = busy_evening(console, office)
    console.clock.set(tokyo("2026-11-25T09:10:00"))
    office.send_again(number, CHIE)
    office.post(lambda name: GONE if name == "gone1" else OK)
    console.clock.move(timedelta(minutes=1))
    office.finish()

    answer = page(console, number)
    told = words(answer)

    assert adds(answer) == [6, 4, 1, 1, 0]
    assert "送れず：アドレスがない 1件" in told
    assert "届かなかった2件に、もう一度送り始めました。" in told
    assert "終了：令和8年11月25日(水) 9:11（14時間41分、再送を含む）" in told


def test_of_one_that_is_under_way_it_tells_the_numbers_of_now(console: Console, office: Office) -> None:
    for name in ("a", "b", "c"):
        console.resident(f"{name}@example.jp")
    console.clock.set(tokyo("2026-11-24T10:00:00"))
    number = office.sending()
    office.post(limit=1)

    answer = page(console, number)
    told = words(answer)

    assert "まだ配信が終わっていません。11月24日(火) 10:00現在の数字です。" in told
    assert adds(answer) == [3, 1, 0, 0, 0, 2]
    assert "終了：まだ終わっていません" in told


def test_of_one_that_has_not_begun_it_says_so_and_of_one_withdrawn_before_that_it_never_will(
    console: Console, office: Office
) -> None:
    waiting, withdrawn = office.waiting(), office.waiting()
    office.withdraw(withdrawn)

    assert "まだ配信を始めていません" in read(console, waiting)
    assert "配信せずに取り下げたお知らせです" in read(console, withdrawn)


def test_of_one_withdrawn_in_the_middle_the_sum_holds_too(console: Console, office: Office) -> None:
    for name in ("a", "b", "c"):
        console.resident(f"{name}@example.jp")
    console.clock.set(tokyo("2026-11-24T10:00:00"))
    number = office.sending()
    office.post(limit=1)
    console.clock.move(timedelta(minutes=4))
    office.withdraw(number)
    open_still = read(console, number)
    office.post()

    answer = page(console, number)

    assert "まだ配信が終わっていません" in open_still
    assert "まだ配信が終わっていません" not in words(answer)
    assert adds(answer) == [3, 1, 0, 2, 0]
    assert "取り下げ：令和8年11月24日(火) 10:04（4分）" in words(answer)


@pytest.mark.parametrize("number", ["999", "0", "-1", "x", "9" * 30, "%3Cscript%3E"])
def test_a_bulletin_that_is_not_there_has_no_statement(console: Console, number: str) -> None:
    answer = console.browser(Role.VIEWER).get(f"/admin/bulletins/{number}/statement")

    assert answer.status_code == 404
    assert "お知らせが見つかりません" in words(answer)


def test_it_is_linked_once_the_delivery_is_over_and_the_sheet_stays_beside_it(console: Console, office: Office) -> None:
    console.resident("a@example.jp")
    browser = console.browser(Role.VIEWER)
    number = office.sending()
    link = f'href="/admin/bulletins/{number}/statement"'
    before = browser.get(f"/admin/bulletins/{number}").text
    office.post()
    office.finish()

    after = browser.get(f"/admin/bulletins/{number}").text

    assert link not in before
    assert link in after
    assert f'href="/admin/bulletins/{number}/sheet"' in after


def test_no_address_stands_in_it(console: Console, office: Office) -> None:
    number = busy_evening(console, office)

    text = page(console, number).text

    for name in ("a@docomo", "gone1@", "gone2@", "last@"):
        assert name not in text


def test_small_domains_are_added_up_so_that_the_columns_keep_their_sums() -> None:
    domains = {f"d{n:02}.example": Counts(sent=n, failed=1, audience=n + 1) for n in range(1, 31)}
    missed = [Missed(State.FAILED, "gone", name, 1) for name in domains]

    lines = group_lines(domains, missed, CarrierGroups(()))

    assert len(lines) == 10
    assert [line.name for line in lines[:2]] == ["d30.example", "d29.example"]
    assert lines[-1].name == ""
    assert sum(line.counts.sent for line in lines) == sum(range(1, 31))
    assert sum(line.audience for line in lines) == sum(range(2, 32))
    assert sum(number for line in lines for _, number in line.missed) == 30
