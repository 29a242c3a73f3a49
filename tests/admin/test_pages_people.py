"""The first page, subscribers, bounces, inbound mail and the practice mailbox."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from admin.people.roles import Role
from admin.records.pages_practice import pieces
from foundation.ledger import LedgerLine
from mailer import inbound
from mailer.inbound import InboundRow, Incoming
from subscribers.tables import Subscriber
from tests.admin.staff_pages import second_manager
from tests.admin.whole_console import Console, whole_console, words

ADDRESS = "a..b@docomo.example.jp"


def deeds(console: Console) -> list[str]:
    with console.home.database.read() as session:
        return [line.action for line in session.scalars(select(LedgerLine).order_by(LedgerLine.id))]


def set_aside(console: Console, raw: bytes) -> int:
    with console.home.database.write() as session:
        inbound.store(session, Incoming("x@example.net", ("b-x@mail.example.jp",), raw), at=console.clock.now())
        session.flush()
        number = session.scalars(select(InboundRow.id)).one()
        inbound.set_aside(session, number, "読めませんでした")
        return number


def test_the_first_page_shows_each_what_waits_for_them(console: Console) -> None:
    console.submitted(console.people[Role.APPROVER])

    own = words(console.browser(Role.APPROVER).get("/admin"))
    other = words(console.browser(console.second).get("/admin"))

    assert "あなたの承認を待っています" not in own
    assert "ほかの人の承認を待っています" in own
    assert "あなたの承認を待っています" in other


def test_an_empty_service_says_that_nothing_waits(console: Console) -> None:
    page = console.browser(Role.VIEWER).get("/admin")

    assert "いま、待っているお知らせはありません。" in words(page)
    assert "/admin/write" not in page.text


def test_an_address_is_found_by_post_and_never_stands_in_an_address_of_a_page(console: Console) -> None:
    number = console.resident(ADDRESS, place="library")
    browser = console.browser(Role.VIEWER)

    answer = browser.post("/admin/subscribers", data={"address": " A..B@docomo.example.jp "})
    page = browser.get(answer.headers["location"])

    assert answer.headers["location"] == f"/admin/subscribers/{number}"
    assert ADDRESS in words(page)
    assert "中央図書館" in words(page)
    assert deeds(console).count("subscriber.viewed") == 1


@pytest.mark.parametrize(("typed", "status"), [("nobody@example.jp", 404), ("not an address", 422), ("", 422)])
def test_an_address_that_is_not_found_is_said_beside_the_field(console: Console, typed: str, status: int) -> None:
    answer = console.browser(Role.VIEWER).post("/admin/subscribers", data={"address": typed})

    assert answer.status_code == status
    assert 'id="e-address"' in answer.text


def test_stopping_needs_a_reason_and_is_undone_by_one_button(console: Console) -> None:
    number = console.resident(ADDRESS)
    browser = console.browser(Role.DRAFTER)
    path = f"/admin/subscribers/{number}"

    refused = browser.post(f"{path}/stop", data={"why": " "})
    stopped = browser.post(f"{path}/stop", data={"why": "電話で依頼"})
    shown = browser.get(path)
    undone = browser.post(f"{path}/undo")

    assert [refused.status_code, stopped.status_code, undone.status_code] == [422, 303, 303]
    assert "電話で依頼" in words(shown)
    with console.home.database.read() as session:
        assert session.get_one(Subscriber, number).state == "active"


def test_who_left_by_themselves_is_not_brought_back_by_staff(console: Console) -> None:
    number = console.resident(ADDRESS, state="stopped", reason="left", stopped_at=console.clock.now())

    answer = console.browser(Role.DRAFTER).post(f"/admin/subscribers/{number}/undo")

    assert answer.status_code == 409
    assert "空メール" in words(answer)


def test_an_unreachable_address_is_listed_with_its_days_and_undone_from_the_list(console: Console) -> None:
    stopped_at = console.clock.now() - timedelta(days=1)
    number = console.resident(
        ADDRESS, state="stopped", reason="unreachable", stopped_at=stopped_at, evidence="11月19日、11月20日"
    )
    browser = console.browser(Role.DRAFTER)

    page = browser.get("/admin/bounces")
    answer = browser.post(f"/admin/subscribers/{number}/undo", data={"back": "bounces"})

    assert ADDRESS in words(page)
    assert "11月19日、11月20日" in words(page)
    assert answer.headers["location"] == "/admin/bounces?done=undone"
    assert ADDRESS not in words(browser.get("/admin/bounces"))


def test_an_erased_subscriber_is_nobody(console: Console) -> None:
    number = console.resident(ADDRESS)
    with console.home.database.write() as session:
        session.get_one(Subscriber, number).address = None
    browser = console.browser(Role.DRAFTER)

    assert browser.get(f"/admin/subscribers/{number}").status_code == 404
    assert browser.post(f"/admin/subscribers/{number}/stop", data={"why": "x"}).status_code == 404


def test_mail_set_aside_is_read_as_text_and_tried_again_once(console: Console) -> None:
    number = set_aside(console, b"Subject: <b>hello</b>\n\n<script>alert(1)</script>" + b"a" * 30_000)
    browser = console.browser(Role.DRAFTER)

    page = browser.get(f"/admin/inbound/{number}")
    first = browser.post(f"/admin/inbound/{number}", data={"action": "again"})
    second = browser.post(f"/admin/inbound/{number}", data={"action": "done"})

    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert" in page.text
    assert len(page.text) < 40_000
    assert [first.status_code, second.status_code] == [303, 409]
    with console.home.database.read() as session:
        assert session.get_one(InboundRow, number).state == "new"


def test_a_damaged_mail_is_a_page_too(console: Console) -> None:
    number = set_aside(console, b"\xff\xfe\x00Content-Type: multipart/mixed\n\n--\x00")

    assert console.browser(Role.VIEWER).get(f"/admin/inbound/{number}").status_code == 200


def test_the_practice_mailbox_shows_letters_and_only_our_own_links_can_be_clicked(console: Console) -> None:
    folder = console.home.mailbox / "new"
    folder.mkdir(parents=True)
    text = f"Delivered-To: a@example.jp\nSubject: hello\n\n{console.url}/me/abc\nhttp://evil.example/\n"
    (folder / "000000000007.practice").write_text(text)
    browser = console.browser(Role.VIEWER)

    page = browser.get("/admin/practice")
    letter = browser.get("/admin/practice/000000000007")

    assert 'href="/admin/practice/000000000007"' in page.text
    assert f'href="{console.url}/me/abc"' in letter.text
    assert "http://evil.example/" in letter.text
    assert 'href="http://evil.example/' not in letter.text


def test_the_practice_mailbox_gives_nobody_the_way_into_a_colleagues_account(console: Console) -> None:
    folder = console.home.mailbox / "new"
    folder.mkdir(parents=True)
    manager, token = console.people[Role.MANAGER], "a2" * 16
    text = f"Delivered-To: {manager.address}\nSubject: links\n\n{console.url}/admin/new-password/{token}\n"
    (folder / "000000000007.practice").write_text(text)
    (folder / "000000000008.practice").write_text(text.replace("new-password", "welcome"))

    for key, allowed in (("7", {Role.MANAGER}), ("8", {Role.MANAGER})):
        shown = {role for role in Role if token in console.browser(role).get(f"/admin/practice/{key:0>12}").text}
        assert shown == allowed
    second = second_manager(console)
    assert token not in second.get("/admin/practice/000000000007").text
    assert token in second.get("/admin/practice/000000000008").text


def test_the_practice_mailbox_is_searched_by_recipient_without_an_address_in_ours(console: Console) -> None:
    folder = console.home.mailbox / "new"
    folder.mkdir(parents=True)
    for number in range(45):
        name = "wanted" if number % 2 else "other"
        (folder / f"{number:012d}.practice").write_text(f"Delivered-To: {name}{number}@Example.jp\nSubject: hello\n\n")
    browser = console.browser(Role.VIEWER)

    first = browser.post("/admin/practice", data={"to": " WANTED"})
    second = browser.post("/admin/practice", data={"to": "wanted", "page": "2"})
    nobody = browser.post("/admin/practice", data={"to": "<nobody>"})
    foreign = browser.post("/admin/practice", data={"to": "wanted"}, headers={"Origin": "http://evil.example"})

    assert first.text.count('data-label="件名"') == 20
    assert "other" not in words(first)
    assert "?to=" not in first.text
    assert "@" not in "".join(re.findall(r'(?:href|action)="([^"]*)"', first.text))
    assert "古いほうへ" in words(first)
    assert second.text.count('data-label="件名"') == 2
    assert "「<nobody>」を含むメールはありません" in words(nobody)
    assert foreign.status_code == 403


@pytest.mark.parametrize("key", ["..%2F..%2Fsecret", "*", "7.practice", "%00", "１", "9"])
def test_no_key_leads_out_of_the_mailbox(console: Console, key: str) -> None:
    assert console.browser(Role.VIEWER).get(f"/admin/practice/{key}").status_code == 404


def test_a_mailbox_that_is_not_there_yet_is_said(console: Console) -> None:
    answer = console.browser(Role.VIEWER).get("/admin/practice")

    assert "まだメールはありません" in words(answer)


def test_nobody_sees_a_page_without_signing_in_and_nothing_is_kept_by_the_browser(console: Console) -> None:
    paths = ["", "/write", "/bulletins", "/subscribers", "/bounces", "/inbound", "/practice"]
    browser = console.browser(Role.DRAFTER)
    signed_out = console.browser(Role.DRAFTER)
    signed_out.cookies.clear()

    for path in paths:
        assert signed_out.get(f"/admin{path}").headers["location"].startswith("/admin/sign-in"), path
        assert browser.get(f"/admin{path}").headers["cache-control"] == "no-store", path


def test_a_wrong_address_of_the_console_leads_back_to_the_console(tmp_path: Path) -> None:
    with whole_console(tmp_path, residents=True) as console:
        browser = console.browser(Role.VIEWER)
        ours, theirs = browser.get("/admin/nowhere"), browser.get("/nowhere")

    assert ours.status_code == theirs.status_code == 404
    assert 'class="console"' in ours.text
    assert 'class="resident"' in theirs.text


@given(text=st.text(), base=st.just("http://127.0.0.1:8000"))
@settings(max_examples=50)
def test_the_pieces_of_a_letter_are_the_letter(text: str, base: str) -> None:
    whole = f"{text}{base}/stop/x {text}"

    assert "".join(piece.text for piece in pieces(whole, base)) == whole
