"""The sample town's data: fresh, complete, made once, and made by the rooms' own rules."""

import json
import stat
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from admin.people.sign_in import SignedIn, SignIn
from admin.residents.place_report import april_list, place_list
from bulletins.liaison_edition import ToLiaisons
from bulletins.life import BulletinState
from bulletins.progress import progress
from bulletins.tables import Bulletin
from foundation import ledger
from foundation.addresses import Address
from foundation.clock import Clock
from foundation.fiscal_year import FiscalYear
from foundation.ledger import LedgerLine
from foundation.settings import load
from liaisons import candidates, circles, listing, meetings, papers, voices
from liaisons.listing import Wanted
from liaisons.tables import Circle
from liaisons.voice_tables import Voice, VoiceState
from liaisons.voices import Asked
from mailer.outbox import open_rows
from mailer.outbox_tables import LetterRow, OutboxRow
from service.commands.bulletins import bulletins
from service.home import Home
from service.sample import PEOPLE, SIGN_IN_FILE, load_sample
from service.sample_network import MEMBERS, OVERDUE
from service.sample_places import SCHOOL, SHOP, april
from service.sample_residents import FAILED_FOR_GOOD, UNDER_WATCH
from service.schema import migrate
from subscribers import leaving_reasons
from subscribers.leaving_reasons import Why
from subscribers.lookup import find
from subscribers.tables import StopReason, Subscriber, SubscriberState
from tests.bulletins.samples import komorebi
from tests.support.clock import HandClock
from tests.support.postgres import postgres_url

FRIDAY = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def furnished(url: str, data: Path, clock: Clock, **settings: str) -> Home:
    home = Home(load({"HANSHO_DATABASE_URL": url, "HANSHO_DATA": str(data), **settings}), clock)
    migrate(home.database)
    return home


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Loaded once a kind of database; the tests only look, but for signing in."""
    folder = tmp_path_factory.mktemp("sample")
    url = f"sqlite:///{folder / 'hansho.db'}" if request.param == "sqlite" else postgres_url()
    home = furnished(url, folder / "var", HandClock(FRIDAY))
    load_sample(home)
    yield home
    home.database.close()


def counted(home: Home) -> list[int | None]:
    with home.database.read() as session:
        tables = (Subscriber, Bulletin, OutboxRow, LedgerLine)
        return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def test_the_printed_sign_in_opens_the_console(home: Home) -> None:
    lines = load_sample(home)
    desk = SignIn(home.database, home.keyring)
    printed = {line.split()[1]: line.split()[3] for line in lines if "@city.example.jp" in line}

    let_in = [desk.sign_in(address, printed[address], at=home.clock.now()) for address, _, _ in PEOPLE]

    assert [type(answer) for answer in let_in] == [SignedIn] * 3


def test_the_passwords_are_kept_where_only_their_owner_reads_them(home: Home) -> None:
    assert stat.S_IMODE((home.settings.data / SIGN_IN_FILE).stat().st_mode) == 0o600


def test_loading_twice_changes_nothing_and_tells_the_same(home: Home) -> None:
    before, first = counted(home), load_sample(home)

    second = load_sample(home)

    assert counted(home) == before
    assert second == first


def test_a_database_in_use_is_left_alone(database_url: str, tmp_path: Path, clock: HandClock) -> None:
    home = furnished(database_url, tmp_path, clock)
    with home.database.write() as session:
        at = home.clock.now()
        session.add(Subscriber(address="a@example.jp", domain="example.jp", state="active", since=at, watch_from=at))

    lines = load_sample(home)

    left = counted(home)
    home.database.close()
    assert left == [1, 0, 0, 0]
    assert "見本のデータは入れませんでした" in lines[0]


def test_a_newcomer_finds_bulletins_in_every_state_that_needs_a_hand(home: Home) -> None:
    with home.database.read() as session:
        states = session.scalars(select(Bulletin.state).order_by(Bulletin.id)).all()
    assert states == [*[BulletinState.SENT] * 7, BulletinState.DRAFT, BulletinState.SUBMITTED]


def test_the_command_shows_a_bulletin_with_what_is_read_in_each_other_language(home: Home) -> None:
    shown = CliRunner().invoke(bulletins, ["show", "1", "--json"], obj=home)
    newest = CliRunner().invoke(bulletins, ["list", "--limit", "1", "--json"], obj=home)

    found = json.loads(shown.output)
    assert [each["language"] for each in found["editions"]] == ["yasashii", "en", "zh"]
    assert json.loads(newest.output).keys() == found.keys()


def test_the_past_bulletins_add_up_and_left_inside_the_hours(home: Home) -> None:
    with home.database.read() as session:
        for bulletin in session.scalars(select(Bulletin).where(Bulletin.state == BulletinState.SENT)):
            here = progress(session, bulletin)
            assert here.audience == here.counts.ended > 50
            assert not open_rows(session, bulletin.batch)
            assert bulletin.started_at is not None
            assert home.hours.is_open(bulletin.started_at)
            assert bulletin.approver_id != bulletin.submitter_id


def test_of_the_sample_only_the_letter_that_asks_for_the_approval_waits_to_be_sent(home: Home) -> None:
    with home.database.read() as session:
        waiting = select(OutboxRow.address).where(OutboxRow.state.in_(["queued", "deferred"]))
        assert session.scalars(waiting).all() == ["approver@city.example.jp"]


def test_one_address_is_under_watch_and_one_was_stopped(home: Home) -> None:
    at = home.clock.now()
    with home.database.read() as session:
        watched = find(session, UNDER_WATCH, watch=home.watch, at=at)
        stopped = find(session, FAILED_FOR_GOOD, watch=home.watch, at=at)
    assert watched is not None
    assert stopped is not None
    assert (watched.state, len(watched.bounce_days)) == (SubscriberState.ACTIVE, 2)
    assert (stopped.state, stopped.reason) == (SubscriberState.STOPPED, StopReason.UNREACHABLE)


def test_the_ledger_of_the_sample_is_sound_and_in_order(home: Home) -> None:
    with home.database.read() as session:
        moments = session.scalars(select(LedgerLine.at).order_by(LedgerLine.id)).all()
        assert ledger.first_broken(session) is None
    assert list(moments) == sorted(moments)
    assert moments[-1] <= home.clock.now()


def test_the_residents_are_synthetic_and_the_same_everywhere(home: Home) -> None:
    with home.database.read() as session:
        addresses = session.scalars(
            select(Subscriber.address).where(Subscriber.in_city_list).order_by(Subscriber.id)
        ).all()
    assert {Address.parse(str(address)).domain for address in addresses} == {"example.jp", "example.com"}
    assert len(addresses) == 123
    assert UNDER_WATCH in addresses


def test_some_residents_read_another_language_and_were_sent_it(home: Home) -> None:
    with home.database.read() as session:
        speakers = Counter(session.scalars(select(Subscriber.language).where(Subscriber.language.is_not(None))))
        letters = select(LetterRow.subject).join(OutboxRow, OutboxRow.letter_id == LetterRow.id)
        theirs = letters.join(Subscriber, Subscriber.address == OutboxRow.address)
        english = set(session.scalars(theirs.where(Subscriber.language == "en")).all())
    assert speakers == {"en": 4, "yasashii": 2, "zh": 2}
    assert "Level 3 Heavy Rain Warning issued" in english


def test_two_are_on_a_pause_and_two_said_why_they_left(home: Home) -> None:
    at = home.clock.now()
    with home.database.read() as session:
        paused = session.scalars(select(Subscriber).where(Subscriber.paused_until > at)).all()
        said = leaving_reasons.counts(session, date(2026, 1, 1))
    assert [each.state for each in paused] == [SubscriberState.ACTIVE] * 2
    assert said[Why.MOVED] == 2


def test_the_ledger_of_places_shows_what_hangs_and_a_school_to_be_noted(home: Home) -> None:
    at = home.clock.now()
    with home.database.read() as session:
        shown = place_list(session, home.places, at=at)
        listed = april_list(session, home.places, FiscalYear.of(at, home.town.zone))
    assert {line.place.key for line in shown.active if line.hung} == {place.key for place in home.town.places} | {
        SCHOOL,
        SHOP,
    }
    assert [(line.place.key, line.before) for line in listed.open_lines] == [(SCHOOL, 95)]
    assert (listed.before, listed.now) == (445, 385)


@pytest.mark.parametrize("year", range(2020, 2040))
def test_leaflets_go_home_on_a_day_of_school(year: int) -> None:
    day = april(date(year, 5, 1), komorebi())

    assert day.weekday() < 5
    assert date(year, 4, 6) <= day <= date(year, 4, 8)


def test_the_register_shows_liaisons_in_every_state_and_a_candidate(home: Home) -> None:
    at = home.clock.now()
    with home.database.read() as session:
        states = Counter(line.state for line in listing.listed(session, Wanted(), at=at))
        waiting = candidates.count_waiting(session)
        domains = {Address.parse(each).domain for each in session.scalars(select(Subscriber.address)) if each}
    assert states == {"活動中": 4, "休止中": 1, "承諾": 1, "打診中": 1}
    assert waiting == 1
    assert domains == {"example.jp", "example.com"}


def test_the_network_shows_a_circle_voices_in_every_state_meetings_and_a_paper(home: Home) -> None:
    today = home.clock.now().astimezone(home.town.zone).date()
    with home.database.read() as session:
        circle = session.scalars(select(Circle)).one()
        members = circles.how_many(session, circle.id)
        states = Counter(session.scalars(select(Voice.state)))
        late = voices.listed(session, Asked(overdue_on=today.isoformat()), limit=9)
        held = Counter((each.state, each.asked_at is not None) for each in meetings.every(session, limit=9))
        paper = papers.words_of(papers.every(session, limit=9)[0])
        unread = [each.key for each in home.network.materials.every(session) if each.checked_at is None]
        editions = session.scalar(select(func.count()).where(Bulletin.to_liaisons == ToLiaisons.WITH.value))
    assert editions == 4
    assert members == len(MEMBERS)
    assert states == dict.fromkeys(VoiceState, 1)
    assert [each.text for each in late] == [OVERDUE]
    assert held == {("held", False): 1, ("planned", True): 1}
    assert len(paper.items) > 1
    assert unread == ["children", "disaster"]


def test_people_came_by_every_place_and_to_the_schools_in_april(home: Home) -> None:
    with home.database.read() as session:
        places = session.scalars(select(Subscriber.place).distinct()).all()
        first = session.scalars(select(func.min(Subscriber.since)).where(Subscriber.place == "school")).one()
    assert {place for place in places if place} == {place.key for place in home.places.town.places} | {SCHOOL, SHOP}
    assert first is not None
    assert (first.month, home.clock.now().year) == (4, first.year)


def test_no_check_speaks_against_the_sample(home: Home) -> None:
    with home.database.read() as session:
        found = {
            f"{bulletin.subject}: {finding.rule}"
            for bulletin in session.scalars(select(Bulletin))
            for finding in home.drafting.findings(bulletin, at=bulletin.created_at)
        }
    assert found == set()


@pytest.mark.parametrize(
    ("today", "hours"),
    [
        ("2026-11-22T22:00:00+00:00", "always"),
        ("2027-01-03T03:00:00+00:00", "mon-fri 09:00-17:00"),
        ("2027-05-05T15:30:00+00:00", "sat 18:00-19:00"),
        ("2027-04-01T15:00:00+00:00", "mon-fri 09:00-17:00"),
    ],
)
def test_the_sample_is_fresh_on_any_day_and_with_any_hours(tmp_path: Path, today: str, hours: str) -> None:
    clock = HandClock(datetime.fromisoformat(today).astimezone(UTC))
    home = furnished(f"sqlite:///{tmp_path / 'hansho.db'}", tmp_path, clock, HANSHO_HOURS=hours)

    load_sample(home)

    with home.database.read() as session:
        begun = session.scalars(select(Bulletin.started_at).order_by(Bulletin.id)).all()
    home.database.close()
    past = [at for at in begun if at is not None]
    assert len(past) == 7
    assert past == sorted(past)
    assert past[-1] < clock.now()
    assert all(home.hours.is_open(at) for at in past)
