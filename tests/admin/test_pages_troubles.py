"""What the console's first page says of what keeps the mail back: relays that take nothing, domains that refuse."""

from sqlalchemy import select

from admin.people.roles import Role
from foundation.ledger import LedgerLine
from mailer import roll
from mailer.domain_pauses import DomainPauseRow
from tests.admin.whole_console import Console, words


def resumed(console: Console) -> int:
    with console.home.database.read() as session:
        return len(session.scalars(select(LedgerLine.id).where(LedgerLine.action == "domain.resumed")).all())


def pause(console: Console, batch: str = "bulletin:1") -> int:
    with console.home.database.write() as session:
        row = DomainPauseRow(
            domain="carrier.example", batch=batch, opened_at=console.clock.now(), attempts=80, refused=40
        )
        session.add(row)
        session.flush()
        return row.id


def test_the_first_page_says_what_keeps_the_mail_back_while_it_does(console: Console) -> None:
    browser, at = console.browser(Role.VIEWER), console.clock.now()
    trouble = "smtp://relay.example.jp:25: it answered 421 <too busy>"
    with console.home.database.write() as session:
        for sender in ("one", "two"):
            roll.beat(session, sender, trouble, at=at)

    while_it_lasts = browser.get("/admin")
    with console.home.database.write() as session:
        for sender in ("one", "two"):
            roll.beat(session, sender, None, at=at)

    assert words(while_it_lasts).count(trouble) == 1
    assert "直りしだい、続きを自動で送ります。" in words(while_it_lasts)
    assert "送れないもの" not in words(browser.get("/admin"))


def test_a_paused_domain_is_taken_up_by_an_approver_once_and_stands_in_the_ledger(console: Console) -> None:
    number = pause(console)
    drafter, approver = console.browser(Role.DRAFTER), console.browser(Role.APPROVER)
    path = f"/admin/pauses/{number}"

    forbidden = drafter.post(path, data={"verdict": "ours"})
    odd = approver.post(path, data={"verdict": "x"})
    first, second = approver.post(path, data={"verdict": "ours"}), approver.post(path, data={"verdict": "true"})

    assert [answer.status_code for answer in (forbidden, odd, first, second)] == [403, 409, 303, 409]
    assert resumed(console) == 1
    with console.home.database.read() as session:
        assert session.get_one(DomainPauseRow, number).verdict == "ours"


def test_a_domain_that_refused_several_bulletins_is_asked_about_once_and_taken_up_by_one_answer(
    console: Console,
) -> None:
    earlier, newest = pause(console, "bulletin:3"), pause(console, "bulletin:4")
    approver = console.browser(Role.APPROVER)

    page = approver.get("/admin")
    answer = approver.post(f"/admin/pauses/{newest}", data={"verdict": "ours"})

    assert page.text.count('action="/admin/pauses/') == 1
    assert f'action="/admin/pauses/{newest}"' in page.text
    assert "お知らせ 3番" in words(page)
    assert "お知らせ 4番" in words(page)
    assert answer.status_code == 303
    assert "/admin/pauses/" not in approver.get("/admin").text
    with console.home.database.read() as session:
        assert session.get_one(DomainPauseRow, earlier).verdict == "ours"
    assert resumed(console) == 2
