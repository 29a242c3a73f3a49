"""Domain paces: nobody gets the same slot, the urgent go first, and who complained is left alone for a while."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from foundation.database import Database
from mailer.carrier_groups import Limits
from mailer.domain_paces import DomainPaceRow, complaining, held, hold, released, take_slots
from mailer.outbox_tables import Lane
from mailer.pacing import BURST, Slots
from tests.support.mail_engine import AT

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
RATES = {"docomo": Limits(per_minute=600), "au": Limits(per_minute=60), "free": Limits()}
Wanted = Mapping[tuple[str, Lane], int]


def limits(place: str) -> Limits:
    return RATES.get(place, Limits())


def taken(
    database: Database,
    wanted: Wanted,
    *,
    at: datetime = AT,
    within: timedelta | None = None,
    rate: int | None = None,
) -> Mapping[tuple[str, Lane], Slots]:
    """At the usual rates, or all places at one `rate`."""
    with database.write() as session:
        return take_slots(
            session, wanted, (lambda _: Limits(per_minute=rate)) if rate else limits, at=at, within=within
        )


def one(
    database: Database,
    count: int,
    lane: Lane = Lane.BULK,
    *,
    place: str = "docomo",
    at: datetime = AT,
    within: timedelta | None = None,
) -> list[datetime]:
    slots = taken(database, {(place, lane): count}, at=at, within=within)[(place, lane)]
    return [slots.moment(k) for k in range(slots.count)]


def complain(
    database: Database, place: str = "docomo", *, at: datetime = AT, hint: timedelta | None = None
) -> timedelta:
    with database.write() as session:
        return hold(session, place, at=at, hint=hint) - at


def succeed(database: Database, *places: str, at: datetime) -> None:
    with database.write() as session:
        released(session, places, at=at)


def held_now(database: Database, *, at: datetime) -> Mapping[str, datetime]:
    with database.read() as session:
        return held(session, at=at)


def test_who_takes_later_gets_later_slots(database: Database) -> None:
    first, second = one(database, 100), one(database, 100)

    assert first[-1] + SECOND / 10 == second[0]
    assert second[-1] == AT + 18.9 * SECOND


def test_carriers_do_not_wait_for_each_other(database: Database) -> None:
    one(database, 1000)

    both = taken(database, {("docomo", Lane.BULK): 1, ("au", Lane.BULK): 1})

    assert both[("au", Lane.BULK)].moment(0) == AT
    assert both[("docomo", Lane.BULK)].moment(0) == AT + 99 * SECOND


def test_an_urgent_letter_does_not_wait_behind_bulk_and_bulk_waits_for_it(database: Database) -> None:
    bulk = one(database, 600)
    urgent = one(database, 300, Lane.URGENT)
    later = one(database, 1)

    assert urgent[0] == AT
    assert urgent[-1] == AT + 28.9 * SECOND
    assert later[0] == bulk[-1] + SECOND / 10 + 30 * SECOND


def test_a_reply_comes_after_the_urgent_and_before_bulk(database: Database) -> None:
    slots = taken(
        database,
        {("docomo", Lane.BULK): 50, ("docomo", Lane.URGENT): 50, ("docomo", Lane.REPLY): 50},
    )

    begun = [slots[("docomo", lane)].moment(0) for lane in Lane]
    assert begun == [AT, AT + 4 * SECOND, AT + 9 * SECOND]


def test_only_what_fits_is_given_out(database: Database) -> None:
    within = timedelta(seconds=5)
    first = one(database, 1000, within=within)
    nothing = taken(database, {("docomo", Lane.BULK): 1000}, within=within)[("docomo", Lane.BULK)]

    assert (len(first), first[-1]) == (61, AT + within)
    assert (nothing.count, nothing.next_free) == (0, AT + 6.1 * SECOND)
    assert len(one(database, 1000, at=nothing.next_free - BURST, within=within)) == 51


def test_a_place_without_a_rate_costs_nothing_and_has_no_limit(database: Database) -> None:
    slots = taken(database, {("free", Lane.BULK): 5000, ("town.example.jp", Lane.BULK): 1})

    assert slots[("free", Lane.BULK)].moment(4999) == AT
    assert slots[("town.example.jp", Lane.BULK)].moment(0) == AT
    with database.read() as session:
        assert not take_slots(session, {}, limits, at=AT)


def test_two_senders_never_get_the_same_slot(database: Database) -> None:
    def sender(_: int) -> list[datetime]:
        return [moment for _ in range(8) for moment in one(database, 30)]

    with ThreadPoolExecutor(2) as pool:
        moments = sorted(moment for mine in pool.map(sender, range(2)) for moment in mine)

    even = [max(AT, AT + (k - 10) * SECOND / 10) for k in range(480)]
    assert moments == even


def test_senders_that_want_the_same_carriers_in_any_order_do_not_block_each_other(database: Database) -> None:
    places = ["docomo", "au", *(f"d{n}.jp" for n in range(6))]

    def sender(number: int) -> int:
        for round_ in range(10):
            turn = (number + round_) % len(places)
            taken(database, {(p, Lane.BULK): 1 for p in places[turn:] + places[:turn]}, rate=6000)
        return number

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(sender, range(3))) == [0, 1, 2]


def test_rows_are_locked_in_the_order_of_their_names(database: Database) -> None:
    """So that two senders never each hold what the other one waits for; SQLite has only one lock."""
    for place in ("c", "b", "a"):
        complain(database, place)
    locked = select(DomainPaceRow).with_for_update(nowait=True)
    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            session.execute(locked.where(DomainPaceRow.place == "b"))
            waiting = pool.submit(taken, database, {(p, Lane.BULK): 1 for p in "abc"}, rate=600)
            with suppress(TimeoutError):
                waiting.result(timeout=0.3)
            session.execute(locked.where(DomainPaceRow.place == "c"))

        assert len(waiting.result()) == 3


def test_complaints_in_a_row_hold_longer_and_a_success_makes_us_forget(database: Database) -> None:
    at = AT
    for expected in (30, 60, 120):
        pause = complain(database, at=at)
        assert pause == expected * SECOND
        at += pause + SECOND

    succeed(database, "docomo", "au", at=at)

    assert complain(database, at=at) == 30 * SECOND


def test_letters_refused_together_are_one_complaint(database: Database) -> None:
    for late in range(20):
        assert complain(database, at=AT + late * SECOND) == (30 - late) * SECOND

    assert complain(database, at=AT + 30 * SECOND) == 60 * SECOND


def test_a_longer_hint_during_a_hold_makes_it_longer_but_counts_no_more(database: Database) -> None:
    complain(database)

    assert complain(database, at=AT + SECOND, hint=5 * MINUTE) == 5 * MINUTE
    assert complain(database, at=AT + 2 * SECOND, hint=timedelta(days=1)) == 60 * MINUTE
    assert complain(database, at=AT + 62 * MINUTE) == 60 * SECOND


def test_a_letter_accepted_while_others_were_refused_does_not_end_the_hold(database: Database) -> None:
    complain(database)

    succeed(database, "docomo", at=AT + SECOND)

    assert held_now(database, at=AT + SECOND) == {"docomo": AT + 30 * SECOND}
    assert complain(database, at=AT + MINUTE) == MINUTE


def test_a_hold_ends_by_itself(database: Database) -> None:
    complain(database)
    complain(database, "town.example.jp", hint=5 * MINUTE)

    assert held_now(database, at=AT) == {"docomo": AT + 30 * SECOND, "town.example.jp": AT + 5 * MINUTE}
    assert held_now(database, at=AT + 30 * SECOND) == {"town.example.jp": AT + 5 * MINUTE}
    assert held_now(database, at=AT + 5 * MINUTE) == {}


def test_who_complained_is_known_until_a_letter_was_taken(database: Database) -> None:
    complain(database)
    one(database, 1, place="au")
    with database.read() as session:
        assert set(complaining(session)) == {"docomo"}

    succeed(database, "docomo", at=AT + MINUTE)

    with database.read() as session:
        assert not complaining(session)


def test_slots_of_a_held_carrier_begin_when_the_hold_ends(database: Database) -> None:
    complain(database, hint=2 * MINUTE)

    assert one(database, 5, within=SECOND) == []
    moments = one(database, 20)

    assert moments[0] == AT + 2 * MINUTE
    assert moments[-1] == AT + 2 * MINUTE + 0.9 * SECOND


@pytest.mark.parametrize("lane", [Lane.URGENT, Lane.REPLY])
def test_no_hold_keeps_an_urgent_letter_or_a_reply_back_but_the_pace_does(database: Database, lane: Lane) -> None:
    complain(database, hint=10 * MINUTE)

    moments = one(database, 20, lane)

    assert moments[0] == AT
    assert moments[-1] == AT + 0.9 * SECOND


def test_holds_and_slots_of_one_carrier_leave_each_other_alone(database: Database) -> None:
    one(database, 600)
    complain(database)
    succeed(database, "docomo", at=AT + 30 * SECOND)

    assert one(database, 1, at=AT + 30 * SECOND) == [AT + 59 * SECOND]


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(Lane), st.integers(1, 40), st.integers(0, 3000)), max_size=8))
def test_lanes_together_keep_the_pace_from_what_is_given_out_last(
    sqlite: Database, takings: list[tuple[Lane, int, int]]
) -> None:
    at, place, total = AT, f"p{len(takings)}-{hash(tuple(takings)) & 0xFFFFFFFF}", 0
    for lane, count, gap in takings:
        at += timedelta(milliseconds=gap)
        slots = taken(sqlite, {(place, lane): count}, at=at, rate=600)
        total += count
        assert slots[(place, lane)].moment(0) >= at

    last = taken(sqlite, {(place, Lane.BULK): 1}, at=at, rate=600)
    assert last[(place, Lane.BULK)].next_free >= AT + (total + 1) * SECOND / 10
