"""What the operator's monitoring reads: counts of work, nothing of persons, and nothing that grows with the letters."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import event

from bulletins.life import BulletinState
from mailer import outbox, roll, tallies
from mailer.domain_pauses import DomainPauseRow
from mailer.letter import Letter
from mailer.outbox import Post, To
from mailer.outbox_tables import REPLIES, Lane
from tests.admin.under_way import begun, come_to, move
from tests.admin.whole_console import Console, whole_console


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    with whole_console(tmp_path) as console:
        yield console


def scrape(console: Console) -> str:
    answer = httpx.get(f"{console.url}/metrics", trust_env=False, timeout=30)
    assert answer.status_code == 200
    return answer.text


def values(told: str) -> dict[tuple[str, ...], float]:
    """By name and the values of the labels."""
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(told)
        for sample in family.samples
    }


def test_letters_are_counted_by_their_end_and_a_counter_never_falls(console: Console) -> None:
    number = begun(console, audience=20)
    move(console, number, {"au.com": {"sent": 7, "failed": 4, "bounced": 2}, "docomo.ne.jp": {"expired": 3}})
    before = values(scrape(console))

    change = tallies.Change(f"bulletin:{number}", "au.com", {"failed": -4})
    with console.home.database.write() as session:
        tallies.add(session, "again", [change])
    after = values(scrape(console))

    for found in (before, after):
        ends = [found["hansho_letters_total", end] for end in ("sent", "failed", "suppressed", "expired")]
        assert ends == [7, 4, 0, 3]
        assert found[("hansho_letters_bounced_total",)] == 2


def test_each_bulletin_under_way_has_its_numbers_and_no_other(console: Console) -> None:
    sending, halted, sent = (begun(console, audience=audience) for audience in (100, 50, 10))
    come_to(console, halted, BulletinState.HALTED)
    come_to(console, sent, BulletinState.SENT)
    move(console, sending, {"au.com": {"sent": 30, "deferred": 5, "failed": 2}})

    found = values(scrape(console))

    assert found["hansho_bulletin_audience", str(sending)] == 100
    assert found["hansho_bulletin_audience", str(halted)] == 50
    assert ("hansho_bulletin_audience", str(sent)) not in found
    states = ("queued", "deferred", "sent", "failed", "suppressed", "expired")
    assert [found["hansho_bulletin_letters", str(sending), state] for state in states] == [63, 5, 30, 2, 0, 0]


def test_open_letters_stand_by_lane(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(console, audience=100)
    asked = values(scrape(console))["hansho_letters_open", "reply"]  # the letters to those who were to approve it
    at = console.clock.now()
    post = Post(REPLIES, "reply:1", Lane.REPLY, at, at + timedelta(hours=1))
    with console.home.database.write() as session:
        letter = outbox.write_letter(
            session, Letter(subject="x", body="x", tail="", links={}, unsubscribe=False), batch=REPLIES, at=at
        )
        outbox.enqueue(session, letter, post, [To(f"{n}@example.jp", "example.jp", None) for n in range(5)])

    found = values(scrape(console))
    monkeypatch.setattr("service.metrics.MOST_REPLIES", 3)
    bounded = values(scrape(console))

    assert [found["hansho_letters_open", lane] for lane in ("urgent", "reply", "bulk")] == [0, asked + 5, 100]
    assert bounded["hansho_letters_open", "reply"] == 3


def test_paused_domains_and_senders_living_and_troubled_are_counted(console: Console) -> None:
    pause = DomainPauseRow(domain="au.com", batch="b", opened_at=console.clock.now(), attempts=60, refused=30)
    with console.home.database.write() as session:
        session.add(pause)
        roll.beat(session, "one", "relay-1.example: refused", at=console.clock.now())
        roll.beat(session, "two", None, at=console.clock.now())
        roll.beat(session, "dead", None, at=console.clock.now() - timedelta(minutes=2))

    told = scrape(console)

    assert values(told)[("hansho_domains_paused",)] == 1
    assert values(told)[("hansho_senders",)] == 2
    assert values(told)[("hansho_senders_in_trouble",)] == 1
    assert "relay-1" not in told


def test_nothing_of_a_person_or_a_bulletin_s_words_is_told(console: Console) -> None:
    console.resident("taro.yamada@docomo.ne.jp")
    number = begun(console, audience=1)
    move(console, number, {"docomo.ne.jp": {"sent": 1}})

    told = scrape(console)

    for word in ("taro", "@", "docomo", "停電", "example"):
        assert word not in told


def test_a_scrape_counts_no_letters_and_subscribers_at_most_once_a_minute(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    event.listen(console.home.database.engine, "before_cursor_execute", lambda *args: asked.append(str(args[2])))

    scrape(console)
    console.resident("a@example.jp")
    scraped = asked.copy()
    asked.clear()
    second = values(scrape(console))
    monkeypatch.setattr("service.metrics.SUBSCRIBERS_SECONDS", 0)
    third = values(scrape(console))

    assert any("FROM subscribers" in query for query in scraped)
    assert ("hansho_subscribers", "active") not in second
    assert third["hansho_subscribers", "active"] == 1
    of_letters = [query for query in scraped if "FROM outbox" in query]
    assert of_letters
    assert all("LIMIT" in query for query in of_letters)
