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
from mailer.folding import Spans, fold
from mailer.outbox_tables import Lane, OutboxRow, State
from mailer.records import Result
from subscribers.audience import Reach
from subscribers.choices import Choices
from subscribers.erasure import erase_left
from subscribers.leaving import stop
from subscribers.tables import StopReason, Subscriber
from tests.bulletins.office import GONE, LATER, OK, SENDER, TEXT, Office
from tests.support.old_letters import strides

NAMES = ("a", "b", "c", "d", "e", "f", "g")
FIELDS = {"sent_at": "2026-11-20 10:00", "sent_subject": "市役所からのお知らせ", "wrong": "4日", "right": "5日"}
BACK = {name: FIELDS[name] for name in ("sent_at", "sent_subject")}


def correction(follows: int, *, widened: bool = False) -> Sheet:
    return Sheet("correction", FIELDS, follows=follows, widened=widened)


def retraction(follows: int) -> Sheet:
    return Sheet("retraction", BACK, follows=follows)


def got(office: Office, number: int) -> list[str]:
    """Whom the outbox holds a letter of this bulletin for, sorted."""
    batch = f"bulletin:{number}"
    return sorted(row.address.partition("@")[0] for row in office.rows() if row.batch == batch)


def fanned_out(office: Office, sheet: Sheet) -> list[str]:
    number = office.sending(sheet)
    return got(office, number)


def finished(office: Office, sheet: Sheet | None = None) -> int:
    number = office.sending(sheet) if sheet else office.sending()
    office.post()
    assert office.finish() == 1
    return number


def reach(office: Office, number: int) -> tuple[Reach, bool]:
    with office.database.read() as session:
        found = mending.addressed(session, find(session, number))
        return office.home.residents.reach(session, found.scope), found.forgotten


def leave(office: Office, number: int) -> None:
    office.meddle(lambda session: stop(session, number, StopReason.LEFT, by="resident", at=office.clock.now()))


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
    answers = {"refused": GONE, "put-off": LATER}
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


def test_a_widened_correction_reaches_the_ordinary_audience(office: Office) -> None:
    office.residents("a")
    first = finished(office)
    office.residents("new")

    assert fanned_out(office, correction(first, widened=True)) == ["a", "new"]


def test_what_reached_everybody_is_widened_to_everybody(office: Office) -> None:
    office.residents("asleep", choices=Choices(topics=("crime",)))
    first = finished(office, Sheet("evacuation", office.home.shelf.get("evacuation").example))

    assert office.bulletin(office.draft(correction(first, widened=True))).to_all is True


def test_the_reach_says_how_many_were_sent_it_and_how_many_are_still_there(office: Office) -> None:
    office.residents(*NAMES)
    first = finished(office)
    number = office.draft(correction(first))
    office.residents("new")
    leave(office, 2)

    assert reach(office, number) == (Reach(7, 6, 0, 0, had=7), False)


def test_the_reach_counts_whoever_left_erased_ones_and_letters_nobody_heard_of(office: Office) -> None:
    office.residents(*NAMES)
    first = office.sending()
    office.post(lambda name: GONE if name == "g" else OK, limit=6)
    with office.database.write() as session:
        claims.claim(session, "dead", Wish(dict.fromkeys(Lane, 1)), at=office.clock.now())
    office.withdraw(first)
    office.clock.move(timedelta(minutes=2))
    office.post()
    leave(office, 2)
    leave(office, 3)
    office.meddle(lambda session: erase_left(session, at=office.clock.now(), after=timedelta(0), limit=1))

    number = office.draft(correction(first))

    assert reach(office, number) == (Reach(5, 5, 0, 0, had=7), False)
    assert len(fanned_out(office, correction(first))) == 5


def test_once_nobody_knows_any_more_who_was_sent_it_the_ordinary_audience_gets_it(
    office: Office, small_chunks: int
) -> None:
    office.residents(*NAMES)
    first = finished(office)
    number = office.begun(correction(first))
    assert office.fan_out_once()
    assert got(office, number) == ["a", "b", "c"]
    office.residents("new")
    office.clock.move(timedelta(days=2))
    kept = Spans(kept=timedelta(days=1), memory=timedelta(0))
    assert fold(strides(office.database), kept, at=office.clock.now()) > 0

    shown = reach(office, number)
    office.fan_out()

    assert shown[1], "the page says so"
    assert got(office, number) == [*NAMES, "new"]
    assert office.bulletin(number).to_recipients_of is None
    assert "bulletin.widened" in office.deeds(number)


def test_a_change_keeps_what_a_correction_speaks_of(office: Office) -> None:
    first = finished(office)
    second = finished(office, Sheet("plain", {"subject": "続き", "text": TEXT}, follows=first))
    number = office.draft(correction(second))

    office.change(number, correction(first, widened=True))
    widened = office.bulletin(number)
    office.change(number, correction(first))
    narrowed = office.bulletin(number)

    assert (widened.follows_id, widened.mends_id, widened.to_recipients_of) == (first, second, None)
    assert (narrowed.follows_id, narrowed.mends_id, narrowed.to_recipients_of) == (first, second, second)


def test_a_correction_begun_far_behind_looks_at_few_at_a_time(office: Office, small_chunks: int) -> None:
    office.residents(*(f"n{number:02}" for number in range(40)), "last")
    first = office.sending()
    office.post(lambda name: OK if name == "last" else GONE)
    assert office.finish() == 1
    number = office.begun(correction(first))

    rounds = 0
    while office.fan_out_once():
        rounds += 1

    assert got(office, number) == ["last"]
    assert rounds >= 41 / (small_chunks * 4)


def test_nobody_gets_it_twice_when_its_cursor_was_set_back(office: Office) -> None:
    office.residents(*NAMES)
    first = finished(office)
    number = office.sending(correction(first))
    again = update(PublishingOrder).where(PublishingOrder.bulletin_id == number).values(cursor=0, closed_at=None)
    office.meddle(lambda session: session.execute(again))

    office.fan_out()

    assert got(office, number) == list(NAMES)
    assert office.progress(number).audience == len(NAMES)
