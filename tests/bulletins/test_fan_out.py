"""Fanning out: the audience of the start comes into the outbox in chunks, nobody lost and nobody doubled."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Select, delete, event, update
from sqlalchemy.orm import Session

from bulletins.approval import Decision
from bulletins.audience_source import AudienceSource
from bulletins.drafting import Sheet
from bulletins.life import BulletinState
from bulletins.tables import PublishingOrder
from mailer.outbox_tables import OutboxRow
from subscribers.audience import Reach, Scope
from subscribers.choices import Choices
from subscribers.leaving import stop
from subscribers.tables import StopReason, Subscriber
from tests.bulletins.office import SHEET, Office, tokyo

NAMES = ("a", "b", "c", "d", "e", "f", "g")


def test_everybody_is_in_the_outbox_once_across_chunks(office: Office, small_chunks: int) -> None:
    office.residents(*NAMES)
    number = office.begun()

    rounds = 0
    while office.fan_out_once():
        rounds += 1

    assert rounds == 4, "three chunks and the look that finds the end"
    assert office.received() == dict.fromkeys(NAMES, 1)
    assert office.progress(number).audience == len(NAMES)
    assert office.progress(number).fanned_out


def test_senders_may_begin_while_the_rest_is_still_fanned_out(office: Office, small_chunks: int) -> None:
    office.residents(*NAMES)
    number = office.begun()

    office.fan_out_once()

    assert office.post() == ["a", "b", "c"]
    assert office.finish() == 0
    assert office.bulletin(number).state == BulletinState.SENDING


def test_a_crash_in_any_chunk_neither_loses_nor_doubles_anybody(office: Office, small_chunks: int) -> None:
    office.residents(*NAMES)
    number = office.begun()

    more = True
    while more:
        office.crash(lambda session: office.publisher.fan_out(session, at=office.clock.now()))
        more = office.fan_out_once()
        office.post()

    assert office.received() == dict.fromkeys(NAMES, 1)
    assert office.progress(number).audience == len(NAMES)
    assert office.finish() == 1


@dataclass(frozen=True)
class Breaking:
    """An audience that breaks off when asked for what follows a number."""

    residents: AudienceSource
    after: int

    def page(self, scope: Scope, *, after: int, limit: int, at: datetime) -> Select[Any]:
        if after >= self.after:
            raise KeyboardInterrupt
        return self.residents.page(scope, after=after, limit=limit, at=at)

    def reach(self, session: Session, scope: Scope, *, at: datetime) -> Reach:
        return self.residents.reach(session, scope, at=at)


def test_another_publisher_goes_on_where_one_broke_off(office: Office, small_chunks: int) -> None:
    office.residents(*NAMES)
    office.begun()
    breaking = replace(office.publisher, source=Breaking(office.publisher.source, after=3))
    broken = replace(office, publisher=breaking)

    with pytest.raises(KeyboardInterrupt):
        broken.fan_out()
    assert sorted(office.received()) == ["a", "b", "c"]

    office.fan_out()

    assert office.received() == dict.fromkeys(NAMES, 1)


def test_a_cursor_set_back_by_a_restored_copy_sends_nothing_twice(office: Office) -> None:
    office.residents(*NAMES)
    number = office.sending()
    office.post()

    office.meddle(lambda session: session.execute(update(PublishingOrder).values(cursor=0, closed_at=None)))
    office.fan_out()

    assert office.post() == []
    assert office.received() == dict.fromkeys(NAMES, 1)
    assert office.progress(number).audience == len(NAMES)


def test_the_audience_is_that_of_the_start_not_of_the_approval(office: Office) -> None:
    office.residents("left", "stays")
    office.clock.set(tokyo("2026-11-22T12:00:00"))
    office.waiting()
    office.residents("new")
    office.meddle(lambda session: stop(session, 1, StopReason.LEFT, by="resident", at=office.clock.now()))
    office.clock.set(tokyo("2026-11-24T09:00:00"))

    office.open_due()
    office.fan_out()

    assert sorted(office.received()) == ["new", "stays"]


def test_who_leaves_before_their_turn_gets_nothing_and_is_counted_as_suppressed(office: Office) -> None:
    office.residents("left", "stays")
    number = office.sending()
    office.meddle(lambda session: stop(session, 1, StopReason.LEFT, by="resident", at=office.clock.now()))

    assert office.post() == ["stays"]

    assert office.finish() == 1
    counts = office.progress(number).counts
    assert (counts.sent, counts.suppressed) == (1, 1)


def test_topic_and_area_narrow_the_audience_and_to_all_asks_for_neither(office: Office) -> None:
    near, far = office.home.town.areas[0].key, office.home.town.areas[1].key
    office.residents("all")
    office.residents("crime", choices=Choices(topics=("crime",)))
    office.residents("suspicious", choices=Choices(topics=("suspicious",)))
    office.residents("near", choices=Choices(areas=(near,)))
    office.residents("far", choices=Choices(topics=("suspicious",), areas=(far,)))

    def reached(sheet: Sheet) -> list[str]:
        office.meddle(lambda session: session.execute(delete(OutboxRow)))
        office.sending(sheet)
        return sorted(office.received())

    suspicious = Sheet(notice="suspicious-person", fields=office.home.shelf.get("suspicious-person").example)
    evacuation = Sheet(notice="evacuation", fields=office.home.shelf.get("evacuation").example, areas=[near])
    assert reached(suspicious) == ["all", "far", "near", "suspicious"]
    assert reached(replace(suspicious, areas=[near])) == ["all", "near", "suspicious"]
    assert reached(SHEET) == ["all", "crime", "far", "near", "suspicious"]
    assert reached(evacuation) == ["all", "crime", "far", "near", "suspicious"]


def test_what_is_halted_fans_out_nothing_until_it_is_resumed(office: Office, small_chunks: int) -> None:
    office.residents(*NAMES)
    number = office.begun()
    office.fan_out_once()

    office.halt(number)
    assert office.fan_out_once() is False
    assert office.post() == []
    assert len(office.rows()) == small_chunks
    assert office.finish() == 0
    office.resume(number)
    office.fan_out()

    assert sorted(office.post()) == list(NAMES)


def test_a_halted_order_does_not_hold_up_the_one_behind_it(office: Office) -> None:
    office.residents("taro")
    office.halt(office.begun())
    second = office.begun()

    office.fan_out()

    assert {row.batch for row in office.rows()} == {f"bulletin:{second}"}


def test_an_urgent_order_fans_out_before_one_that_began_earlier(office: Office, small_chunks: int) -> None:
    office.residents(*NAMES)
    office.begun()
    office.fan_out_once()
    urgent = office.waiting(decision=Decision(urgent=True, reason="急ぐため"))
    office.open_due()

    office.fan_out_once()

    assert [row.batch for row in office.rows()][small_chunks:] == [f"bulletin:{urgent}"] * small_chunks


def test_a_resident_without_an_address_is_no_audience(office: Office) -> None:
    office.residents("erased", "stays")
    office.meddle(lambda session: session.execute(update(Subscriber).where(Subscriber.id == 1).values(address=None)))

    office.sending()

    assert sorted(office.received()) == ["stays"]


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_who_comes_in_between_the_two_looks_of_a_chunk_pushes_nobody_out(office: Office, small_chunks: int) -> None:
    """SQLite has one writer, so that nobody can."""
    office.residents(*NAMES)
    office.meddle(lambda session: session.execute(update(Subscriber).where(Subscriber.id == 2).values(state="stopped")))
    number = office.begun()
    came_back: list[bool] = []

    def second_look(connection: Connection, _cursor: Any, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO outbox") and not came_back:
            came_back.append(True)
            back = update(Subscriber).where(Subscriber.id == 2).values(state="active")
            office.meddle(lambda session: session.execute(back))

    event.listen(office.database.engine, "before_cursor_execute", second_look)
    try:
        office.fan_out()
    finally:
        event.remove(office.database.engine, "before_cursor_execute", second_look)

    assert came_back
    assert {name: times for name, times in office.received().items() if name != "b"} == dict.fromkeys("acdefg", 1)
    assert office.progress(number).audience == len(office.received())
