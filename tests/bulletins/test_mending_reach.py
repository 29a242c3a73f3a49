"""How many a correction reaches, and whom it reaches when nobody knows any more who was sent what was wrong."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bulletins.drafting import Sheet
from mailer import claims, had_letter
from mailer.claims import Wish
from mailer.folding import Spans, fold
from mailer.outbox_tables import Lane
from subscribers.audience import Reach
from subscribers.choices import Choices
from subscribers.erasure import erase_left
from subscribers.tables import Subscriber
from tests.bulletins.corrections import NAMES, correction, fanned_out, finished, got, leave, reach
from tests.bulletins.office import GONE, OK, TEXT, Office
from tests.support.old_letters import strides


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


def test_where_thousands_are_off_the_towns_list_the_reach_is_told_as_a_span(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.residents(*NAMES)
    first = finished(office)
    number = office.draft(correction(first))
    with office.database.write() as session:
        session.execute(update(Subscriber).where(Subscriber.id <= 2).values(in_city_list=False))
    exact = reach(office, number)[0]
    monkeypatch.setattr(had_letter, "FEW", 1)
    span = reach(office, number)[0]

    assert (exact.reached, exact.had, exact.had_at_most) == (5, 5, None)
    assert (span.reached, span.had, span.had_at_most) == (5, 5, 7)


def test_the_reach_of_a_correction_of_a_correction_is_exact_though_nobody_counts_all_letters(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.residents("refused", *NAMES)
    first = office.sending()
    office.post(lambda name: GONE if name == "refused" else OK)
    assert office.finish() == 1
    office.clock.move(timedelta(minutes=1))
    second = finished(office, correction(first))
    number = office.draft(correction(second))
    monkeypatch.setattr(had_letter, "FEW", 3)

    assert reach(office, number) == (Reach(8, 7, 0, 0, had=7), False)


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
    office.residents("refused", *NAMES)
    first = office.sending()
    office.post(lambda name: GONE if name == "refused" else OK)
    assert office.finish() == 1
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
    assert got(office, number) == [*NAMES, "new", "refused"]
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


def test_who_was_refused_and_then_not_sent_it_again_never_had_it(office: Office) -> None:
    office.residents("a", "refused")
    first = office.sending()
    office.post(lambda name: GONE if name == "refused" else OK)
    assert office.finish() == 1
    assert office.send_again(first) == 1
    office.halt(first)

    assert reach(office, office.submitted(correction(first)))[0].had == 1
    assert fanned_out(office, correction(first)) == ["a"]


def test_over_whom_a_sender_died_stays_one_who_may_have_it_when_it_is_sent_again(office: Office) -> None:
    office.residents("a")
    first = office.sending()
    with office.database.write() as session:
        claims.claim(session, "dead", Wish(dict.fromkeys(Lane, 1)), at=office.clock.now())
    office.clock.move(timedelta(days=14))
    office.post()
    assert office.finish() == 1
    assert office.send_again(first) == 1
    office.halt(first)

    assert fanned_out(office, correction(first)) == ["a"]
