"""Feedback reports: whose mail they give back is stopped, once, and told how to come back."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from mailer.inbound import InboundRow
from mailer.outbox_tables import OutboxRow
from mailer.quiet import quiet
from subscribers.tables import Subscriber
from tests.support.mail_engine import AT
from tests.support.reception import BLANK, RESIDENT, Reception


def feedback(given_back: str, *, kind: str = "abuse") -> str:
    return (
        "From: <fbl@provider.test>\r\nSubject: FW: report\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="f"\r\n\r\n'
        "--f\r\nContent-Type: text/plain\r\n\r\nThis is an abuse report.\r\n"
        "--f\r\nContent-Type: message/feedback-report\r\n\r\n"
        f"Feedback-Type: {kind}\r\nUser-Agent: x/1\r\nVersion: 1\r\n\r\n"
        f"--f\r\nContent-Type: message/rfc822\r\n\r\n{given_back}\r\n\r\ntext\r\n--f--\r\n"
    )


def marks(house: Reception, number: int) -> dict[str, str]:
    """Where a letter of ours names its recipient or itself, each alone."""
    stop = house.home.keyring.sign("stop", number)
    return {
        "page": f"List-Unsubscribe: <https://anzen.city.test/stop/{stop}>,\r\n <mailto:x@y.test>",
        "mail": f"List-Unsubscribe: <mailto:kaijo-{stop}@mail.example.jp>",
    }


@pytest.mark.parametrize("mark", ["page", "mail"])
@pytest.mark.parametrize("kind", ["abuse", "opt-out"])
def test_a_complaint_stops_whom_the_letter_given_back_names(house: Reception, mark: str, kind: str) -> None:
    number, other = house.resident(), house.resident("b@docomo.ne.jp")
    house.receive(feedback(marks(house, number)[mark], kind=kind), "feedback", sender="fbl@provider.test")

    row = house.work()

    assert (row.kind, row.state, row.note) == ("feedback", "done", f"feedback: {kind}, stopped")
    with house.database.read() as session:
        stopped = session.get_one(Subscriber, number)
        assert (stopped.state, stopped.reason) == ("stopped", "complaint")
    assert house.state_of(other) == "active"
    [letter] = house.letters()
    assert "もう一度受け取りたいとき" in letter.body


@pytest.mark.parametrize(
    "form", ["Return-Path: <b-{bounce}@mail.example.jp>", "Message-ID: <{message}@mail.example.jp>"]
)
def test_a_complaint_that_gives_back_a_bulletin_alone_finds_its_resident(house: Reception, form: str) -> None:
    resident = house.resident()
    [number] = house.sent([RESIDENT])
    tokens = {purpose: house.home.keyring.sign(purpose, number) for purpose in ("bounce", "message")}
    house.receive(feedback(form.format(**tokens)), "feedback", sender="fbl@provider.test")

    assert house.work().note == "feedback: abuse, stopped"
    assert house.state_of(resident) == "stopped"


def test_a_complaint_to_a_return_path_is_known_by_that_address(house: Reception) -> None:
    resident = house.resident()
    [number] = house.sent([RESIDENT])
    house.receive(feedback("Subject: nothing"), house.bounce_address(number), sender="fbl@provider.test")

    assert house.work().note == "feedback: abuse, stopped"
    assert house.state_of(resident) == "stopped"
    assert house.facts() == []


def test_the_same_complaint_again_stops_and_tells_nobody_twice(house: Reception) -> None:
    number = house.resident()
    for turn in range(3):
        mail = feedback(marks(house, number)["page"]).replace("FW: report", f"FW: report {turn}")
        house.receive(mail, "feedback", sender="fbl@provider.test")

    assert house.work().note == "feedback: abuse, stopped already"
    assert len(house.letters()) == 1


@pytest.mark.parametrize("kind", ["auth-failure", "not-spam", "other", "virus"])
def test_what_is_no_wish_to_leave_is_only_counted(house: Reception, kind: str) -> None:
    number = house.resident()
    house.receive(feedback(marks(house, number)["page"], kind=kind), "feedback", sender="fbl@provider.test")

    row = house.work()

    assert (row.kind, row.state, row.note) == ("feedback", "done", f"feedback: {kind}")
    assert house.state_of(number) == "active"
    assert house.letters() == []


def test_a_complaint_that_names_nobody_is_left_for_a_person(house: Reception) -> None:
    number = house.resident()
    forged = marks(house, number)["page"].replace("/stop/", "/stop/a")
    house.receive(feedback(forged), "feedback", sender="fbl@provider.test")

    row = house.work()

    assert row.state == "set-aside"
    assert house.state_of(number) == "active"


@pytest.mark.parametrize(
    "form",
    [
        "Subject: Fwd\r\nReferences: <{message}@mail.example.jp>\r\n\r\nhttps://anzen.city.test/stop/{stop}",
        "In-Reply-To: <{message}@mail.example.jp>\r\nMessage-ID: <x@docomo.ne.jp>\r\n\r\nhttps://a.test/me/{me}",
        "MIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{message}@mail.example.jp>",
    ],
)
def test_a_complaint_about_a_mail_that_only_quotes_ours_stops_nobody(house: Reception, form: str) -> None:
    """A resident forwarded a bulletin, or answered one, and whoever got that complains."""
    resident = house.resident()
    [number] = house.sent([RESIDENT])
    sign = house.home.keyring.sign
    tokens = {"message": sign("message", number), "stop": sign("stop", resident), "me": sign("me", resident)}
    house.receive(feedback(form.format(**tokens)), "feedback", sender="fbl@provider.test")

    assert house.work().state == "set-aside"
    assert house.state_of(resident) == "active"


def test_a_complaint_by_somebody_else_is_left_for_a_person(house: Reception) -> None:
    number = house.resident()
    other = feedback(marks(house, number)["page"]).replace("Version: 1", "Version: 1\r\nOriginal-Rcpt-To: x@isp.test")
    house.receive(other, "feedback", sender="fbl@provider.test")

    assert house.work().state == "set-aside"
    assert house.state_of(number) == "active"


def test_who_complained_comes_back_by_a_blank_mail(house: Reception) -> None:
    number = house.resident()
    house.receive(feedback(marks(house, number)["page"]), "feedback", sender="fbl@provider.test")
    house.work()
    house.clock.set(AT + timedelta(days=1))
    house.receive(BLANK)

    assert house.work().note == "invited"


@pytest.mark.parametrize(
    "form", ["Return-Path: <b-{bounce}@mail.example.jp>", "Message-ID: <{message}@mail.example.jp>"]
)
def test_a_complaint_of_what_was_passed_on_is_heeded_and_leaves_no_mail_for_staff(house: Reception, form: str) -> None:
    """The letter given back would tell by whom."""
    resident = house.resident()
    [number] = house.sent([RESIDENT])
    tokens = {purpose: house.home.keyring.sign(purpose, number) for purpose in ("bounce", "message")}
    with house.database.write() as session:
        session.execute(update(OutboxRow).where(OutboxRow.id == number).values(batch=quiet("bulletin:1")))
    house.receive(feedback(form.format(**tokens)), "feedback", sender="fbl@provider.test")

    assert house.room.work()

    assert house.state_of(resident) == "stopped"
    with house.database.read() as session:
        assert session.scalar(select(func.count()).select_from(InboundRow)) == 0
