"""Who did not get a bulletin, one click from its page; those who may are one more from sending again."""

import re
from datetime import timedelta

import pytest

from admin.people.roles import Role
from bulletins.life import BulletinState
from foundation import ledger
from mailer import outbox
from mailer.bounce_facts import Fact, Source, keep_fact
from mailer.bounce_report.bounce_class import BounceClass
from mailer.letter import Letter
from mailer.outbox import Post, To
from mailer.outbox_tables import Lane, OutboxRow, State
from tests.admin.under_way import begun, come_to, move
from tests.admin.whole_console import Console, words


def finished(console: Console, ends: dict[str, State], *, name: str = "") -> int:
    """A bulletin that is sent, with a letter to each of these names."""
    at = console.clock.now()
    number = begun(console, audience=len(ends))
    batch = f"bulletin:{number}"
    post = Post(batch, batch, Lane.BULK, at, at + timedelta(hours=24))
    people = [
        To(f"{each}{name}@example.jp", "example.jp", console.resident(f"{each}{name}@example.jp")) for each in ends
    ]
    letter = Letter(subject="停電", body="本文", tail="", links={}, unsubscribe=False)
    with console.home.database.write() as session:
        outbox.enqueue(session, outbox.write_letter(session, letter, batch=batch, at=at), post, people)
        for row, end in zip(
            session.query(OutboxRow).filter_by(batch=batch).order_by(OutboxRow.id), ends.values(), strict=True
        ):
            row.state, row.ended_at, row.handed_at = end.value, at, at
    for end in ends.values():
        move(console, number, {"example.jp": {end.value: 1}})
    come_to(console, number, BulletinState.SENT)
    return number


def bounce(console: Console, address: str, bounce_class: BounceClass, source: Source) -> None:
    with console.home.database.write() as session:
        row = session.query(OutboxRow).filter_by(address=address).one()
        fact = Fact(row.id, bounce_class, counted=True, evidence=f"550 no such user <{address}>", source=source)
        keep_fact(session, fact, handed_at=None, at=console.clock.now() + timedelta(hours=1))


def test_the_page_of_a_finished_bulletin_says_how_many_it_missed_and_leads_to_them(console: Console) -> None:
    number = finished(console, {"a": State.SENT, "b": State.FAILED, "c": State.EXPIRED, "d": State.EXPIRED})

    page = console.browser(Role.VIEWER).get(f"/admin/bulletins/{number}")

    assert "配信を終えました。4件のうち 1件を送りました。" in words(page)
    assert "届かなかったのは 3件です。" in words(page)
    assert "期限切れ：2件（期限は、始めてから24時間。再送しないかぎり、もう送られません）" in words(page)
    assert f'href="/admin/bulletins/{number}/not-reached"' in page.text


def test_each_who_was_missed_stands_there_with_the_reason(console: Console) -> None:
    ends = {"a": State.SENT, "b": State.FAILED, "c": State.EXPIRED, "d": State.SENT, "e": State.SUPPRESSED}
    number = finished(console, ends)
    bounce(console, "b@example.jp", BounceClass.GONE, Source.SMTP)
    bounce(console, "d@example.jp", BounceClass.FULL, Source.REPORT)

    page = words(console.browser(Role.VIEWER).get(f"/admin/bulletins/{number}/not-reached"))

    assert "b@example.jp 送れずアドレスがない550 no such user <〔宛先〕>" in page
    assert "c@example.jp 期限切れ順番が来る前に期限が過ぎた" in page
    assert "d@example.jp 後から不達受信箱がいっぱい" in page
    assert "a@example.jp" not in page
    assert "e@example.jp" not in page


def test_those_of_another_bulletin_are_not_among_them(console: Console) -> None:
    finished(console, {"a": State.FAILED, "b": State.SENT})
    bounce(console, "b@example.jp", BounceClass.FULL, Source.REPORT)
    other = finished(console, {"c": State.SENT})

    page = words(console.browser(Role.VIEWER).get(f"/admin/bulletins/{other}/not-reached"))
    told = words(console.browser(Role.VIEWER).get(f"/admin/bulletins/{other}"))

    assert "届かなかった人は、いまのところいません。" in page
    assert "@example.jp" not in page.replace("viewer@example.jp", "")
    assert "届かなかったのは" not in told


def test_an_approver_sends_to_those_from_the_list_by_one_form(console: Console) -> None:
    number = finished(console, {"a": State.SENT, "b": State.FAILED, "c": State.EXPIRED})
    approver = console.browser(Role.APPROVER)

    page = approver.get(f"/admin/bulletins/{number}/not-reached")
    answer = approver.post(f"/admin/bulletins/{number}/send-again", data={"version": "1"})

    assert f'action="/admin/bulletins/{number}/send-again"' in page.text
    assert "送れず 1件と期限切れ 1件、合わせて 2件に、もう一度送ります。" in words(page)
    assert answer.status_code == 303
    dossier = console.desk.dossier(number)
    assert (dossier.bulletin.state, dossier.progress.queued, dossier.progress.not_reached) == ("sending", 2, 0)


def test_who_may_not_send_again_is_told_who_may(console: Console) -> None:
    number = finished(console, {"b": State.FAILED})

    for role in (Role.VIEWER, Role.DRAFTER):
        page = console.browser(role).get(f"/admin/bulletins/{number}/not-reached")

        assert "send-again" not in page.text
        assert "再送は、配信責任者が行います。" in words(page)


def test_a_long_list_goes_on_behind_the_last_one(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("admin.bulletin.pages_not_reached.PAGE", 2)
    number = finished(console, dict.fromkeys("abcde", State.FAILED))
    browser = console.browser(Role.VIEWER)
    url = f"/admin/bulletins/{number}/not-reached"

    pages = [browser.get(url)]
    while following := re.search(r'href="([^"]+)" rel="next"|rel="next" href="([^"]+)"', pages[-1].text):
        pages.append(browser.get(following[1] or following[2]))

    shown = [[name for name in "abcde" if f"{name}@example.jp" in words(page)] for page in pages]
    assert shown == [["a", "b"], ["c", "d"], ["e"]]


def test_addresses_that_are_gone_leave_the_counts(console: Console) -> None:
    erased, folded = finished(console, {"a": State.FAILED}), begun(console, audience=3)
    with console.home.database.write() as session:
        outbox.forget(session, "a@example.jp", "erased:1")
    move(console, folded, {"example.jp": {"expired": 3}})
    come_to(console, folded, BulletinState.SENT)
    browser = console.browser(Role.VIEWER)

    assert "（消去済み） 送れず" in words(browser.get(f"/admin/bulletins/{erased}/not-reached"))
    assert "残っているのは件数だけです。" in words(browser.get(f"/admin/bulletins/{folded}/not-reached"))


def test_each_look_at_addresses_is_in_the_ledger_without_them(console: Console) -> None:
    number = finished(console, {"a": State.FAILED})

    console.browser(Role.VIEWER).get(f"/admin/bulletins/{number}/not-reached")

    with console.home.database.read() as session:
        lines = list(ledger.lines_about(session, f"subscribers:not-reached-{number}"))
    assert [line.action for line in lines] == ["subscriber.list-viewed"]
    assert "example" not in lines[0].details


def test_an_unknown_bulletin_is_a_page_that_says_so(console: Console) -> None:
    browser = console.browser(Role.VIEWER)

    for number in ("999", "0", "x"):
        answer = browser.get(f"/admin/bulletins/{number}/not-reached")

        assert answer.status_code == 404
        assert "お知らせが見つかりません" in words(answer)
