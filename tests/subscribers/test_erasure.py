"""Erasure: 28 days after leaving, the address is nowhere any more, and the counts still add up."""

import base64
import hashlib
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Column, ColumnElement, String, Text, cast, func, select

from foundation.addresses import Address
from foundation.database import Base, Database
from mailer import inbound, outbox
from mailer.bounce_report.bounce_class import BounceClass
from mailer.inbound import Incoming
from mailer.outbox_tables import REPLIES, OutboxRow
from subscribers import leaving, leaving_reasons, pausing
from subscribers.choices import Choices
from subscribers.erasure import erase_left
from subscribers.leaving_reasons import Why
from subscribers.lost_links import mail_links
from subscribers.tables import StopReason, Subscriber
from tests.subscribers.people import HANAKO, Desk, find, subscriber_of
from tests.support.bounced import bounce
from tests.support.clock import HandClock

AFTER = timedelta(days=28)
TOKYO = ZoneInfo("Asia/Tokyo")


def _erase(desk: Desk) -> int:
    with desk.database.write() as session:
        return erase_left(session, at=desk.clock.now(), after=AFTER)


def _stop(desk: Desk, number: int, reason: StopReason = StopReason.LEFT) -> None:
    with desk.database.write() as session:
        leaving.stop(session, number, reason, by="resident", at=desk.clock.now(), evidence=f"{HANAKO} bounced")


def _mentions(database: Database, text: str) -> list[str]:
    """Every column of every table that holds the text."""
    texts = [column for table in Base.metadata.sorted_tables for column in table.columns if _is_text(column)]
    with database.read() as session:
        return [str(column) for column in texts if session.scalar(select(func.count()).where(_holds(column, text)))]


def _holds(column: "Column[str]", text: str) -> ColumnElement[bool]:
    return cast(column, Text).contains(text)


def _is_text(column: "Column[str]") -> bool:
    return isinstance(column.type, String)


def test_four_weeks_after_leaving_the_address_is_nowhere_any_more(desk: Desk, clock: HandClock) -> None:
    number = desk.register(choices=Choices(("crime",), ("north",)))
    desk.invite()
    _stop(desk, number)
    there = _mentions(desk.database, "hanako")

    clock.move(AFTER)

    assert {"subscribers.address", "outbox.address", "invitations.address"} <= set(there)
    assert _erase(desk) == 1
    assert _mentions(desk.database, "hanako") == []


def _whole_database(database: Database) -> bytes:
    """Every value of every row of every table, whatever its kind."""
    with database.read() as session:
        values = (
            value
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
            for value in row
            if value is not None
        )
        return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values).lower()


def _traces(address: str) -> dict[str, bytes]:
    """The address, its parts, and what anybody could find it by who tries all addresses: hashes without a key."""
    local = address.partition("@")[0]
    found = {"local part": local.encode(), "base64": base64.b64encode(address.encode())[:-4].lower()}
    for name in ("md5", "sha1", "sha256", "sha512", "blake2b"):
        for text in (address, address.upper(), local):
            found[f"{name} of {text}"] = hashlib.new(name, text.encode()).hexdigest().encode()
    return found


def _live(desk: Desk) -> int:
    """As much as the service ever comes to know of somebody."""
    at, raw = desk.clock.now(), f"To: {HANAKO.upper()}\r\n\r\n550 <{HANAKO}> is not here\r\n".encode()
    mail = Incoming(HANAKO, ("touroku@mail.example.jp",), raw)
    report = Incoming("", ("postmaster@mail.example.jp",), raw)
    with desk.database.write() as session:
        for each in (mail, report):
            inbound.store(session, each, at=at)
        for number in (1, 2):
            inbound.set_aside(session, number, "letter to a person")
    number = desk.register(choices=Choices(("crime",), ("north",)))
    bounce(desk.database, HANAKO, BounceClass.FULL, at=at, ref=number, batch="bulletin:1")
    with desk.database.write() as session:
        mail_links(session, desk.registration, Address.parse(HANAKO), at=at)
        resident = session.get_one(Subscriber, number)
        pausing.pause(session, resident, at + AFTER, at=at)
        leaving.stop(session, number, StopReason.LEFT, by="resident", at=at, evidence=f"{HANAKO} wished so")
        leaving.take_back(session, resident, at=at)
    desk.invite()
    return number


def test_no_column_of_any_table_holds_the_address_or_a_hash_that_finds_it(desk: Desk, clock: HandClock) -> None:
    number = _live(desk)
    _stop(desk, number)
    with desk.database.write() as session:
        leaving_reasons.say(session, session.get_one(Subscriber, number), Why.MOVED, TOKYO, at=clock.now())
    assert b"hanako" in _whole_database(desk.database)

    clock.move(AFTER)
    assert _erase(desk) == 1

    left = _whole_database(desk.database)
    assert [name for name, trace in _traces(HANAKO).items() if trace in left] == []


def test_mail_set_aside_that_names_nobody_who_left_stays(desk: Desk, clock: HandClock) -> None:
    with desk.database.write() as session:
        inbound.store(session, Incoming("", ("postmaster@mail.example.jp",), b"about taro@example.jp"), at=clock.now())
        inbound.set_aside(session, 1, "letter to a person")
    _stop(desk, desk.register())
    clock.move(AFTER)

    _erase(desk)

    with desk.database.read() as session:
        assert len(inbound.those_set_aside(session)) == 1


def test_a_moment_before_that_it_is_still_there(desk: Desk, clock: HandClock) -> None:
    _stop(desk, desk.register())

    clock.move(AFTER - timedelta(seconds=1))

    assert _erase(desk) == 0
    assert find(desk.database) is not None


@pytest.mark.parametrize("reason", [StopReason.LEFT, StopReason.COMPLAINT, StopReason.STAFF])
def test_whoever_wished_to_leave_is_erased_by_whichever_road_they_said_so(
    desk: Desk, clock: HandClock, reason: StopReason
) -> None:
    _stop(desk, desk.register(), reason)

    clock.move(AFTER)

    assert _erase(desk) == 1


def test_an_address_stopped_by_bounces_is_kept_for_its_way_back(desk: Desk, clock: HandClock) -> None:
    _stop(desk, desk.register(), StopReason.UNREACHABLE)

    clock.move(AFTER * 2)

    assert _erase(desk) == 0


def test_who_came_back_is_not_erased(desk: Desk, clock: HandClock) -> None:
    _stop(desk, desk.register())
    clock.move(timedelta(days=20))
    desk.register()

    clock.move(AFTER)

    assert _erase(desk) == 0


def test_the_rows_of_the_outbox_stay_for_the_counts(desk: Desk, clock: HandClock) -> None:
    number = desk.register()
    _stop(desk, number)
    with desk.database.read() as session:
        before = outbox.recount(session, REPLIES)

    clock.move(AFTER)
    _erase(desk)

    with desk.database.read() as session:
        assert outbox.recount(session, REPLIES) == before
        assert set(session.scalars(select(OutboxRow.address))) == {f"erased:{number}"}


def test_an_erased_number_is_never_given_to_somebody_else(desk: Desk, clock: HandClock) -> None:
    number = desk.register()
    _stop(desk, number)
    clock.move(AFTER)
    _erase(desk)

    desk.register()

    assert subscriber_of(desk.database).id > number
    with desk.database.read() as session:
        assert session.get_one(Subscriber, number).address is None


def test_erasing_again_finds_nobody(desk: Desk, clock: HandClock) -> None:
    _stop(desk, desk.register())
    clock.move(AFTER)

    assert (_erase(desk), _erase(desk)) == (1, 0)
