"""Bounce facts: one a delivery, without an address, on the day the letter was handed over."""

from datetime import timedelta

import pytest

from foundation.database import Database
from mailer import claims, outbox, records, tallies
from mailer.bounce_facts import Fact, Source, acceptances_of, facts_about, keep_fact, without_addresses
from mailer.bounce_report.bounce_class import BounceClass
from mailer.claims import Wish
from mailer.courier import Delivered, Outcome, Refused
from mailer.outbox_tables import Lane
from mailer.records import Result
from tests.support.mail_engine import AT, put, row_of

NEXT_DAY = AT + timedelta(days=1)


def attempt(database: Database, outcome: Outcome, *, at: object = AT) -> None:
    moment = AT if at is AT else NEXT_DAY
    with database.write() as session:
        rows = claims.claim(session, "s1", Wish(dict.fromkeys(Lane, 10)), at=moment).rows
        records.record(session, "s1", [Result(row, outcome, moment) for row in rows], at=moment)


def fact(number: int, evidence: str = "550 5.1.1 unknown") -> Fact:
    return Fact(number, BounceClass.GONE, counted=True, evidence=evidence, source=Source.REPORT, status="5.1.1")


def test_a_report_belongs_to_the_day_of_handing_over_and_adds_to_bounced(database: Database) -> None:
    [number] = put(database, ["a@example.jp"])
    attempt(database, Delivered("250"))

    with database.write() as session:
        assert keep_fact(session, fact(number), handed_at=None, at=NEXT_DAY)
        assert not keep_fact(session, fact(number), handed_at=None, at=NEXT_DAY)

    with database.read() as session:
        [kept] = facts_about(session, 1)
        assert (kept.handed_at, kept.known_at, kept.status) == (AT, NEXT_DAY, "5.1.1")
        assert tallies.of(session, "b") == tallies.Counts(sent=1, bounced=1)
        assert acceptances_of(session, "a@example.jp") == []
    assert row_of(database, number).bounced_as == "gone"


def test_an_acceptance_without_a_bounce_is_a_success(database: Database) -> None:
    put(database, ["a@example.jp"])
    attempt(database, Delivered("250"))

    with database.read() as session:
        assert acceptances_of(session, "a@example.jp") == [AT]


def test_a_delivery_nobody_knows_is_no_fact_of_ours(database: Database) -> None:
    with database.write() as session:
        assert not keep_fact(session, fact(99), handed_at=None, at=AT)


def test_a_letter_sent_again_accepted_and_returned_is_bounced(database: Database) -> None:
    [number] = put(database, ["a@example.jp"], life=timedelta(hours=1))
    attempt(database, Refused("550", BounceClass.GONE, counted=True))
    with database.write() as session:
        outbox.send_again(session, "b", at=NEXT_DAY, expires_at=NEXT_DAY + timedelta(hours=1))
    attempt(database, Delivered("250"), at=NEXT_DAY)

    with database.write() as session:
        assert keep_fact(session, fact(number), handed_at=None, at=NEXT_DAY)

    with database.read() as session:
        assert [kept.handed_at for kept in facts_about(session, 1)] == [NEXT_DAY]
        assert tallies.of(session, "b") == tallies.Counts(sent=1, bounced=1)
        assert acceptances_of(session, "a@example.jp") == []


@pytest.mark.parametrize(
    ("evidence", "kept"),
    [
        ("550 <a@example.jp>: unknown", "550 <〔宛先〕>: unknown"),
        ('"a..b"@docomo.ne.jp is not here', "〔宛先〕 is not here"),
        ("rfc822;A.B@Docomo.ne.jp, x", "rfc822;〔宛先〕, x"),
        ("o'brien/x=y@example.jp", "〔宛先〕"),
        ("no address at all", "no address at all"),
    ],
)
def test_evidence_is_kept_without_any_address(evidence: str, kept: str) -> None:
    assert without_addresses(evidence) == kept


def test_evidence_that_is_no_text_can_be_kept(database: Database) -> None:
    [number] = put(database, ["a@example.jp"])

    with database.write() as session:
        assert keep_fact(session, fact(number, "550 \x00 \udc83" + "@" * 100_000), handed_at=None, at=AT)

    with database.read() as session:
        assert len(facts_about(session, 1)[0].evidence) <= 500


@pytest.mark.parametrize(
    "words", ['550 5.1.1 unknown user: "taro.yamada"', "550 no mailbox Taro.Yamada here", "550 <taro.yamada@a.jp>?"]
)
def test_a_server_that_names_the_mailbox_by_its_local_part_leaves_no_trace_of_it(
    database: Database, words: str
) -> None:
    [number] = put(database, ["taro.yamada@a.jp"])
    attempt(database, Delivered("250"))

    with database.write() as session:
        assert keep_fact(session, fact(number, words), handed_at=None, at=AT)
        [kept] = facts_about(session, 1)

    assert "yamada" not in kept.evidence.lower()
    assert "〔宛先〕" in kept.evidence
