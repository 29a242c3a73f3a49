"""電話承認: the code that an approver reads out is theirs alone, for one version, once, and for some hours."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from admin import staff
from admin.approval_desk import WRONG_CODES
from admin.bulletin_desk import signatory
from admin.roles import Role
from bulletins.approval import ReasonMissing
from bulletins.approval_codes import LIFE, TRIES, ApprovalCodeRow, CodeRefused
from bulletins.approval_marks import AlreadyDone
from bulletins.life import BulletinState, WrongState
from bulletins.signatory import NotAllowed
from bulletins.tables import Bulletin
from foundation.ledger import LedgerLine
from mailer.outbox_tables import LetterRow
from tests.admin.town_hall import PLAIN, TEXT, Hall, codes_in, town_hall
from tests.support.clock import HandClock

OTHER = replace(PLAIN, fields={"subject": "停電は復旧しました", "text": TEXT})


@pytest.fixture
def hall(database_url: str, clock: HandClock, tmp_path: Path) -> Iterator[Hall]:
    with town_hall(database_url, clock, tmp_path) as hall:
        yield hall


def wrong(code: str) -> str:
    return f"{(int(code.replace(' ', '')) + 1) % 10**8:08}"


def test_every_approver_and_then_every_deputy_by_rank_is_asked_but_not_the_submitter(hall: Hall) -> None:
    number = hall.submitted(who="bucho")

    asked = [one.name for one in hall.home.approval_desk.on_the_telephone(number)]

    assert asked == ["kacho", "dairi1", "dairi2"]
    assert hall.letters("bucho") == hall.letters("kanri") == hall.letters("tanto") == []
    assert len({hall.code(name) for name in asked}) == 3


def test_where_nobody_else_may_approve_the_managers_are_asked(hall: Hall) -> None:
    for name in ("kacho", "bucho", "dairi1", "dairi2"):
        hall.enter(name, Role.DRAFTER)

    hall.submitted()

    assert len(hall.letters("kanri")) == 1


def test_the_letter_holds_the_exact_mail_its_reach_its_start_and_the_way_to_the_page(hall: Hall) -> None:
    hall.resident("taro@example.jp")
    number = hall.submitted()
    publisher = hall.home.publisher

    [letter] = hall.letters("kacho")

    tail = publisher.template.body(town=hall.home.town, text="", me="X", stop="X").strip().splitlines()
    assert TEXT in letter
    assert "件名：停電のお知らせ" in letter
    assert all(line in letter for line in tail if line and line != "X")
    assert "登録者 1人全員に届きます。" in letter
    assert "きょう 午前9時1分 に始まります" in letter
    assert f"{hall.home.settings.public_url}/admin/bulletins/{number}\n" in letter


def test_what_was_typed_into_the_fields_is_never_run_as_a_template(hall: Hall) -> None:
    text = "{{ 7 * 7 }} {% for x in y %} <b>お知らせします。くわしいことは窓口でおたずねください。</b>"
    sheet = replace(PLAIN, fields={"subject": "窓口のお知らせ", "text": text})
    number = hall.draft(sheet)
    bulletin = hall.bulletin(number)

    with hall.home.database.write() as session:
        hall.home.approval_letters.ask(session, bulletin, (), at=hall.clock.now())

    assert text in hall.letters("kacho")[0]


def test_the_code_read_out_approves_in_the_name_of_whoever_read_it_and_names_the_clerk(hall: Hall) -> None:
    number = hall.submitted()

    hall.call(number, "bucho", hall.code("bucho"))

    bulletin = hall.bulletin(number)
    assert (bulletin.state, bulletin.approver_name, bulletin.typist_name) == (BulletinState.WAITING, "bucho", "tanto")
    assert bulletin.approved_by_road == "telephone"
    typed, approved = hall.history(number)[-2:]
    assert (typed.actor, typed.action) == (hall.who("tanto").actor, "bulletin.code-typed")
    assert (approved.actor, approved.action) == (hall.who("bucho").actor, "bulletin.approved")
    assert json.loads(approved.details)["typed_by"] == hall.who("tanto").actor
    assert approved.origin == "telephone"
    told = hall.letters("bucho")[-1]
    assert "tantoさんがあなたのコードを入力し" in told
    assert TEXT in told


AS_HEARD: list[Callable[[str], str]] = [
    str,
    lambda code: code.replace(" ", ""),
    lambda code: f" {code.replace(' ', '-')} ",
    lambda code: code.translate(str.maketrans("0123456789 ", "０１２３４５６７８９　")),
]


@pytest.mark.parametrize("typed", AS_HEARD)
def test_the_code_may_be_typed_as_it_was_heard(hall: Hall, typed: Callable[[str], str]) -> None:
    number = hall.submitted()

    hall.call(number, "kacho", typed(hall.code("kacho")))

    assert hall.bulletin(number).state == BulletinState.WAITING


GARBAGE = ["", " ", "0", "'; DROP TABLE staff;--", "9" * 5000, "\x00\x01", "<b>{{ code }}</b>", "½²３", "\ud800"]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_for_a_code_approves_nothing(hall: Hall, garbage: str) -> None:
    number = hall.submitted()

    with pytest.raises(CodeRefused):
        hall.call(number, "kacho", garbage)

    assert hall.bulletin(number).state == BulletinState.SUBMITTED


def test_a_code_serves_only_for_the_person_it_was_mailed_to(hall: Hall) -> None:
    number = hall.submitted()

    with pytest.raises(CodeRefused):
        hall.call(number, "bucho", hall.code("kacho"))

    assert hall.bulletin(number).state == BulletinState.SUBMITTED


def test_a_code_serves_only_for_its_own_bulletin(hall: Hall) -> None:
    first, second = hall.submitted(), hall.submitted()
    of_first, of_second = codes_in(hall.letters("kacho"))

    with pytest.raises(CodeRefused):
        hall.call(second, "kacho", of_first)

    hall.call(first, "kacho", of_first)
    hall.call(second, "kacho", of_second)


def test_the_code_of_an_earlier_version_is_dead(hall: Hall) -> None:
    number = hall.submitted()
    old = hall.code("kacho")
    hall.give_back(number)
    hall.home.bulletin_desk.change(number, OTHER, hall.who("tanto"))
    hall.submit(number)

    with pytest.raises(CodeRefused):
        hall.call(number, "kacho", old)

    assert hall.bulletin(number).state == BulletinState.SUBMITTED
    hall.call(number, "kacho", hall.code("kacho"))
    assert hall.bulletin(number).approved_version == 2


def test_a_bulletin_resubmitted_as_it_was_has_new_codes_and_the_old_ones_are_dead(hall: Hall) -> None:
    number = hall.submitted()
    old = hall.code("kacho")
    hall.give_back(number)
    hall.submit(number)

    with pytest.raises(CodeRefused):
        hall.call(number, "kacho", old)

    assert hall.bulletin(number).version == 1
    hall.call(number, "kacho", hall.code("kacho"))


@pytest.mark.parametrize("end", ["approve", "give_back", "withdraw"])
def test_codes_die_with_approval_return_and_withdrawal(hall: Hall, end: str) -> None:
    number = hall.submitted()

    if end == "withdraw":
        hall.home.bulletin_desk.withdraw(number, hall.who("tanto"))
    else:
        getattr(hall, end)(number)

    with hall.home.database.read() as session:
        assert session.scalars(select(ApprovalCodeRow)).all() == []
    with pytest.raises(WrongState):
        hall.call(number, "bucho", hall.code("bucho"))


def test_a_code_typed_twice_is_told_who_was_first(hall: Hall) -> None:
    number = hall.submitted()
    code = hall.code("kacho")
    hall.call(number, "kacho", code)

    with pytest.raises(AlreadyDone, match="kachoさんが、先に承認しました"):
        hall.call(number, "kacho", code)

    assert hall.deeds(number).count("bulletin.approved") == 1


def test_a_code_pulled_back_within_the_hold_does_not_serve_again(hall: Hall) -> None:
    number = hall.submitted()
    code = hall.code("kacho")
    hall.call(number, "kacho", code)
    hall.give_back(number, "tanto")
    hall.submit(number)

    with pytest.raises(CodeRefused):
        hall.call(number, "kacho", code)

    assert hall.bulletin(number).approver_id is None


def test_after_some_hours_the_code_is_dead(hall: Hall) -> None:
    number = hall.submitted()
    hall.clock.move(LIFE)

    with pytest.raises(CodeRefused, match="期限"):
        hall.call(number, "kacho", hall.code("kacho"))


def test_after_five_wrong_tries_even_the_right_code_is_dead_and_the_others_live(hall: Hall) -> None:
    number = hall.submitted()
    code = hall.code("kacho")

    for _ in range(TRIES):
        with pytest.raises(CodeRefused):
            hall.call(number, "kacho", wrong(code))
    with pytest.raises(CodeRefused, match="使えなくなりました"):
        hall.call(number, "kacho", code)

    assert "kacho" not in [one.name for one in hall.home.approval_desk.on_the_telephone(number)]
    hall.call(number, "bucho", hall.code("bucho"))


def test_wrong_tries_are_counted_and_written_down_though_they_are_refused(hall: Hall) -> None:
    number = hall.submitted()

    with pytest.raises(CodeRefused, match="あと4回"):
        hall.call(number, "kacho", wrong(hall.code("kacho")))

    line = hall.history(number)[-1]
    assert (line.action, line.actor) == ("bulletin.code-refused", hall.who("tanto").actor)


def test_a_clerk_who_keeps_guessing_is_stopped_for_a_while_whatever_the_bulletin(hall: Hall) -> None:
    for _ in range(WRONG_CODES // TRIES):
        number = hall.submitted()
        for _ in range(TRIES):
            with pytest.raises(CodeRefused):
                hall.call(number, "bucho", "0")
    number = hall.submitted()

    with pytest.raises(CodeRefused, match="止めています"):
        hall.call(number, "kacho", hall.code("kacho"))

    hall.clock.move(timedelta(minutes=16))
    hall.call(number, "kacho", hall.code("kacho"))
    assert hall.bulletin(number).state == BulletinState.WAITING


def test_the_submitter_is_mailed_no_code_and_cannot_approve_by_telephone(hall: Hall) -> None:
    number = hall.submitted(who="kacho")

    with pytest.raises(CodeRefused):
        hall.call(number, "kacho", "12345678", clerk="tanto")
    with hall.home.database.write() as session:
        forged = hall.home.approval_letters.codes.issue(
            session, hall.bulletin(number), hall.who("kacho").id, at=hall.clock.now()
        )
    with pytest.raises(NotAllowed):
        hall.call(number, "kacho", forged.code, clerk="tanto")

    assert hall.bulletin(number).state == BulletinState.SUBMITTED


def test_the_submitter_may_type_in_what_another_reads_out(hall: Hall) -> None:
    number = hall.submitted(who="kacho")

    hall.call(number, "bucho", hall.code("bucho"), clerk="kacho")

    assert hall.bulletin(number).approver_name == "bucho"


def test_a_viewer_types_in_no_code(hall: Hall) -> None:
    hall.enter("etsuran", Role.VIEWER)
    number = hall.submitted()

    with pytest.raises(NotAllowed):
        hall.call(number, "kacho", hall.code("kacho"), clerk="etsuran")


@pytest.mark.parametrize("change", ["lowered", "deactivated"])
def test_whoever_lost_the_right_after_the_code_was_mailed_cannot_approve_by_it(hall: Hall, change: str) -> None:
    number = hall.submitted()
    code, person = hall.code("kacho"), hall.who("kacho").id
    if change == "lowered":
        hall.enter("kacho", Role.DRAFTER)
    else:
        with hall.home.database.write() as session:
            staff.deactivate(session, person, at=hall.clock.now(), actor="command")

    with pytest.raises(NotAllowed):
        hall.call(number, "kacho", code)

    assert hall.bulletin(number).state == BulletinState.SUBMITTED
    assert "kacho" not in [one.name for one in hall.home.approval_desk.on_the_telephone(number)]


def test_an_urgent_one_by_telephone_needs_the_reason_too_and_the_code_is_not_used_up_without(hall: Hall) -> None:
    hall.clock.move(timedelta(hours=10))
    number = hall.submitted()
    code = hall.code("kacho")

    with pytest.raises(ReasonMissing):
        hall.call(number, "kacho", code, urgent=True, reason=" ")
    hall.call(number, "kacho", code, urgent=True, reason="川があふれるおそれ")

    assert hall.bulletin(number).urgent_reason == "川があふれるおそれ"
    assert hall.bulletin(number).starts_at == hall.clock.now()


def test_only_the_version_that_the_page_showed_is_approved_by_telephone(hall: Hall) -> None:
    number = hall.submitted()

    with pytest.raises(WrongState):
        hall.call(number, "kacho", hall.code("kacho"), version=2)


@pytest.mark.parametrize("second", ["console", "telephone"])
def test_of_two_approvals_at_once_one_wins_and_the_other_is_told_who_was_first(hall: Hall, second: str) -> None:
    number = hall.submitted()
    kacho, bucho = hall.code("kacho"), hall.code("bucho")

    def by_telephone() -> None:
        hall.call(number, "kacho", kacho)

    def by_other() -> None:
        if second == "console":
            hall.approve(number, "bucho")
        else:
            hall.call(number, "bucho", bucho)

    with ThreadPoolExecutor(2) as pool:
        ends = [future.exception() for future in [pool.submit(by_telephone), pool.submit(by_other)]]

    [lost] = [end for end in ends if end is not None]
    assert isinstance(lost, AlreadyDone)
    assert str(hall.bulletin(number).approver_name) in str(lost)
    assert hall.deeds(number).count("bulletin.approved") == 1


def test_many_guesses_at_once_are_counted_one_by_one(hall: Hall) -> None:
    number = hall.submitted()
    guess = wrong(hall.code("kacho"))

    with ThreadPoolExecutor(8) as pool:
        ends = [pool.submit(hall.call, number, "kacho", guess).exception() for _ in range(8)]
        ends += [future.exception() for future in [pool.submit(hall.call, number, "kacho", guess) for _ in range(8)]]

    assert all(isinstance(end, CodeRefused) for end in ends)
    with hall.home.database.read() as session:
        kacho = hall.who("kacho").id
        assert session.scalar(select(ApprovalCodeRow.wrong).where(ApprovalCodeRow.approver_id == kacho)) == TRIES


def test_codes_are_kept_hashed_and_addresses_stay_out_of_the_ledger(hall: Hall) -> None:
    number = hall.submitted()
    code = hall.code("kacho")
    hall.call(number, "kacho", code)

    hall.submitted()
    with hall.home.database.read() as session:
        hashes = session.scalars(select(ApprovalCodeRow.hash)).all()
        lines = session.scalars(select(LedgerLine)).all()
    assert all(len(one) == 64 for one in hashes)
    told = "".join(line.details + line.subject + line.actor for line in lines)
    assert "@" not in told
    assert code not in told
    assert code.replace(" ", "") not in told


def test_it_is_submitted_though_the_letters_cannot_be_written(
    hall: Hall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = dict(hall.home.stationery.templates)
    del broken["approval-asked"]
    monkeypatch.setattr(type(hall.home.stationery), "letter", lambda *_a, **_k: broken["approval-asked"])

    number = hall.submitted()

    assert hall.bulletin(number).state == BulletinState.SUBMITTED
    assert hall.home.approval_desk.on_the_telephone(number) == []
    with hall.home.database.read() as session:
        assert session.scalars(select(LetterRow)).all() == []
    assert "@" not in caplog.text
    assert f"staff:{hall.who('kacho').id}" in caplog.text
    hall.approve(number)


def test_letters_and_submission_commit_together_or_not_at_all(hall: Hall) -> None:
    number = hall.draft()

    def die() -> None:
        with hall.home.database.write() as session:
            hall.home.approval.submit(session, number, signatory(hall.who("tanto")), at=hall.clock.now())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        die()

    assert hall.letters("kacho") == []
    assert hall.bulletin(number).state == BulletinState.DRAFT


def test_a_code_that_was_left_behind_by_an_earlier_version_approves_nothing(hall: Hall) -> None:
    number = hall.submitted()
    with hall.home.database.write() as session:
        session.get_one(Bulletin, number).version = 2  # behind the rooms' back: nothing has voided the code

    with pytest.raises(CodeRefused):
        hall.call(number, "kacho", hall.code("kacho"))

    assert hall.home.approval_desk.on_the_telephone(number) == []
