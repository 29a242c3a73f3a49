"""One subscriber's page: found however pasted, its past in words, stopped and invited with the origin in the ledger."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from admin.people.roles import Role
from bulletins.approval import Decision
from foundation import ledger
from foundation.addresses import Address
from foundation.ledger import LedgerLine
from liaisons import circles
from mailer import bounce_facts, claims, records
from mailer.bounce_facts import Fact, Source
from mailer.bounce_report.bounce_class import BounceClass
from mailer.claims import Wish
from mailer.courier import Delivered
from mailer.outbox_tables import Lane, LetterRow, OutboxRow
from mailer.records import Result
from subscribers import leaving
from subscribers.admitting import admit
from subscribers.tables import Invitation, StopReason, Subscriber
from tests.admin.whole_console import Console, whole_console, words
from tests.liaisons.network import enter

ADDRESS = "a..b@docomo.example.jp"


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with whole_console(tmp_path, {"HANSHO_HOURS": "always", "HANSHO_HOLD": "0"}) as console:
        yield console


def lines(console: Console, action: str) -> list[LedgerLine]:
    with console.home.database.read() as session:
        return list(session.scalars(select(LedgerLine).where(LedgerLine.action == action).order_by(LedgerLine.id)))


@pytest.mark.parametrize(
    "typed", ["Ａ..b＠docomo.example.jp", "花子 <a..b@docomo.example.jp>", "a..b @docomo.example.jp"]
)
def test_an_address_is_found_however_it_was_pasted(console: Console, typed: str) -> None:
    number = console.resident(ADDRESS)

    answer = console.browser(Role.VIEWER).post("/admin/subscribers", data={"address": typed})

    assert answer.headers["location"] == f"/admin/subscribers/{number}"


def test_the_past_is_told_in_words_the_newest_first(console: Console) -> None:
    number = console.resident(ADDRESS, place="library")
    browser = console.browser(Role.DRAFTER)
    path = f"/admin/subscribers/{number}"
    with console.home.database.write() as session:
        for action, by in (("subscriber.registered", "resident"), ("subscriber.changed", "resident")):
            details = {"place": "library"} if action == "subscriber.registered" else {}
            deed = ledger.Deed(by, action, f"subscriber:{number}")
            ledger.write(session, deed, at=console.clock.now(), details=details)
    console.clock.move(timedelta(minutes=1))
    browser.post(f"{path}/stop", data={"why": "電話で依頼"})
    console.clock.move(timedelta(minutes=1))
    browser.post(f"{path}/undo")
    console.clock.move(timedelta(minutes=1))
    browser.post(f"{path}/invite")

    page = words(browser.get(path))

    told = [
        "登録用メールを送りました。",
        "停止を取り消して、配信を再開しました。",
        "本人に代わって、配信を停止しました。",
        "配信区分、地域、ことばを選びなおしました。",
        "登録しました（中央図書館）。",
    ]
    places = [page.index(each) for each in told]
    assert places == sorted(places)
    assert console.people[Role.DRAFTER].name in page
    assert "subscriber." not in page


def test_who_came_by_an_import_is_told_so(console: Console) -> None:
    number = console.resident(ADDRESS)

    assert "名簿の取り込みで入りました。" in words(console.browser(Role.VIEWER).get(f"/admin/subscribers/{number}"))


def test_who_is_not_on_the_towns_list_is_told_so_and_not_in_which_circle_they_are(console: Console) -> None:
    at = console.clock.now()
    with console.home.database.write() as session:
        liaison = enter(session, "若葉", at=at)
        circle = circles.open_circle(session, liaison.id, at=at)
        assert circle is not None
        number = admit(session, Address.parse(ADDRESS), language=None, at=at).id
        console.home.circles.join(session, circle.id, number, at=at)

    page = words(console.browser(Role.VIEWER).get(f"/admin/subscribers/{number}"))

    assert "登録していません（転送先または連絡員としての登録だけです）" in page
    assert "転送先か連絡員として登録しました。市のお知らせは届きません。" in page
    assert "市内全域" not in page
    assert "名簿" not in page.partition("これまで")[2].partition("最近のお知らせ")[0]
    assert "若葉" not in page


def test_a_deed_of_staff_stands_in_the_ledger_with_its_origin(console: Console) -> None:
    number = console.resident(ADDRESS)
    browser = console.browser(Role.DRAFTER)

    for deed in ("stop", "undo", "invite"):
        browser.post(f"/admin/subscribers/{number}/{deed}", data={"why": "電話で依頼"})

    for action in ("subscriber.stopped", "subscriber.undone", "subscriber.invited"):
        (line,) = lines(console, action)
        assert line.origin == "console:127.0.0.1"
        assert line.actor == console.people[Role.DRAFTER].actor
        assert line.subject == f"subscriber:{number}"
        assert "@" not in line.details


def test_the_latest_bulletins_are_told_with_how_each_ended(console: Console) -> None:
    number = console.resident(ADDRESS)
    console.resident("other@example.jp")
    sent, bounced, failed, stopped = (publish(console) for _ in range(4))
    deliver(console, {sent: "sent", bounced: "bounced", failed: "failed"})
    with console.home.database.write() as session:
        leaving.stop(session, number, StopReason.LEFT, by="resident", at=console.clock.now())

    page = console.browser(Role.VIEWER).get(f"/admin/subscribers/{number}")

    told = dict(re.findall(r'/admin/bulletins/(\d+)">.*?data-label="結果">(?:<strong>)?(.*?)<', page.text))
    assert told == {
        str(sent): "送信しました",
        str(bounced): "送信のあと、戻ってきました（アドレスがない）",
        str(failed): "送れませんでした",
        str(stopped): "配信停止のため、送りません",
    }


def test_no_more_than_twenty_bulletins_are_listed(console: Console) -> None:
    number = console.resident(ADDRESS)
    for _ in range(22):
        publish(console)

    page = console.browser(Role.VIEWER).get(f"/admin/subscribers/{number}")

    assert page.text.count('data-label="結果"') == 20


def test_an_invitation_goes_through_the_same_caps_as_a_blank_mails_answer(console: Console) -> None:
    number = console.resident(ADDRESS)
    browser = console.browser(Role.DRAFTER)

    answers = [browser.post(f"/admin/subscribers/{number}/invite") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [303, 303, 303, 409]
    assert answers[0].headers["location"] == f"/admin/subscribers/{number}?done=invitation-sent"
    assert "10分間に3通" in words(answers[-1])
    with console.home.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Invitation)) == 3
        letters = session.scalars(select(LetterRow).join(OutboxRow, OutboxRow.letter_id == LetterRow.id)).all()
    assert [letter.subject for letter in letters] == [letters[0].subject] * 3
    assert all("/r/" in letter.body for letter in letters)
    assert len(lines(console, "subscriber.invited")) == 3


def test_an_unknown_address_can_be_invited_and_the_ledger_names_no_address(console: Console) -> None:
    drafter, viewer = console.browser(Role.DRAFTER), console.browser(Role.VIEWER)

    offered = drafter.post("/admin/subscribers", data={"address": "new@example.jp"})
    not_offered = viewer.post("/admin/subscribers", data={"address": "new@example.jp"})
    answers = [drafter.post("/admin/subscribers/invite", data={"address": "new@example.jp"}) for _ in range(4)]
    wrong = drafter.post("/admin/subscribers/invite", data={"address": "<b>{{ 7*7 }}</b>"})

    assert "登録用メールを送る" in words(offered)
    assert "登録用メールを送る" not in words(not_offered)
    assert [answer.status_code for answer in answers] == [303, 303, 303, 409]
    assert answers[0].headers["location"] == "/admin/subscribers?done=invitation-sent"
    assert wrong.status_code == 422
    assert "<b>" not in wrong.text
    assert {line.subject for line in lines(console, "subscriber.invited")} == {"invitations"}


@pytest.mark.parametrize(
    "path", ["/admin/subscribers/1/invite", "/admin/subscribers/invite", "/admin/subscribers/1/stop"]
)
def test_a_viewer_sends_and_stops_nothing(console: Console, path: str) -> None:
    console.resident(ADDRESS)

    answer = console.browser(Role.VIEWER).post(path, data={"address": "new@example.jp", "why": "x"})

    assert answer.status_code == 403
    assert lines(console, "subscriber.invited") == lines(console, "subscriber.stopped") == []


def test_nobody_is_invited_under_a_number_that_names_nobody(console: Console) -> None:
    number = console.resident(ADDRESS)
    with console.home.database.write() as session:
        session.get_one(Subscriber, number).address = None
    browser = console.browser(Role.DRAFTER)

    assert [browser.post(f"/admin/subscribers/{each}/invite").status_code for each in (number, 99, "x")] == [404] * 3


def publish(console: Console) -> int:
    at = console.clock.now()
    number = console.submitted()
    console.desk.approve(number, Decision(version=1), console.people[Role.APPROVER])
    with console.home.database.write() as session:
        console.home.publisher.open_due(session, at=at)
        while console.home.publisher.fan_out(session, at=at):
            pass
    return number


def deliver(console: Console, ends: dict[int, str]) -> None:
    at = console.clock.now()
    with console.home.database.write() as session:
        taken = claims.claim(session, "test", Wish(dict.fromkeys(Lane, 200)), at=at).rows
        wanted = {f"bulletin:{number}": end for number, end in ends.items()}
        results = [
            Result(row, Delivered("250 ok"), at) for row in taken if wanted.get(row.batch) in ("sent", "bounced")
        ]
        records.record(session, "test", results, at=at)
        for row in session.scalars(select(OutboxRow)):
            row.lease_by = row.lease_until = None
            if wanted.get(row.batch) == "bounced":
                fact = Fact(row.id, BounceClass.GONE, counted=True, evidence="no such user", source=Source.REPORT)
                bounce_facts.keep_fact(session, fact, handed_at=at, at=at)
            elif wanted.get(row.batch) == "failed":
                row.state, row.ended_at = "failed", at
