"""電話承認: who may read out and type in a code, two at once, and what is kept of it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from admin.desk.bulletin_desk import signatory
from admin.people import staff
from admin.people.roles import Role
from bulletins.approval import ReasonMissing
from bulletins.approval_codes import TRIES, ApprovalCodeRow, CodeRefused
from bulletins.approval_marks import AlreadyDone
from bulletins.life import BulletinState, WrongState
from bulletins.signatory import NotAllowed
from bulletins.tables import Bulletin
from foundation.ledger import LedgerLine
from mailer.outbox_tables import LetterRow
from tests.admin.town_hall import Hall, town_hall
from tests.support.clock import HandClock


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
