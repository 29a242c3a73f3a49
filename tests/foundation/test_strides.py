"""Strides: a transaction that took too long is followed by shorter ones, and others get their turn in between."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from sqlalchemy.orm import Session

from foundation.database import Database
from foundation.strides import CHUNK_SECONDS, LEAST, MOST, Strides


@dataclass
class Hands:
    """A timer that work moves on, and a pause that is noted."""

    now: float = 100.0
    rests: list[float] = field(default_factory=list)
    ends: bool = False

    def timer(self) -> float:
        return self.now

    def pause(self, seconds: float) -> bool:
        self.rests.append(seconds)
        return self.ends

    def work(self, rows: int, seconds: float) -> "Work":
        return Work(self, rows, seconds)


@dataclass
class Work:
    hands: Hands
    rows: int
    seconds: float

    def __call__(self, _session: Session) -> int:
        self.hands.now += self.seconds
        return self.rows


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def strides(hands: Hands) -> Iterator[Strides]:
    database = Database("sqlite://")
    yield Strides(database, hands.pause, seconds=10, timer=hands.timer)
    database.close()


def test_a_slow_database_is_asked_for_less_until_it_keeps_to_the_time(strides: Strides, hands: Hands) -> None:
    took = []
    for _ in range(20):
        took.append(strides.limit * 0.0002)
        strides.write(hands.work(strides.limit, took[-1]))

    assert took[0] > CHUNK_SECONDS
    assert took[-1] == pytest.approx(CHUNK_SECONDS, rel=0.02)


def test_a_quick_one_for_more_but_never_without_a_bound(strides: Strides, hands: Hands) -> None:
    limits = [strides.limit]
    for _ in range(10):
        strides.write(hands.work(strides.limit, 0.0001))
        limits.append(strides.limit)

    assert all(after <= before * 2 for before, after in pairwise(limits))
    assert limits[-1] == MOST


def test_a_few_rows_that_went_quickly_say_nothing_of_many(strides: Strides, hands: Hands) -> None:
    before = strides.limit

    strides.write(hands.work(3, 0.0001))

    assert strides.limit == before


def test_however_slow_it_is_it_goes_on(strides: Strides, hands: Hands) -> None:
    for _ in range(10):
        strides.write(hands.work(strides.limit, 5.0))

    assert strides.limit == LEAST


def test_others_have_twice_the_time_that_was_taken(strides: Strides, hands: Hands) -> None:
    strides.write(hands.work(100, 0.04))
    strides.go_on()
    strides.go_on()

    assert hands.rests == [pytest.approx(0.08), 0.0]


def test_a_run_ends_with_its_time_or_with_the_process(strides: Strides, hands: Hands) -> None:
    assert strides.go_on()
    hands.ends = True
    assert not strides.go_on()
    hands.ends = False
    hands.now += 10
    assert not strides.go_on()
