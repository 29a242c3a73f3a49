"""緊急単独配信 sends what the one person read, though somebody else may be typing in the same draft."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from admin.desk.version_guard import Keeper, Seen
from bulletins.approval import Decision
from bulletins.life import BulletinState, WrongState
from bulletins.rough_drafts import Stroke
from bulletins.signatory import NotAllowed
from tests.admin.town_hall import PLAIN, TEXT, Hall, town_hall
from tests.support.clock import HandClock

REASON = "夜間で連絡が取れず、火災が広がっているため"


@pytest.fixture
def hall(ready_url: str, clock: HandClock, tmp_path: Path) -> Iterator[Hall]:
    with town_hall(ready_url, clock, tmp_path, HANSHO_SOLO_NOTICES="plain") as hall:
        yield hall


def typed(hall: Hall, text: str, number: int | None = None, *, seen: Seen | None = None) -> int:
    """Saved by itself while somebody types."""
    sheet = replace(PLAIN, fields={**PLAIN.fields, "text": text})
    keeper = Keeper(hall.home.bulletin_desk, hall.who("kacho"))
    kept = keeper.keep(Stroke(sheet, page="a" * 32, quiet=True), number, seen=seen)
    assert kept is not None
    return kept.id


def read(hall: Hall, number: int) -> Decision:
    """What the page that asks was opened with."""
    bulletin = hall.bulletin(number)
    return Decision(reason=REASON, version=bulletin.version, revision=bulletin.revision)


def test_what_was_typed_after_it_was_read_does_not_leave_alone(hall: Hall) -> None:
    number = typed(hall, TEXT)
    decision = read(hall, number)
    typed(hall, TEXT + "なお、これは書きかけの", number)

    with pytest.raises(WrongState, match="内容が変わった"):
        hall.home.approval_desk.send_alone(number, decision, hall.who("tanto"))

    assert hall.bulletin(number).state == BulletinState.DRAFT
    assert hall.open_due() == 0


def test_what_was_read_leaves_alone_though_it_was_only_saved_by_itself(hall: Hall) -> None:
    number = typed(hall, TEXT)

    hall.home.approval_desk.send_alone(number, read(hall, number), hall.who("tanto"))

    assert hall.bulletin(number).state == BulletinState.WAITING


@pytest.mark.parametrize("version", [None, 1])
def test_a_version_alone_names_nothing_that_somebody_is_still_typing(hall: Hall, version: int | None) -> None:
    number = typed(hall, TEXT)

    with pytest.raises(WrongState, match="書いている途中"):
        hall.home.approval_desk.send_alone(number, Decision(reason=REASON, version=version), hall.who("tanto"))


def test_what_one_person_submitted_and_another_sent_is_signed_off_by_a_third(hall: Hall) -> None:
    number = hall.submitted(who="bucho")
    hall.home.approval_desk.send_alone(number, read(hall, number), hall.who("tanto"))

    with pytest.raises(NotAllowed):
        hall.home.approval_desk.countersign(number, hall.who("bucho"))

    hall.home.approval_desk.countersign(number, hall.who("kacho"))


def test_whoever_submitted_does_not_sign_off_what_a_deputy_approved_for_them(hall: Hall) -> None:
    number = hall.submitted(who="kacho")
    hall.approve(number, "dairi1")

    with pytest.raises(NotAllowed):
        hall.home.approval_desk.countersign(number, hall.who("kacho"))

    hall.home.approval_desk.countersign(number, hall.who("bucho"))
