"""Asking by mail: one letter and never a second, a link that is used once, and their own page for a day."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from liaisons import own_page, register
from liaisons.asking import AskedState, NotByMail
from liaisons.consent import WordingInvalid, load_wording
from liaisons.life import WrongMove
from mailer.answer_caps import Leave
from subscribers.tables import Subscriber
from tests.liaisons.office import SATO, TANAKA, Office
from tests.subscribers.people import letters_to


def send(office: Office, number: int) -> str:
    """The token of the link in the letter."""
    with office.database.write() as session:
        office.asking.send(session, number, SATO, at=office.clock.now())
    return token_in(office, "asked")


def token_in(office: Office, page: str, address: str = TANAKA.address) -> str:
    found = re.search(rf"/liaison/{page}/([a-z2-7]{{32}})", letters_to(office.database, address)[-1].body)
    assert found is not None
    return found[1]


def answer(office: Office, token: str, *, yes: bool) -> AskedState:
    with office.database.write() as session:
        return office.asking.answer(session, token, yes=yes, at=office.clock.now())


def own_link(office: Office, number: int) -> Leave:
    with office.database.write() as session:
        return own_page.send_link(session, office.asking.stationery, office.keyring, number, at=office.clock.now())


@pytest.mark.parametrize(("yes", "state"), [(True, "consented"), (False, "declined")])
def test_the_first_answer_counts_and_no_other(office: Office, yes: bool, state: str) -> None:  # noqa: FBT001 -- a case
    number = office.ask()
    token = send(office, number)

    given = [answer(office, token, yes=each) for each in (yes, not yes, yes)]

    assert given == [AskedState.OPEN, AskedState.ANSWERED, AskedState.ANSWERED]
    liaison = office.liaison(number)
    assert liaison.state == state
    assert liaison.consent_way == ("link" if yes else None)
    assert liaison.consent_words == (office.wording.text if yes else None)
    assert office.ledger()[-1].actor == "liaison"


def test_nobody_is_mailed_twice_at_one_address(office: Office) -> None:
    number = office.ask()
    send(office, number)

    with pytest.raises(NotByMail):
        send(office, number)
    office.clock.move(timedelta(days=400))
    with pytest.raises(NotByMail):
        send(office, number)

    assert len(letters_to(office.database, TANAKA.address)) == 1


def test_at_a_corrected_address_they_are_asked_by_a_new_link_and_the_old_one_is_dead(office: Office) -> None:
    number = office.ask()
    old = send(office, number)
    right = office.entry(address="i.tanaka@example.jp")
    with office.database.write() as session:
        register.change(session, number, right, SATO, officer_id=None, at=office.clock.now())
        office.asking.send(session, number, SATO, at=office.clock.now())

    assert answer(office, old, yes=True) is AskedState.UNKNOWN
    assert answer(office, token_in(office, "asked", "i.tanaka@example.jp"), yes=True) is AskedState.OPEN


def test_the_letter_names_nobody_since_it_may_reach_the_wrong_mailbox(office: Office) -> None:
    send(office, office.ask())

    letter = letters_to(office.database, TANAKA.address)[0]

    assert not any(word in letter.subject + letter.body for word in ("田中", "若葉野", "会長"))
    assert "見送るときに理由はいりません" in letter.body


def test_an_answer_given_to_staff_spends_the_link(office: Office) -> None:
    number = office.ask()
    token = send(office, number)

    office.consent(number)

    assert answer(office, token, yes=False) is AskedState.ANSWERED
    assert office.liaison(number).state == "consented"


def test_a_link_lasts_sixty_days_and_no_letter_follows_it(office: Office) -> None:
    number = office.ask()
    token = send(office, number)

    office.clock.move(timedelta(days=60))

    assert answer(office, token, yes=True) is AskedState.EXPIRED
    assert office.liaison(number).state == "asked"
    assert len(letters_to(office.database, TANAKA.address)) == 1


def test_who_has_no_mail_or_has_answered_is_not_mailed(office: Office) -> None:
    by_phone = office.ask(way="phone", address="")
    active = office.active(name="別の人", address="other@example.jp")

    with pytest.raises(NotByMail):
        send(office, by_phone)
    with pytest.raises(WrongMove):
        send(office, active)


@pytest.mark.parametrize("token", ["", "x", "a" * 32, "あ" * 32, "\0" * 32, "{{7*7}}", "a" * 10_000])
def test_a_link_of_nobody_opens_nothing(office: Office, token: str) -> None:
    assert answer(office, token, yes=True) is AskedState.UNKNOWN
    with office.database.read() as session:
        assert own_page.owner(session, token, at=office.clock.now()) is None


def test_their_own_page_opens_for_a_day(office: Office) -> None:
    number = office.active()
    assert own_link(office, office.liaison(number).subscriber_id or 0) is Leave.YES
    token = token_in(office, "own")

    seen = []
    for span in (timedelta(0), timedelta(hours=23, minutes=59), timedelta(minutes=1)):
        office.clock.move(span)
        with office.database.read() as session:
            owner = own_page.owner(session, token, at=office.clock.now())
        seen.append(owner.id if owner else None)

    assert seen == [number, number, None]


def test_only_a_liaison_gets_the_link_and_not_without_end(office: Office) -> None:
    number = office.active()
    subscriber_id = office.liaison(number).subscriber_id or 0
    with office.database.write() as session:
        session.add(
            Subscriber(
                address="hanako@example.jp",
                domain="example.jp",
                state="active",
                since=office.clock.now(),
                watch_from=office.clock.now(),
            )
        )

    given = [own_link(office, subscriber_id) for _ in range(5)]
    office.end(number)

    assert given == [Leave.YES] * 3 + [Leave.NO] * 2
    assert [own_link(office, each) for each in (subscriber_id, subscriber_id + 1, 999)] == [Leave.NO] * 3
    assert letters_to(office.database, "hanako@example.jp") == []


def test_the_wording_names_the_town_and_stands_whole(office: Office) -> None:
    assert "こもれび市地域安全課" in office.wording.text
    assert "{" not in office.wording.text
    assert "理由を言わずに" in office.wording.text


@pytest.mark.parametrize("text", ["", "version = 1", 'version = "1"', 'version="1"\ntext="a"\nmore=1', "\x00"])
def test_a_wording_that_cannot_be_used_is_refused_by_name(office: Office, tmp_path: Path, text: str) -> None:
    path = tmp_path / "words.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(WordingInvalid, match=r"words\.toml"):
        load_wording(office.town, path)
