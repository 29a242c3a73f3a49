"""Progress: what is shown while a bulletin goes out, and what proves that it is finished."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bulletins.progress import Progress
from mailer import tallies
from mailer.courier import Outcome
from mailer.outbox_tables import State
from tests.bulletins.office import GONE, LATER, OK, Office

NAMES = tuple("abcdefgh")


def adds_up(counted: Progress) -> bool:
    return counted.counts.ended + counted.counts.deferred + counted.queued == counted.audience


def test_before_its_start_a_bulletin_has_no_audience(office: Office) -> None:
    office.residents("taro")

    counted = office.progress(office.waiting())

    assert (counted.audience, counted.queued, counted.fanned_out) == (0, 0, False)


def test_every_letter_is_in_one_place_at_every_moment(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bulletins.publishing.CHUNK", 3)
    office.residents(*NAMES)
    number = office.begun()

    seen = [office.progress(number)]
    while office.fan_out_once():
        seen.append(office.progress(number))
        office.post(lambda name: LATER if name in "ce" else OK, limit=2)
        seen.append(office.progress(number))
    office.clock.move(timedelta(hours=2))
    office.post(lambda name: GONE if name == "c" else OK)
    seen.append(office.progress(number))

    assert all(map(adds_up, seen))
    assert max(one.counts.deferred for one in seen) > 0
    last = seen[-1]
    assert (last.audience, last.counts.sent, last.counts.failed, last.queued) == (8, 7, 1, 0)


def test_a_later_bounce_keeps_sent_and_adds_to_not_reached(office: Office) -> None:
    office.residents("a", "b", "c")
    number = office.sending()
    office.post(lambda name: GONE if name == "b" else OK)

    change = tallies.Change(f"bulletin:{number}", "example.jp", {tallies.BOUNCED: 1})
    office.meddle(lambda session: tallies.add(session, "post-room", [change]))

    counted = office.progress(number)
    assert (counted.counts.sent, counted.counts.bounced, counted.not_reached) == (2, 1, 2)
    assert adds_up(counted)
    assert office.finish() == 1


def test_the_tallies_of_one_bulletin_are_not_those_of_another(office: Office) -> None:
    office.residents("a", "b")
    first = office.sending()
    office.post()
    second = office.sending()

    assert office.progress(first).counts.sent == 2
    assert office.progress(second).counts.sent == 0
    assert office.progress(second).queued == 2


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rounds=st.lists(st.lists(st.sampled_from([OK, LATER, GONE]), min_size=8, max_size=8), max_size=4))
def test_whatever_servers_answer_the_counts_are_those_of_the_rows(office: Office, rounds: list[list[Outcome]]) -> None:
    if not office.received():
        office.residents(*NAMES)
    number = office.sending()

    for answers in rounds:
        by_name = dict(zip(NAMES, answers, strict=True))
        office.post(by_name.__getitem__)
        office.clock.move(timedelta(minutes=20))

    counted = office.progress(number)
    rows = [row.state for row in office.rows() if row.batch == f"bulletin:{number}"]
    assert adds_up(counted)
    assert counted.audience == len(rows) == len(NAMES)
    for state in State:
        shown = counted.queued if state is State.QUEUED else getattr(counted.counts, state.value)
        assert shown == rows.count(state.value)
    office.clock.set(office.bulletin(number).started_at or office.clock.now())
