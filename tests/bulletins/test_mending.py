"""A correction or retraction goes to exactly those who were already sent what was wrong, once each."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bulletins import mending
from bulletins.approval import Decision
from bulletins.drafting import Sheet, find
from bulletins.life import BulletinState, NotNow
from bulletins.tables import PublishingOrder
from mailer import claims, records
from mailer.claims import Wish
from mailer.courier import Outcome
from mailer.outbox_tables import Lane, OutboxRow, State
from mailer.records import Result
from subscribers.choices import Choices
from subscribers.tables import Subscriber
from tests.bulletins.corrections import NAMES, correction, fanned_out, finished, got, leave, reach, retraction
from tests.bulletins.office import GONE, LATER, OK, SENDER, SILENCE, TEXT, Office

on_both = pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """Both where senders are in the way, or where the fan-out takes several turns."""
    return str(getattr(request, "param", "sqlite"))


@on_both
def test_who_came_in_between_gets_no_correction_and_who_left_gets_none_either(
    office: Office, small_chunks: int
) -> None:
    office.residents(*NAMES)
    first = finished(office)
    office.residents("new")
    leave(office, 2)

    number = office.sending(correction(first))

    assert got(office, number) == ["a", "c", "d", "e", "f", "g"]
    assert office.progress(number).audience == 6
    assert office.progress(number).fanned_out
    assert len(office.post()) == 6
    assert office.finish() == 1


def test_only_those_who_were_sent_it_bounced_or_not_get_the_correction(office: Office) -> None:
    office.residents("sent", "bounced", "refused", "put-off")
    first = office.sending()
    answers: dict[str, Outcome] = {"refused": GONE, "put-off": LATER}
    office.post(lambda name: answers.get(name, OK))
    office.meddle(
        lambda session: session.execute(
            update(OutboxRow).where(OutboxRow.address == "bounced@example.jp").values(bounced_as="gone")
        )
    )
    office.halt(first)

    assert fanned_out(office, correction(first)) == ["bounced", "sent"]


def test_topics_and_areas_do_not_narrow_what_is_put_right(office: Office) -> None:
    office.residents("a", choices=Choices(topics=("crime",)))
    first = finished(office)

    assert fanned_out(office, replace(correction(first), topics=["weather"])) == ["a"]


def test_a_halted_and_withdrawn_bulletin_is_put_right_for_those_alone_who_have_it(
    office: Office, small_chunks: int
) -> None:
    office.residents(*NAMES)
    first = office.sending()
    office.post(limit=3)
    office.halt(first)
    office.withdraw(first)
    office.post()

    assert fanned_out(office, retraction(first)) == ["a", "b", "c"]
    assert got(office, first) == list(NAMES)


@on_both
def test_a_letter_over_which_a_sender_died_counts_as_sent(office: Office) -> None:
    office.residents("a", "b", "c")
    first = office.sending()
    with office.database.write() as session:
        claims.claim(session, "dead", Wish(dict.fromkeys(Lane, 1)), at=office.clock.now())
    office.halt(first)
    number = office.waiting(correction(first), Decision(no_hold=True))

    assert office.open_due() == 0, "a sender has it in hand: wait and see"
    office.clock.move(mending.IN_HAND)
    assert office.open_due() == 1
    office.fan_out()

    assert got(office, number) == ["a"]


def test_a_letter_over_which_a_sender_died_counts_as_sent_after_its_batch_was_swept_too(office: Office) -> None:
    office.residents("a", "b", "c")
    first = office.sending()
    with office.database.write() as session:
        claims.claim(session, "dead", Wish(dict.fromkeys(Lane, 1)), at=office.clock.now())
    office.withdraw(first)
    office.clock.move(timedelta(minutes=2))
    office.post()

    assert {row.state for row in office.rows()} == {State.SUPPRESSED}
    assert fanned_out(office, correction(first)) == ["a"]


@on_both
def test_a_letter_whose_content_a_relay_took_in_silence_counts_as_sent_whatever_is_said_to_it_later(
    office: Office,
) -> None:
    office.residents("silence", "later", "sent")
    first = office.sending()
    office.post(lambda name: {"silence": SILENCE, "later": LATER}.get(name, OK))
    office.clock.move(timedelta(minutes=30))
    assert sorted(office.post(lambda _name: LATER)) == ["later", "silence"]
    office.halt(first)

    assert reach(office, office.submitted(correction(first)))[0].had == 2
    office.withdraw(first)
    office.post()

    assert fanned_out(office, retraction(first)) == ["sent", "silence"]


@on_both
def test_what_was_put_off_with_words_and_then_taken_in_silence_counts_as_sent(office: Office) -> None:
    office.residents("a")
    first = office.sending()
    office.post(lambda _name: LATER)
    office.clock.move(timedelta(minutes=30))
    office.post(lambda _name: SILENCE)
    office.withdraw(first)

    assert fanned_out(office, retraction(first)) == ["a"]


@on_both
def test_what_comes_back_from_the_wire_after_the_halt_is_put_right_too(office: Office) -> None:
    office.residents("a", "b")
    first = office.sending()

    with office.database.write() as session:
        [held] = claims.claim(session, SENDER, Wish(dict.fromkeys(Lane, 1)), at=office.clock.now()).rows
    office.halt(first)
    office.waiting(correction(first), Decision(no_hold=True))
    assert office.open_due() == 0
    with office.database.write() as session:
        records.record(session, SENDER, [Result(held, OK, office.clock.now())], at=office.clock.now())

    assert office.open_due() == 1
    office.fan_out()

    assert got(office, first + 1) == ["a"]


def test_a_correction_is_not_approved_while_the_wrong_one_is_still_being_sent(office: Office) -> None:
    office.residents(*NAMES)
    first = office.sending()
    number = office.submitted(correction(first))

    with pytest.raises(NotNow, match="先に一時停止"):
        office.approve(number)
    assert office.bulletin(number).state == BulletinState.SUBMITTED
    office.halt(first)
    office.approve(number)

    assert office.bulletin(number).state == BulletinState.WAITING


@pytest.mark.parametrize("after", ["waiting", "sending"])
def test_what_was_put_right_is_neither_resumed_nor_sent_again(office: Office, after: str) -> None:
    office.residents("a", "b")
    first = office.sending()
    office.post(limit=1)
    office.halt(first)
    before_approval = office.submitted(correction(first))

    def refused() -> bool:
        with office.database.write() as session:
            try:
                mending.refuse_going_on(session, find(session, first))
            except NotNow:
                return True
        return False

    assert refused() is False, "a draft keeps nobody from going on"
    office.approve(before_approval, Decision(no_hold=True))
    if after == "sending":
        office.open_due()

    assert refused() is True


@on_both
def test_a_correction_of_a_correction_reaches_whomever_the_chain_reached(office: Office) -> None:
    office.residents("a", "b")
    first = finished(office)
    leave(office, 1)
    second = finished(office, correction(first))
    office.meddle(lambda session: session.execute(update(Subscriber).values(state="active")))
    office.residents("new")

    third = office.sending(correction(second))

    assert (got(office, second), got(office, third)) == (["b"], ["a", "b"])
    assert office.bulletin(third).follows_id == first


def test_a_correction_of_a_follow_up_reaches_those_who_had_the_follow_up(office: Office) -> None:
    office.residents("a", "b")
    first = finished(office)
    leave(office, 1)
    second = finished(office, Sheet("plain", {"subject": "続き", "text": TEXT}, follows=first))

    assert fanned_out(office, correction(second)) == ["b"]


@on_both
def test_nobody_gets_it_twice_when_its_cursor_was_set_back(office: Office) -> None:
    office.residents(*NAMES)
    first = finished(office)
    number = office.sending(correction(first))
    again = update(PublishingOrder).where(PublishingOrder.bulletin_id == number).values(cursor=0, closed_at=None)
    office.meddle(lambda session: session.execute(again))

    office.fan_out()

    assert got(office, number) == list(NAMES)
    assert office.progress(number).audience == len(NAMES)
