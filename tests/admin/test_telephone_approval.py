"""電話承認: the code that an approver reads out is theirs alone, for one version, once, and for some hours."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from admin.desk.approval_desk import WRONG_CODES
from admin.people.roles import Role
from bulletins.approval_codes import LIFE, TRIES, ApprovalCodeRow, CodeRefused
from bulletins.approval_marks import AlreadyDone
from bulletins.life import BulletinState, WrongState
from foundation.languages import Language
from tests.admin.town_hall import PLAIN, TEXT, Hall, codes_in, town_hall
from tests.support.clock import HandClock

OTHER = replace(PLAIN, fields={"subject": "停電は復旧しました", "text": TEXT})


@pytest.fixture
def database_kind() -> str:
    """What the rooms do is proved on both; here it is how they are met."""
    return "sqlite"


@pytest.fixture
def hall(ready_url: str, clock: HandClock, tmp_path: Path) -> Iterator[Hall]:
    with town_hall(ready_url, clock, tmp_path) as hall:
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

    tail = (
        publisher.template.body(Language.JAPANESE, town=hall.home.town, text="", me="X", stop="X").strip().splitlines()
    )
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
