"""A bulletin on its way: withdrawn, halted, resumed, and sent again to those it did not reach."""

from datetime import timedelta

import pytest

from bulletins.life import BulletinState, WrongState
from bulletins.signatory import NotAllowed
from mailer.outbox_tables import State
from tests.bulletins.office import ANNA, BEN, GONE, OK, Office, tokyo


def test_withdrawing_before_the_start_leaves_nothing_to_send(office: Office) -> None:
    office.residents("taro")
    number = office.waiting()

    office.withdraw(number)
    office.clock.move(timedelta(hours=1))

    assert office.open_due() == 0
    assert office.order(number) is None
    assert office.rows() == []


def test_withdrawing_ends_open_letters_as_suppressed_and_the_counts_reconcile(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bulletins.publishing.CHUNK", 4)
    office.residents("a", "b", "c", "d", "e", "f")
    number = office.begun()
    office.fan_out_once()
    assert office.post(limit=1) == ["a"]

    office.withdraw(number)
    office.fan_out()

    assert office.post() == []
    counted = office.progress(number)
    assert (counted.audience, counted.counts.sent, counted.counts.suppressed) == (4, 1, 3)
    assert counted.counts.ended == counted.audience
    assert counted.queued == 0
    assert {row.state for row in office.rows()} == {State.SENT, State.SUPPRESSED}


def test_what_is_withdrawn_or_sent_is_over(office: Office) -> None:
    withdrawn = office.draft()
    office.withdraw(withdrawn)
    sent = office.sending()
    office.finish()

    for number in (withdrawn, sent):
        for deed in (office.submit, office.withdraw, office.halt, office.resume):
            with pytest.raises(WrongState):
                deed(number, BEN)
    assert office.bulletin(sent).state == BulletinState.SENT


def test_halting_and_resuming_neither_lose_nor_double_anybody(office: Office) -> None:
    office.residents("a", "b", "c")
    number = office.sending()
    office.post(limit=1)

    office.halt(number)
    assert office.post() == []
    office.resume(number)

    assert sorted(office.post()) == ["b", "c"]
    assert office.finish() == 1


def test_only_an_approver_resumes_or_sends_again(office: Office) -> None:
    number = office.sending()
    office.halt(number)

    with pytest.raises(NotAllowed):
        office.resume(number, ANNA)
    with pytest.raises(NotAllowed):
        office.send_again(number, ANNA)


def test_send_again_goes_to_failed_and_expired_only_as_the_same_letter(office: Office) -> None:
    office.residents("sent", "gone", "late")
    number = office.sending()
    office.post(lambda name: GONE if name == "gone" else OK, limit=2)
    office.clock.move(timedelta(days=2))
    office.post()
    assert office.finish() == 1
    before = {row.address: row.id for row in office.rows()}
    office.clock.set(tokyo("2026-11-24T10:00:00"))

    again = office.send_again(number)

    assert again == 2
    assert office.bulletin(number).state == BulletinState.SENDING
    assert sorted(office.post()) == ["gone", "late"]
    assert {row.address: row.id for row in office.rows()} == before, "the Message-ID is made of the row's number"
    assert office.finish() == 1
    counts = office.progress(number).counts
    assert (counts.sent, counts.failed, counts.expired) == (3, 0, 0)


def test_send_again_outside_the_hours_leaves_time_after_the_next_opening(office: Office) -> None:
    office.residents("gone")
    number = office.sending()
    office.post(lambda _name: GONE)
    office.finish()
    office.clock.set(tokyo("2026-11-20T20:00:00"))

    office.send_again(number)

    assert office.rows()[0].expires_at == tokyo("2026-11-24T09:00:00") + timedelta(hours=24)


def test_send_again_does_not_set_a_halted_bulletin_going(office: Office) -> None:
    number = office.sending()
    office.halt(number)

    with pytest.raises(WrongState):
        office.send_again(number)


@pytest.mark.parametrize("state", ["draft", "submitted", "waiting", "sending"])
def test_send_again_is_for_what_was_sent(office: Office, state: str) -> None:
    number = getattr(office, state)()

    with pytest.raises(WrongState):
        office.send_again(number)
