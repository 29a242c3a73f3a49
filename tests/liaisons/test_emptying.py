"""Emptying: of who declined or ended, no column of any table holds what told of the person."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from foundation.addresses import Address
from foundation.database import Base, Database
from liaisons import candidates, emptying, links, own_page, register
from liaisons.candidates import CandidateForm
from liaisons.emptying import DECLINED_KEPT
from liaisons.life import WrongMove
from liaisons.tables import Circle, Liaison, Membership
from mailer import inbound
from mailer.inbound import Incoming
from mailer.outbox_tables import OutboxRow
from subscribers import erasure
from subscribers.tables import Subscriber, SubscriberState
from tests.liaisons.office import SATO, TANAKA, Office

ERASED_AFTER = timedelta(days=28)
# Every value of a line of the register, as somebody would look for it, and where they heard of the person.
PERSONAL = ("田中", "一郎", "若葉野町会", "会長", "防犯協会理事", "ichiro.tanaka", "042-000-1111", "042-000-2222")
NAMES = ("田中", "一郎", "若葉野町会")
POSTAL, REASON = "若葉野一丁目2番地", "町会長になったので"


def left_of(database: Database, words: tuple[str, ...]) -> dict[str, list[str]]:
    """Where a word still stands: every value of every column of every table, whatever its kind."""
    found: dict[str, list[str]] = {}
    with database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                for name, value in row.items():
                    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
                    for word in words:
                        if word in text:
                            found.setdefault(word, []).append(f"{table.name}.{name}")
    return found


def proposed(office: Office) -> int:
    """The candidate as another section sent them in, and the question that came of it."""
    form = CandidateForm("田中 一郎", "若葉野町会 会長", f"{POSTAL}の方です", "042-000-1111", "学校教育課")
    with office.database.write() as session:
        row = candidates.send(session, form, SATO, at=office.clock.now())
        number = register.ask(session, office.entry(), SATO, at=office.clock.now()).id
        candidates.take(session, row.id, number, SATO, at=office.clock.now())
        office.asking.send(session, number, SATO, at=office.clock.now())
    with office.database.write() as session:
        mail = Incoming(TANAKA.address, ("touroku@mail.example.jp",), f"From: {TANAKA.address}\r\n".encode())
        report = Incoming("", ("postmaster@mail.example.jp",), f"550 <{TANAKA.address}>".encode())
        for number_of_mail, each in enumerate((mail, report), start=1):
            inbound.store(session, each, at=office.clock.now())
            inbound.set_aside(session, number_of_mail, "letter to a person")
    return number


def lived(office: Office) -> int:
    """As much as the register ever comes to know of somebody."""
    number = proposed(office)
    office.consent(number)
    office.activate(number)
    with office.database.write() as session:
        subscriber_id = session.get_one(Liaison, number).subscriber_id or 0
        stationery = office.asking.stationery
        own_page.send_link(session, stationery, office.keyring, subscriber_id, at=office.clock.now())
        register.correct(session, number, office.entry(post="会長代行"), "liaison", at=office.clock.now())
        register.rest(session, number, "liaison", until=office.clock.now(), at=office.clock.now())
        session.add(Circle(liaison_id=number, code="wakabano", opened_at=office.clock.now()))
    return number


def erase(office: Office) -> None:
    office.clock.move(ERASED_AFTER)
    with office.database.write() as session:
        erasure.erase_left(session, at=office.clock.now(), after=ERASED_AFTER)


def test_of_who_ended_nothing_is_left_in_any_column_of_any_table(office: Office) -> None:
    number = lived(office)
    before = left_of(office.database, (*PERSONAL, POSTAL))

    office.end(number)
    at_once = left_of(office.database, (*PERSONAL, POSTAL))
    erase(office)

    assert set(before) == {*PERSONAL, POSTAL}
    # The address alone waits for the time after leaving that everybody has; nothing is sent to it any more.
    assert set(at_once) == {"ichiro.tanaka"}
    assert left_of(office.database, (*PERSONAL, POSTAL)) == {}


def test_of_who_declined_name_and_group_are_left_and_nothing_else(office: Office) -> None:
    number = proposed(office)

    office.decline(number)

    assert left_of(office.database, (*PERSONAL, POSTAL)) == {word: [_column_of(word)] for word in NAMES}
    with office.database.read() as session:
        assert session.scalars(select(OutboxRow.address)).all() == [f"erased:liaison-{number}"]
        assert session.scalars(select(OutboxRow.unwanted)).all() == [True]


def test_the_name_of_who_declined_goes_after_three_years(office: Office) -> None:
    number = proposed(office)
    office.decline(number)

    forgotten = []
    for span in (DECLINED_KEPT - timedelta(seconds=1), timedelta(seconds=1), timedelta(days=1)):
        office.clock.move(span)
        with office.database.write() as session:
            forgotten.append(emptying.forget_declined(session, at=office.clock.now()))

    assert forgotten == [0, 1, 0]
    assert left_of(office.database, (*PERSONAL, POSTAL)) == {}
    assert office.deeds(number)[-1] == "liaison.erased"


def test_who_declined_may_have_the_name_erased_too(office: Office) -> None:
    number, active = proposed(office), office.active(name="別の人", address="other@example.jp")
    office.decline(number)

    with office.database.write() as session:
        emptying.erase_name(session, number, SATO, at=office.clock.now())
        emptying.erase_name(session, number, SATO, at=office.clock.now())

    assert set(left_of(office.database, ("田中", "一郎"))) == set()
    assert office.deeds(number).count("liaison.erased") == 1
    with pytest.raises(WrongMove), office.database.write() as session:
        emptying.erase_name(session, active, SATO, at=office.clock.now())


def test_a_question_taken_back_leaves_nothing(office: Office) -> None:
    number = proposed(office)

    office.end(number)

    assert left_of(office.database, (*PERSONAL, POSTAL)) == {}


def test_asked_again_and_declined_again_leaves_no_reason(office: Office) -> None:
    number = office.ask()
    office.decline(number)
    office.again(number, REASON)
    assert REASON in left_of(office.database, (REASON,))

    office.decline(number)

    assert set(left_of(office.database, (*PERSONAL, POSTAL, REASON))) == set(NAMES)


def test_a_resident_who_was_a_liaison_too_stays_a_resident(office: Office) -> None:
    at = office.clock.now()
    with office.database.write() as session:
        domain = Address.parse(TANAKA.address).domain
        session.add(Subscriber(address=TANAKA.address, domain=domain, state="active", since=at, watch_from=at))
    number = office.active()

    office.end(number)

    with office.database.read() as session:
        resident = session.scalars(select(Subscriber)).one()
    assert (resident.state, resident.address) == (SubscriberState.ACTIVE, TANAKA.address)


def test_who_is_in_anothers_circle_keeps_getting_its_mail(office: Office) -> None:
    other, number = office.active(name="別の人", address="other@example.jp"), office.active()
    with office.database.write() as session:
        circle = Circle(liaison_id=other, code="other", opened_at=office.clock.now())
        session.add(circle)
        session.flush()
        member = session.get_one(Liaison, number).subscriber_id or 0
        session.add(Membership(circle_id=circle.id, subscriber_id=member, joined_at=office.clock.now()))

    office.end(number)

    with office.database.read() as session:
        assert session.get_one(Subscriber, member).state == SubscriberState.ACTIVE


def test_the_circle_of_who_ended_is_closed_and_their_links_are_dead(office: Office) -> None:
    number = lived(office)

    office.end(number)

    with office.database.read() as session:
        assert session.scalars(select(Circle.closed_at)).all() == [office.clock.now()]
        own = select(links.LiaisonLink).where(links.LiaisonLink.purpose == "own-page")
        assert session.scalars(own).all() == []


@pytest.mark.parametrize("days", [89, 90])
def test_a_candidate_put_aside_is_emptied_after_ninety_days(office: Office, days: int) -> None:
    form = CandidateForm("田中 一郎", "若葉野町会", f"{POSTAL}の方", "電話で", "学校教育課")
    with office.database.write() as session:
        row = candidates.send(session, form, SATO, at=office.clock.now())
        candidates.put_aside(session, row.id, "田中さんには別のお願いをしているため", SATO, at=office.clock.now())
    at_once = set(left_of(office.database, (*PERSONAL, POSTAL)))

    office.clock.move(timedelta(days=days))
    with office.database.write() as session:
        candidates.forget(session, at=office.clock.now())

    assert at_once == set(NAMES)
    assert set(left_of(office.database, (*PERSONAL, POSTAL))) == (set() if days == 90 else set(NAMES))


def _column_of(word: str) -> str:
    return "liaisons.organisation" if word == "若葉野町会" else "liaisons.name"
