"""代決 and 緊急単独配信: what one answered for in the others' stead stays until a proper approver saw it (後閲)."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from admin.desk.sheet import sheet_lines
from admin.people.roles import Role
from bulletins.approval import Blocked, Decision, ReasonMissing
from bulletins.approval_marks import AlreadyDone
from bulletins.life import BulletinState, WrongState
from bulletins.signatory import NotAllowed
from tests.admin.town_hall import PLAIN, TEXT, Hall, town_hall
from tests.support.clock import HandClock

REASON = "夜間で連絡が取れず、火災が広がっているため"


on_both = pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """Both where two meet, or where what waits is asked of the database."""
    return str(getattr(request, "param", "sqlite"))


@pytest.fixture
def hall(ready_url: str, clock: HandClock, tmp_path: Path) -> Iterator[Hall]:
    with town_hall(ready_url, clock, tmp_path, HANSHO_SOLO_NOTICES="plain,drill") as hall:
        yield hall


def waiting_for(hall: Hall, name: str) -> list[int]:
    return [bulletin.id for bulletin in hall.home.approval_desk.to_countersign(hall.who(name), limit=20)]


def alone(hall: Hall, number: int, who: str = "tanto", reason: str = REASON) -> None:
    hall.home.approval_desk.send_alone(number, Decision(reason=reason), hall.who(who))


def countersign(hall: Hall, number: int, who: str) -> None:
    hall.home.approval_desk.countersign(number, hall.who(who))


def stamps(hall: Hall, number: int) -> list[tuple[str, str]]:
    desk = hall.home.bulletin_desk
    return [(stamp.title, stamp.name) for stamp in sheet_lines(desk, desk.dossier(number)).stamps]


@pytest.mark.parametrize("road", ["console", "telephone"])
def test_a_deputys_approval_is_marked_in_the_ledger_and_on_the_sheet(hall: Hall, road: str) -> None:
    number = hall.submitted()

    if road == "console":
        hall.approve(number, "dairi1")
    else:
        hall.call(number, "dairi1", hall.code("dairi1"))

    line = next(line for line in hall.history(number) if line.action == "bulletin.approved")
    assert json.loads(line.details)["deputy"] is True
    assert hall.bulletin(number).approved_as_deputy
    assert stamps(hall, number) == [("起案", "tanto"), ("代決", "dairi1"), ("後閲", "")]


@on_both
def test_a_deputys_approval_waits_for_the_proper_approvers_until_one_of_them_signs(hall: Hall) -> None:
    number = hall.submitted()
    hall.approve(number, "dairi1")

    before = {name: waiting_for(hall, name) for name in ("kacho", "bucho", "kanri", "dairi1", "dairi2", "tanto")}
    countersign(hall, number, "bucho")

    assert before == {"kacho": [number], "bucho": [number], "kanri": [number], "dairi1": [], "dairi2": [], "tanto": []}
    assert waiting_for(hall, "kacho") == []
    assert stamps(hall, number)[2] == ("後閲", "bucho")
    line = hall.history(number)[-1]
    assert (line.action, line.actor) == ("bulletin.countersigned", hall.who("bucho").actor)


def test_a_proper_approval_needs_nobody_afterwards(hall: Hall) -> None:
    number = hall.submitted()
    hall.approve(number, "kacho")

    with pytest.raises(AlreadyDone):
        countersign(hall, number, "bucho")

    assert stamps(hall, number) == [("起案", "tanto"), ("承認", "kacho")]


@pytest.mark.parametrize("who", ["dairi1", "dairi2", "tanto"])
def test_deputies_and_drafters_sign_off_nothing_of_a_deputys(hall: Hall, who: str) -> None:
    number = hall.submitted()
    hall.approve(number, "dairi1")

    with pytest.raises(NotAllowed):
        countersign(hall, number, who)


def test_a_deputy_who_became_a_proper_approver_does_not_sign_off_their_own(hall: Hall) -> None:
    number = hall.submitted()
    hall.approve(number, "dairi1")
    hall.enter("dairi1", Role.APPROVER, 0)

    assert hall.who("dairi1").deputy_rank is None
    with pytest.raises(NotAllowed):
        countersign(hall, number, "dairi1")


@on_both
def test_of_two_who_sign_off_at_once_one_is_told_who_was_first(hall: Hall) -> None:
    number = hall.submitted()
    hall.approve(number, "dairi1")

    with ThreadPoolExecutor(2) as pool:
        ends = [pool.submit(countersign, hall, number, who) for who in ("kacho", "bucho")]
        failures = [end.exception() for end in ends]

    [lost] = [failure for failure in failures if failure is not None]
    assert isinstance(lost, AlreadyDone)
    assert str(hall.bulletin(number).countersigner_name) in str(lost)
    assert hall.deeds(number).count("bulletin.countersigned") == 1


def test_what_was_pulled_back_before_it_left_waits_for_nobody(hall: Hall) -> None:
    number = hall.submitted()
    hall.approve(number, "dairi1")
    hall.give_back(number, "tanto")

    assert waiting_for(hall, "kacho") == []
    hall.submit(number)
    hall.approve(number, "kacho")
    assert waiting_for(hall, "bucho") == []


def test_a_deputy_who_submitted_approves_it_as_little_as_anybody(hall: Hall) -> None:
    number = hall.submitted(who="dairi1")

    with pytest.raises(NotAllowed):
        hall.approve(number, "dairi1")


def test_a_person_without_the_right_to_approve_holds_no_rank(hall: Hall) -> None:
    assert hall.enter("dairi1", Role.DRAFTER).deputy_rank is None
    assert hall.enter("tanto", Role.DRAFTER, 3).deputy_rank is None
    assert hall.enter("dairi2", Role.APPROVER).deputy_rank == 2


@pytest.mark.parametrize("submit_first", [False, True])
def test_one_person_sends_a_released_notice_alone_and_everybody_responsible_is_told_at_once(
    hall: Hall, *, submit_first: bool
) -> None:
    number = hall.submitted() if submit_first else hall.draft()

    alone(hall, number)

    bulletin = hall.bulletin(number)
    assert (bulletin.state, bulletin.urgent, bulletin.starts_at) == ("waiting", True, hall.clock.now())
    assert bulletin.approved_by_road == "alone"
    for name in ("kacho", "bucho", "dairi1", "dairi2", "kanri"):
        letter = hall.letters(name)[-1]
        assert "tantoさんが、下のお知らせをほかの人の承認なしに配信しました" in letter
        assert REASON in letter
        assert TEXT in letter
    line = hall.history(number)[-1]
    assert json.loads(line.details)["road"] == "alone"
    assert json.loads(line.details)["reason"] == REASON
    assert hall.open_due() == 1


def test_no_codes_are_mailed_of_what_one_person_sends_alone(hall: Hall) -> None:
    alone(hall, hall.draft())

    assert len(hall.letters("kacho")) == 1


@on_both
def test_what_was_sent_alone_waits_for_any_approver_but_the_sender(hall: Hall) -> None:
    number = hall.draft(who="kacho")
    alone(hall, number, "kacho")

    assert waiting_for(hall, "kacho") == []
    assert waiting_for(hall, "bucho") == waiting_for(hall, "dairi2") == [number]
    with pytest.raises(NotAllowed):
        countersign(hall, number, "kacho")
    countersign(hall, number, "dairi2")
    assert waiting_for(hall, "bucho") == []


def test_any_other_notice_is_refused(hall: Hall) -> None:
    shelf = hall.home.shelf
    other = shelf.get("event")
    number = hall.draft(replace(PLAIN, notice="event", fields=dict(other.example)))

    with pytest.raises(NotAllowed):
        alone(hall, number)

    assert hall.bulletin(number).state == BulletinState.DRAFT
    assert hall.letters("kacho") == []


def test_a_drill_is_never_sent_alone_even_where_it_was_released(hall: Hall) -> None:
    number = hall.draft(replace(PLAIN, notice="drill", fields=dict(hall.home.shelf.get("drill").example)))

    with pytest.raises(NotAllowed):
        alone(hall, number)


@pytest.mark.parametrize("reason", ["", " \u3000\n"])
def test_without_a_reason_nothing_leaves_alone(hall: Hall, reason: str) -> None:
    number = hall.draft()

    with pytest.raises(ReasonMissing):
        alone(hall, number, reason=reason)

    assert hall.bulletin(number).state == BulletinState.DRAFT
    assert hall.bulletin(number).submitted_at is None


def test_a_blocking_check_stops_a_single_person_too(hall: Hall) -> None:
    text = "〇〇町で火災が発生しています。近くの方は、すぐに避難してください。"
    number = hall.draft(replace(PLAIN, fields={"subject": "火災のお知らせ", "text": text}))

    with pytest.raises(Blocked):
        alone(hall, number)


@on_both
def test_a_viewer_sends_nothing_alone_and_nothing_leaves_alone_twice(hall: Hall) -> None:
    hall.enter("etsuran", Role.VIEWER)
    number = hall.draft()

    with pytest.raises(NotAllowed):
        alone(hall, number, "etsuran")
    alone(hall, number)
    with pytest.raises(AlreadyDone):
        alone(hall, number, "kacho")


def test_only_the_version_that_was_read_leaves_alone(hall: Hall) -> None:
    number = hall.draft()

    with pytest.raises(WrongState):
        hall.home.approval_desk.send_alone(number, Decision(reason=REASON, version=2), hall.who("tanto"))


def test_off_by_default_nobody_sends_anything_alone(ready_url: str, clock: HandClock, tmp_path: Path) -> None:
    with town_hall(ready_url, clock, tmp_path) as hall:
        number = hall.draft()

        with pytest.raises(NotAllowed):
            alone(hall, number)
