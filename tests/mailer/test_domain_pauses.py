"""Domain pauses: a sudden rise of refusals is a person's to judge."""

import pytest

from foundation.database import Database
from mailer import tallies
from mailer.domain_pauses import EVERYWHERE, Cause, excuses, look, paused_domains, resolve, resolve_domain, unresolved
from mailer.outbox_tables import REPLIES, State
from mailer.tallies import Change
from tests.support.mail_engine import AT


def refused(database: Database, *, sent: int, failed: int, batch: str = "b", domain: str = "dead.jp") -> list[str]:
    with database.write() as session:
        tallies.add(session, "s1", [Change(batch, domain, {State.SENT: sent, State.FAILED: failed})])
        return look(session, [(batch, domain)], at=AT)


def test_a_rise_pauses_its_domain_once_for_a_batch(database: Database) -> None:
    assert refused(database, sent=40, failed=9) == []
    assert refused(database, sent=0, failed=2) == ["dead.jp"]
    assert refused(database, sent=0, failed=50) == []
    with database.read() as session:
        [pause] = unresolved(session)
        assert (pause.domain, pause.batch, pause.attempts, pause.refused) == ("dead.jp", "b", 51, 11)


def test_reports_count_towards_a_rise_over_all_senders(database: Database) -> None:
    with database.write() as session:
        tallies.add(session, "s1", [Change("b", "x.jp", {State.SENT: 30})])
        tallies.add(session, "s2", [Change("b", "x.jp", {State.SENT: 30})])
        tallies.add(session, "report", [Change("b", "x.jp", {tallies.BOUNCED: 13})])

        assert look(session, [("b", "x.jp"), ("b", "x.jp"), ("b", "y.jp")], at=AT) == ["x.jp"]


@pytest.mark.parametrize(("verdict", "still_excused"), [(Cause.OURS, {("b", "dead.jp")}), (Cause.TRUE, set())])
def test_a_persons_verdict_ends_the_pause_and_says_whether_refusals_count(
    database: Database, verdict: Cause, still_excused: set[tuple[str, str]]
) -> None:
    refused(database, sent=0, failed=60)

    with database.write() as session:
        assert list(paused_domains(session)) == ["dead.jp"]
        assert excuses(session).places == {("b", "dead.jp")}
        number = unresolved(session)[0].id
        assert resolve(session, number, verdict, by="staff:1", at=AT) is not None
        assert resolve(session, number, verdict, by="staff:2", at=AT) is None
        assert resolve(session, 999, verdict, by="staff:2", at=AT) is None

    with database.read() as session:
        assert list(paused_domains(session)) == []
        assert excuses(session).places == still_excused


def test_a_domain_taken_up_again_is_not_paused_twice_by_the_same_batch_but_by_the_next(database: Database) -> None:
    refused(database, sent=0, failed=60)
    with database.write() as session:
        resolve(session, unresolved(session)[0].id, Cause.TRUE, by="staff:1", at=AT)

    assert refused(database, sent=0, failed=60) == []
    assert refused(database, sent=0, failed=60, batch="next") == ["dead.jp"]


def test_one_verdict_takes_a_domain_up_whichever_bulletins_it_refused_but_for_those_raised_later(
    database: Database,
) -> None:
    for batch in ("first", "second", "later"):
        assert refused(database, sent=0, failed=60, batch=batch) == ["dead.jp"]

    with database.write() as session:
        first, second, later = (pause.id for pause in unresolved(session))
        done = resolve_domain(session, second, Cause.TRUE, by="staff:1", at=AT)
        assert [pause.id for pause in done] == [first, second]
        assert list(paused_domains(session)) == ["dead.jp"]
        assert resolve_domain(session, second, Cause.OURS, by="staff:2", at=AT) == ()
        assert [pause.id for pause in resolve_domain(session, later, Cause.TRUE, by="staff:1", at=AT)] == [later]

    with database.read() as session:
        assert list(paused_domains(session)) == []


def test_strangers_who_ask_for_replies_cannot_get_a_domain_paused(database: Database) -> None:
    assert refused(database, sent=0, failed=200, batch=REPLIES) == []

    with database.read() as session:
        assert list(unresolved(session)) == []


def test_a_small_domain_that_fails_as_a_whole_is_left_to_a_person(database: Database) -> None:
    assert refused(database, sent=0, failed=9) == []
    assert refused(database, sent=0, failed=1) == ["dead.jp"]


def test_a_relay_that_refuses_everybody_everywhere_is_raised_and_counts_against_nobody(database: Database) -> None:
    with database.write() as session:
        places = [("b", f"town{n}.jp") for n in range(60)]
        tallies.add(session, "s1", [Change("b", domain, {State.FAILED: 1}) for _, domain in places])

        assert look(session, places, at=AT) == []

        assert [pause.domain for pause in unresolved(session)] == [EVERYWHERE]
        assert list(paused_domains(session)) == [], "other bulletins go on"
        assert excuses(session).cover("b", "town7.jp")
        assert not excuses(session).cover("other", "town7.jp")


def test_a_domain_that_is_raised_already_is_not_raised_again_for_the_whole_batch(database: Database) -> None:
    with database.write() as session:
        tallies.add(session, "s1", [Change("b", "dead.jp", {State.FAILED: 60}), Change("b", "x.jp", {State.SENT: 100})])

        look(session, [("b", "dead.jp")], at=AT)

        assert [pause.domain for pause in unresolved(session)] == ["dead.jp"]
