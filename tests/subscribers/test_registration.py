"""Registration: a single-use link, the same for everybody, and answers that cannot be made to loop."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from sqlalchemy import func, select

from foundation.ledger import LedgerLine
from mailer.answer_caps import AnswerRow
from mailer.outbox_tables import Lane, OutboxRow
from subscribers import leaving
from subscribers.choices import Choices, chosen
from subscribers.registration import INVITATION_LIFE, LinkState, Offer, forget_invitations
from subscribers.tables import Invitation, StopReason, Subscriber, SubscriberState
from subscribers.town import Town
from tests.subscribers.people import HANAKO, Desk, find, letters_to, subscriber_of
from tests.support.clock import HandClock


def _invited(desk: Desk, address: str = HANAKO) -> str:
    token = desk.invite(address)
    assert token is not None
    return token


def _offer(desk: Desk, token: str) -> Offer:
    with desk.database.write() as session:
        return desk.registration.offer(session, token, at=desk.clock.now())


def test_an_invitation_registers_nobody_and_travels_in_the_reply_lane(desk: Desk) -> None:
    _invited(desk)

    assert find(desk.database) is None
    with desk.database.read() as session:
        assert session.scalars(select(OutboxRow.lane)).all() == [int(Lane.REPLY)]


def test_looking_at_the_offer_changes_nothing(desk: Desk) -> None:
    token = _invited(desk)

    offers = [_offer(desk, token) for _ in range(3)]

    assert {offer.state for offer in offers} == {LinkState.OPEN}
    assert find(desk.database) is None


def test_the_token_itself_is_not_in_the_database(desk: Desk) -> None:
    token = _invited(desk)

    with desk.database.read() as session:
        assert token not in session.scalars(select(Invitation.token_hash)).one()


def test_a_link_registers_once_and_then_says_that_it_is_used(desk: Desk) -> None:
    token = _invited(desk)

    results = [desk.confirm(token), desk.confirm(token, Choices(("crime",)))]

    assert results == [LinkState.OPEN, LinkState.USED]
    assert subscriber_of(desk.database).every_topic
    assert len(letters_to(desk.database)) == 2  # the invitation and one completion letter


def test_of_two_confirmations_at_once_one_registers(desk: Desk) -> None:
    token = _invited(desk)
    together = Barrier(2)

    def press() -> LinkState:
        together.wait()
        return desk.confirm(token)

    with ThreadPoolExecutor(2) as hands:
        results = [hand.result() for hand in [hands.submit(press), hands.submit(press)]]

    assert sorted(results) == [LinkState.OPEN, LinkState.USED]
    with desk.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Subscriber)) == 1


def test_a_link_is_open_until_the_last_moment_of_its_day(desk: Desk, clock: HandClock) -> None:
    token = _invited(desk)

    clock.move(INVITATION_LIFE - timedelta(seconds=1))
    just_open = _offer(desk, token).state
    clock.move(timedelta(seconds=1))

    assert just_open is LinkState.OPEN
    assert desk.confirm(token) is LinkState.EXPIRED
    assert find(desk.database) is None


def test_a_link_that_was_never_given_out_is_unknown(desk: Desk) -> None:
    assert desk.confirm("a" * 32) is LinkState.UNKNOWN
    assert _offer(desk, "") == Offer(LinkState.UNKNOWN)


def test_choosing_none_or_all_means_all_those_that_come_later_included(desk: Desk, town: Town) -> None:
    everything = Choices.of(town, [topic.key for topic in town.topics], [])

    desk.register(choices=everything)

    assert everything == Choices()
    assert subscriber_of(desk.database).every_topic


def test_three_answers_in_ten_minutes_and_six_a_day(desk: Desk, clock: HandClock) -> None:
    burst = [desk.invite() is not None for _ in range(4)]
    clock.move(timedelta(minutes=10))
    second = [desk.invite() is not None for _ in range(4)]
    clock.move(timedelta(hours=1))
    later = desk.invite()
    clock.move(timedelta(hours=23))
    next_day = desk.invite()

    assert burst == [True, True, True, False]
    assert second == [True, True, True, False]
    assert later is None
    assert next_day is not None


def test_the_cap_of_one_address_holds_up_nobody_else(desk: Desk) -> None:
    for _ in range(5):
        desk.invite()

    assert desk.invite("taro@example.jp") is not None


def test_what_is_counted_for_the_cap_is_no_address(desk: Desk) -> None:
    _invited(desk)

    with desk.database.read() as session:
        assert "hanako" not in session.scalars(select(AnswerRow.who)).one()


def test_a_second_registration_shows_and_replaces_the_choices_of_the_first(desk: Desk) -> None:
    number = desk.register(choices=Choices(("crime",), ("north",)))

    offer = _offer(desk, token := _invited(desk))
    desk.confirm(token, Choices(("weather",)))

    assert (offer.registered, offer.choices) == (True, Choices(("crime",), ("north",)))
    assert subscriber_of(desk.database).id == number
    with desk.database.read() as session:
        assert chosen(session, number) == Choices(("weather",))


def test_registering_again_after_a_stop_forgives_the_failures(desk: Desk, clock: HandClock) -> None:
    number = desk.register()
    clock.move(timedelta(days=30))
    with desk.database.write() as session:
        leaving.stop(session, number, StopReason.UNREACHABLE, by="rule:three-days", at=clock.now(), evidence="11月1日")
    clock.move(timedelta(days=1))

    offer = _offer(desk, token := _invited(desk))
    desk.confirm(token)

    again = subscriber_of(desk.database)
    assert not offer.registered  # an address that is stopped looks like a new one
    assert (again.id, again.state, again.reason, again.evidence) == (number, SubscriberState.ACTIVE, None, None)
    assert again.watch_from == again.since == clock.now()


def test_the_place_is_kept_until_another_one_is_named(desk: Desk) -> None:
    for place in ("library", None):
        token = desk.invite(place=place)
        assert token is not None
        desk.confirm(token)

    assert subscriber_of(desk.database).place == "library"


def test_the_ledger_knows_the_number_and_not_the_address(desk: Desk) -> None:
    number = desk.register()

    with desk.database.read() as session:
        line = session.scalars(select(LedgerLine)).one()
    assert (line.actor, line.subject) == ("resident", f"subscriber:{number}")
    assert "hanako" not in line.details


def test_links_that_ended_are_forgotten_with_the_addresses_in_them(desk: Desk, clock: HandClock) -> None:
    _invited(desk)
    clock.move(timedelta(days=3))

    with desk.database.write() as session:
        forget_invitations(session, before=clock.now() - timedelta(days=1))

    with desk.database.read() as session:
        assert session.scalars(select(Invitation)).all() == []
