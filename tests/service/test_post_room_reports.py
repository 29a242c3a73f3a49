"""The post-room: what reports and stop mails do, and what only looks like one does not."""

from datetime import timedelta

import pytest

from mailer import tallies
from mailer.domain_pauses import paused_domains
from mailer.outbox_tables import OutboxRow
from tests.support.mail_engine import AT, many
from tests.support.reception import RESIDENT, Reception, report


def test_a_bounce_is_known_by_its_token_whatever_the_report_says(house: Reception) -> None:
    number, other = house.sent(["a@dead.jp", "x@dead.jp"])
    house.clock.move(timedelta(days=2))
    house.receive(report(), house.bounce_address(number), sender="")

    row = house.work()

    assert (row.kind, row.note) == ("bounce", "bounce: gone")
    [fact] = house.facts()
    assert (fact.outbox_id, fact.bounce_class, fact.counted, fact.handed_at) == (number, "gone", True, AT)
    assert "@" not in fact.evidence
    with house.database.read() as session:
        assert session.get_one(OutboxRow, other).bounced_as is None
        assert tallies.of(session, "b") == tallies.Counts(sent=2, bounced=1)


def test_the_same_bounce_told_twice_counts_once(house: Reception) -> None:
    [number] = house.sent(["a@dead.jp"])
    for _ in range(2):
        house.receive(report(), house.bounce_address(number), sender="")

    assert house.work().note == "known already"
    assert len(house.facts()) == 1


def test_a_delayed_report_does_not_count(house: Reception) -> None:
    [number] = house.sent(["a@dead.jp"])
    house.receive(report(action="delayed", status="4.4.1", said="421"), house.bounce_address(number), sender="")

    assert house.work().note == "not counted: only delayed"
    assert house.facts() == []


def test_a_holiday_answer_to_a_return_path_is_no_bounce(house: Reception) -> None:
    [number] = house.sent(["a@dead.jp"])
    house.receive(
        "From: a@dead.jp\r\nSubject: out of office\r\nAuto-Submitted: auto-replied\r\n\r\nback on Monday\r\n",
        house.bounce_address(number),
        sender="a@dead.jp",
    )

    assert house.work().note == "not counted: no bounce"
    assert house.facts() == []


def test_a_forged_token_is_refused_at_the_door_and_does_nothing_behind_it(house: Reception) -> None:
    [number] = house.sent(["a@dead.jp"])
    token = house.bounce_address(number)
    forged = token[:-1] + ("a" if token[-1] != "a" else "b")
    house.receive(report(), forged, sender="")

    assert not house.home.recipients.is_wanted(forged)
    assert house.work().note == "no longer an address of ours"
    assert house.facts() == []


def test_reports_that_rise_suddenly_pause_their_domain(house: Reception) -> None:
    numbers = house.sent(many(60, "dead.jp"))
    for number in numbers[:14]:
        house.receive(report(), house.bounce_address(number), sender="")
    house.work()

    with house.database.read() as session:
        assert list(paused_domains(session)) == ["dead.jp"]


def test_kaijo_stops_and_says_so_once(house: Reception) -> None:
    number = house.resident()
    token = house.home.keyring.sign("stop", number)
    house.receive("From: x\r\n\r\n", f"kaijo-{token}")

    row = house.work()

    assert row.note == "stopped"
    assert house.state_of(number) == "stopped"
    [letter] = house.letters()
    assert "24時間以内なら" in letter.tail
    assert "{stop}" in letter.tail


@pytest.mark.parametrize(
    ("raw", "sender"),
    [
        (report(), ""),
        ("Auto-Submitted: auto-replied\r\n\r\n", RESIDENT),
        ("Subject: x\r\n\r\n", "MAILER-DAEMON@docomo.ne.jp"),
    ],
)
def test_a_machine_that_answers_to_kaijo_stops_nobody(house: Reception, raw: str, sender: str) -> None:
    number = house.resident()
    house.receive(raw, f"kaijo-{house.home.keyring.sign('stop', number)}", sender=sender)

    row = house.work()

    assert row.note is not None
    assert row.note.startswith("not stopped")
    assert house.state_of(number) == "active"


def test_a_token_of_another_purpose_stops_nobody(house: Reception) -> None:
    number = house.resident()
    house.receive("From: x\r\n\r\n", f"kaijo-{house.home.keyring.sign('me', number)}")
    house.work()

    assert house.state_of(number) == "active"


def test_a_report_that_a_person_sends_is_kept_but_speaks_against_nobody(house: Reception) -> None:
    [number] = house.sent(["a@dead.jp"])
    house.receive(report(), house.bounce_address(number), sender="attacker@evil.example.com")

    house.work()

    [fact] = house.facts()
    assert (fact.bounce_class, fact.counted) == ("gone", False)
