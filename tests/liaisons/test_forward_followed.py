"""What is done to a bulletin is done to what was passed on of it, and what puts it right follows."""

from sqlalchemy import update

from bulletins.approval import Decision
from mailer.outbox_tables import State
from mailer.quiet import is_quiet
from subscribers.tables import Subscriber
from tests.bulletins.corrections import correction, retraction
from tests.liaisons.neighbourhood import CIRCLE, Neighbourhood, sent


def test_halting_a_bulletin_halts_what_was_passed_on_and_resuming_resumes_it(
    town: Neighbourhood, small_chunks: int
) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = sent(town)
    town.office.post()
    town.forward(liaison, number)
    town.pass_on_once()

    town.office.halt(number)
    town.pass_on()
    halted = town.office.post()
    town.office.resume(number)
    town.pass_on()

    assert (halted, len(town.received(number))) == ([], 6)
    assert sorted(town.office.post()) == list(CIRCLE)


def test_withdrawing_a_bulletin_withdraws_what_was_passed_on(town: Neighbourhood, small_chunks: int) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = sent(town)
    town.office.post()
    town.forward(liaison, number)
    town.pass_on_once()

    town.office.withdraw(number)
    town.pass_on()
    town.office.post()

    ends = {row.state for row in town.office.rows() if is_quiet(row.batch)}
    assert ends == {State.SUPPRESSED.value}


def test_a_correction_reaches_everyone_whom_a_forward_reached_and_nobody_else(town: Neighbourhood) -> None:
    town.office.residents("taro")
    liaison, other = town.liaison("sato", *CIRCLE), town.liaison("ito", "z")
    number = sent(town)
    town.forward(liaison, number)
    town.settle_all(number)

    mending = town.office.sending(correction(number))
    assert town.has_work(), "the sender looks by itself"
    town.settle_all(mending)

    assert other
    assert not town.has_work()
    assert town.received(mending) == dict.fromkeys(("sato", "ito", "taro", *CIRCLE), 1)
    assert town.text("a", mending).startswith(town.office.bulletin(mending).text)


def test_a_correction_reaches_who_had_it_as_a_resident_and_is_in_a_circle_alone_by_now(town: Neighbourhood) -> None:
    town.office.residents("taro", "jiro")
    liaison = town.liaison("sato", "taro")
    number = sent(town)
    town.settle_all(number)
    left = update(Subscriber).where(Subscriber.address == "taro@example.jp").values(in_city_list=False)
    town.office.meddle(lambda session: session.execute(left))

    mending = town.office.sending(correction(number))
    town.settle_all(mending)

    assert liaison
    assert town.received(mending) == dict.fromkeys(("sato", "taro", "jiro"), 1)
    assert town.office.progress(mending).audience == 2, "in the quiet batch, since a circle holds them"


def test_a_retraction_of_a_correction_reaches_them_too(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = sent(town)
    town.forward(liaison, number)
    town.settle_all(number)
    mending = town.office.sending(correction(number))
    town.settle_all(mending)

    retracted = town.office.sending(retraction(mending))
    town.settle_all(retracted)

    assert town.received(retracted) == dict.fromkeys(("sato", *CIRCLE), 1)


def test_once_a_correction_is_approved_no_wrong_letter_leaves_and_who_had_none_gets_no_correction(
    town: Neighbourhood, small_chunks: int
) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = sent(town)
    town.office.post()
    town.office.finish()
    town.forward(liaison, number)
    town.pass_on_once()
    assert town.office.post(limit=2) == ["a", "b"]

    town.office.waiting(correction(number), Decision(no_hold=True))
    meanwhile = town.office.post()
    town.office.open_due()
    mending = number + 1
    town.settle_all(mending)

    assert meanwhile == []
    assert town.received(mending) == dict.fromkeys(("sato", "a", "b"), 1)
    assert {row.state for row in town.office.rows() if row.address == "c@example.jp"} == {State.SUPPRESSED.value}


def test_a_correction_that_is_taken_back_lets_forwards_go_on(town: Neighbourhood, small_chunks: int) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = sent(town)
    town.office.post()
    town.office.finish()
    town.forward(liaison, number)
    town.pass_on_once()
    mending = town.office.waiting(correction(number))

    town.office.give_back(mending, "まちがいではなかった")
    town.pass_on()

    assert sorted(town.office.post()) == list(CIRCLE)


def test_a_crash_while_a_correction_follows_forwards_neither_loses_nor_doubles_anybody(
    town: Neighbourhood, small_chunks: int
) -> None:
    forwarding = town.office.home.network.forwarding
    liaison = town.liaison("sato", *CIRCLE)
    number = sent(town)
    town.forward(liaison, number)
    town.settle_all(number)
    mending = town.office.sending(correction(number))

    more = True
    while more:
        town.crash(lambda session: forwarding.fan_out(session, at=town.office.clock.now()))
        more = town.pass_on_once()
        town.office.post()

    assert town.received(mending) == dict.fromkeys(("sato", *CIRCLE), 1)


def test_pulling_back_one_of_two_corrections_does_not_let_go_what_was_passed_on(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", *CIRCLE)
    number = sent(town)
    town.settle_all(number)
    town.forward(liaison, number)
    town.pass_on()
    first, second = (town.office.waiting(correction(number)) for _ in range(2))

    town.office.give_back(first, "書き直します。")
    while_another_waits = town.office.post()
    town.office.give_back(second, "書き直します。")

    assert while_another_waits == []
    assert sorted(town.office.post()) == list(CIRCLE)
