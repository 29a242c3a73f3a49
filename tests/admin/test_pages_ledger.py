"""The pages of the ledger: who may read, what is found, what leaves by export."""

import csv
import io

import pytest
from sqlalchemy import text, update

from admin.people.roles import Role
from foundation import ledger
from foundation.ledger import Deed, LedgerLine
from tests.admin.whole_console import Console, words


def export(console: Console, **asked: str) -> list[list[str]]:
    answer = console.browser(Role.MANAGER).post("/admin/ledger/export", data=asked)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.startswith("\ufeff番号,")
    return list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))[1:]


def test_a_deed_at_the_console_says_who_did_what_and_from_where(console: Console) -> None:
    number = console.draft()
    browser = console.browser(Role.DRAFTER)
    browser.post(f"/admin/bulletins/{number}/submit", data={"version": "1"})

    page = words(console.browser(Role.APPROVER).get("/admin/ledger?room=bulletin"))

    assert (
        f"配信担当者 お知らせ {number}番 ：承認を依頼した" in page.replace("：", " ：", 1) or "承認を依頼した" in page
    )
    with console.home.database.read() as session:
        line = list(ledger.lines_about(session, f"bulletin:{number}"))[-1]
    assert (line.action, line.actor, line.origin) == (
        "bulletin.submitted",
        f"staff:{console.people[Role.DRAFTER].id}",
        "console:127.0.0.1",
    )
    assert "管理画面 127.0.0.1" in page


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.DRAFTER, 403), (Role.APPROVER, 200)])
def test_only_who_is_responsible_reads_the_ledger(console: Console, role: Role, status: int) -> None:
    assert console.browser(role).get("/admin/ledger").status_code == status


def test_only_a_manager_carries_the_ledger_out_and_that_is_a_line_itself(console: Console) -> None:
    assert console.browser(Role.APPROVER).post("/admin/ledger/export").status_code == 403

    rows = export(console)

    assert rows[-1][4] == "ledger.exported"
    assert rows[-1][2] == f"staff:{console.people[Role.MANAGER].id}"


def test_an_export_holds_the_chain_and_no_formula(console: Console) -> None:
    with console.home.database.write() as session:
        for actor in ("=1+1", "＝1+1", " =1+1"):
            ledger.write(session, Deed(actor, "staff.changed", "staff:1"), at=console.clock.now())

    rows = export(console)

    assert {"'=1+1", "'＝1+1", "' =1+1"} <= {row[2] for row in rows}
    assert [row[8] for row in rows[1:]] == [row[9] for row in rows[:-1]]


def test_an_export_is_narrowed_like_the_page(console: Console) -> None:
    first, second = console.draft(), console.draft()

    rows = export(console, room="bulletin", number=str(second))

    assert {row[5] for row in rows} == {f"bulletin:{second}"} != {f"bulletin:{first}"}


def test_older_lines_are_a_page_away_and_none_is_left_out(console: Console) -> None:
    for number in range(60):
        with console.home.database.write() as session:
            ledger.write(
                session, Deed("resident", "subscriber.changed", f"subscriber:{number + 1}"), at=console.clock.now()
            )
    browser = console.browser(Role.APPROVER)

    first = browser.get("/admin/ledger?who=resident")
    second = browser.get(f"/admin/ledger?who=resident&before={_lowest(first.text)}")

    seen = [page.text.count("登録の内容を変えた") for page in (first, second)]
    assert seen == [50, 10]


def _lowest(page: str) -> int:
    return int(page.partition("before=")[2].partition('"')[0])


def test_what_cannot_be_read_narrows_nothing_and_harms_nothing(console: Console) -> None:
    browser = console.browser(Role.APPROVER)

    for query in (
        "since=2026-02-30",
        "until=9999-12-31",
        "since=0001-01-01",
        "number=' OR 1",
        "room=../x",
        "who=%00",
        "before=-1",
    ):
        assert browser.get(f"/admin/ledger?{query}").status_code == 200, query


def test_what_was_typed_is_shown_as_text(console: Console) -> None:
    page = console.browser(Role.APPROVER).get("/admin/ledger?number=<script>alert(1)</script>").text

    assert "<script>alert" not in page


def test_the_page_tells_a_sound_ledger_from_a_changed_one(console: Console) -> None:
    browser = console.browser(Role.APPROVER)
    assert "切れ目はありません" in words(browser.post("/admin/ledger/verify"))

    with console.home.database.write() as session:
        session.execute(text("DROP TRIGGER ledger_no_update"))
        session.execute(update(LedgerLine).where(LedgerLine.id == 2).values(actor="staff:99"))

    assert "2番の記録が、書きかえられたか、抜かれています" in words(browser.post("/admin/ledger/verify"))
