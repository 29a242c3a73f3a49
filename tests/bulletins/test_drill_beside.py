"""A drill on its way stays halted while the real thing is in force, and begins on no day but its own."""

import pytest

from admin.people.roles import Role
from admin.people.staff import Colleague
from bulletins.drafting import Sheet
from bulletins.life import BulletinState, NotNow
from tests.bulletins.office import Office, tokyo

RESPONSIBLE = Colleague(102, "責任 太郎", "ben@example.jp", Role.APPROVER)


def example(office: Office, notice: str) -> Sheet:
    return Sheet(notice, office.home.shelf.get(notice).example)


def test_a_drill_that_was_halted_for_the_real_thing_is_not_resumed_beside_it(office: Office) -> None:
    office.residents("a", "b")
    drill = office.sending(example(office, "drill"))
    office.halt(drill)
    real = office.begun(example(office, "weather"))

    with pytest.raises(NotNow, match=f"お知らせ {real}番"):
        office.home.bulletin_desk.resume(drill, RESPONSIBLE)

    assert office.bulletin(drill).state == BulletinState.HALTED
    office.withdraw(real)
    office.home.bulletin_desk.resume(drill, RESPONSIBLE)
    assert office.bulletin(drill).state == BulletinState.SENDING


def test_a_drill_is_not_sent_again_beside_the_real_thing(office: Office) -> None:
    drill = office.sending(example(office, "drill"))
    assert office.finish() == 1
    office.begun(example(office, "weather"))

    with pytest.raises(NotNow):
        office.home.bulletin_desk.send_again(drill, RESPONSIBLE)

    assert office.bulletin(drill).state == BulletinState.SENT


def day_gone_by(office: Office, *, confirmed: bool) -> int:
    """A drill for Tuesday, approved on that day or confirmed on it; the service stood still from 9:30 on."""
    if confirmed:
        sheet = Sheet("drill", office.home.shelf.get("drill").example, starts_at=tokyo("2026-11-24T10:00:00"))
        number = office.waiting(sheet)
    office.clock.set(tokyo("2026-11-24T09:30:00"))
    if confirmed:
        office.home.approval_desk.confirm_drill(number, RESPONSIBLE)
    else:
        number = office.waiting(example(office, "drill"))
    return number


@pytest.mark.parametrize("back", ["2026-11-25T08:00:00", "2026-11-25T10:00:00"])
@pytest.mark.parametrize("confirmed", [False, True])
def test_a_drill_whose_day_went_by_while_the_service_was_down_waits_for_a_person_again(
    office: Office, back: str, *, confirmed: bool
) -> None:
    number = day_gone_by(office, confirmed=confirmed)
    office.clock.set(tokyo(back))

    assert office.open_due() == 0
    office.clock.set(tokyo("2026-11-25T10:30:00"))
    assert office.open_due() == 0

    assert office.bulletin(number).confirmed_at is None
    office.home.approval_desk.confirm_drill(number, RESPONSIBLE)
    assert office.open_due() == 1


def test_a_drill_whose_day_went_by_twice_goes_back(office: Office) -> None:
    number = day_gone_by(office, confirmed=True)
    for day in ("25", "26"):
        office.clock.set(tokyo(f"2026-11-{day}T10:00:00"))
        assert office.open_due() == 0

    assert office.bulletin(number).state == BulletinState.RETURNED
