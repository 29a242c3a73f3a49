"""The lookout: one look serves many, and a long list of domains does not eat the seconds."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from admin.desk.lookout import Lookout
from bulletins.drafting import UnknownBulletin
from bulletins.progress import rate
from tests.admin.under_way import begun, move
from tests.admin.whole_console import Console, whole_console


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """One for all: each test has a bulletin of its own."""
    with whole_console(tmp_path_factory.mktemp("lookout")) as console:
        yield console


@pytest.fixture
def lookout(console: Console) -> Lookout:
    return Lookout(console.home.database, console.clock, console.desk.hours)


def test_a_look_within_the_second_is_shared_and_one_anew_is_not(console: Console, lookout: Lookout) -> None:
    number = begun(console, audience=10)
    first = lookout.look(number)
    move(console, number, {"au.com": {"sent": 3}})

    assert lookout.look(number) is first
    assert lookout.look(number, anew=True).progress.counts.sent == 3
    assert lookout.look(number).progress.counts.sent == 3


def test_two_looks_tell_a_pace(console: Console, lookout: Lookout) -> None:
    number = begun(console, audience=100)
    lookout.look(number, anew=True)
    console.clock.move(timedelta(seconds=5))
    move(console, number, {"au.com": {"sent": 50}})

    seen = lookout.look(number, anew=True)

    assert (rate(seen.readings), rate(seen.readings, "au.com")) == (10, 10)


def test_domains_that_take_long_to_read_are_read_less_often(
    console: Console, lookout: Lookout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("admin.desk.lookout.FRESH_SECONDS", 0.0)
    monkeypatch.setattr("admin.desk.lookout.DOMAINS_SHARE", 1e-9)
    number = begun(console, audience=10)
    lookout.look(number)
    move(console, number, {"au.com": {"sent": 3}})

    later = lookout.look(number)

    assert later.progress.counts.sent == 3
    assert later.domains == {}
    assert lookout.look(number, anew=True).domains["au.com"].sent == 3


def test_what_nobody_watches_any_more_is_forgotten(
    console: Console, lookout: Lookout, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = begun(console, audience=10), begun(console, audience=10)
    lookout.look(first)
    monkeypatch.setattr("admin.desk.lookout.KEPT_SECONDS", 0.0)

    lookout.look(second)

    assert list(lookout._kept) == [second]


def test_an_unknown_bulletin_is_refused(lookout: Lookout) -> None:
    with pytest.raises(UnknownBulletin):
        lookout.look(999)
