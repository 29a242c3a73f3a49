"""What stands on top of every residents' page, and what does not."""

from datetime import timedelta

import pytest

from bulletins.life import BulletinState
from bulletins.notice_templates import Kind
from bulletins.standing import standing
from foundation.database import Database
from tests.bulletins.public_archive import PublicArchive
from tests.support.clock import HandClock


class Top:
    def __init__(self, database: Database, clock: HandClock) -> None:
        self._database = database
        self._clock = clock

    def subjects(self) -> list[str]:
        with self._database.read() as session:
            return [each.subject for each in standing(session, at=self._clock.now())]


@pytest.fixture
def archive(database: Database, clock: HandClock) -> PublicArchive:
    return PublicArchive(database, clock)


@pytest.fixture
def top(database: Database, clock: HandClock) -> Top:
    return Top(database, clock)


def test_what_is_urgent_or_to_everybody_stands_until_it_expires(
    archive: PublicArchive, top: Top, clock: HandClock
) -> None:
    archive.add("ふつうのお知らせ")
    archive.add("国民保護", to_all=True)
    clock.move(timedelta(minutes=30))
    archive.add("避難指示", urgent=True)

    both = top.subjects()
    clock.move(timedelta(minutes=30))

    assert (both, top.subjects()) == (["避難指示", "国民保護"], ["避難指示"])


@pytest.mark.parametrize("kind", [Kind.ALL_CLEAR, Kind.END, Kind.RETRACTION])
def test_it_stands_no_longer_once_it_is_lifted_ended_or_taken_back(
    archive: PublicArchive, top: Top, kind: Kind
) -> None:
    first = archive.add("避難指示", urgent=True)
    archive.add("そのおわり", kind=kind, follows=first, mends=first)

    assert top.subjects() == []


def test_a_drill_and_a_test_never_stand_there(archive: PublicArchive, top: Top) -> None:
    archive.add("訓練", kind=Kind.DRILL, urgent=True, to_all=True)
    archive.add("試験", kind=Kind.TEST, to_all=True)

    assert top.subjects() == []


def test_that_a_danger_is_over_stands_only_where_an_approver_called_it_urgent(archive: PublicArchive, top: Top) -> None:
    first = archive.add("避難指示", urgent=True, to_all=True)
    archive.add("避難指示の解除", kind=Kind.ALL_CLEAR, follows=first, to_all=True)
    quiet = top.subjects()
    archive.add("国民保護の解除", kind=Kind.ALL_CLEAR, urgent=True, to_all=True)

    assert (quiet, top.subjects()) == ([], ["国民保護の解除"])


def test_that_it_was_all_an_error_stands_there_too(archive: PublicArchive, top: Top) -> None:
    first = archive.add("避難指示", to_all=True)
    archive.add("先ほどの避難指示は誤りです", kind=Kind.RETRACTION, follows=first, mends=first, to_all=True)

    assert top.subjects() == ["先ほどの避難指示は誤りです"]


def test_a_retraction_hides_no_other_warning_of_its_chain(archive: PublicArchive, top: Top) -> None:
    first = archive.add("大雨警報", urgent=True)
    second = archive.add("川から離れて", kind=Kind.FOLLOW_UP, follows=first, urgent=True)
    archive.add("警報は誤り", kind=Kind.RETRACTION, follows=first, mends=first, urgent=True)
    without_the_first = top.subjects()
    archive.add("川も誤り", kind=Kind.RETRACTION, follows=first, mends=second, urgent=True)

    assert without_the_first == ["警報は誤り", "川から離れて"]
    assert top.subjects() == ["川も誤り", "警報は誤り"]


def test_of_a_chain_the_newest_stands_and_a_correction_takes_no_place(archive: PublicArchive, top: Top) -> None:
    first = archive.add("避難指示", urgent=True, to_all=True)
    archive.add("避難指示、続報", kind=Kind.FOLLOW_UP, follows=first, urgent=True, to_all=True)
    archive.add("避難所の訂正", kind=Kind.CORRECTION, follows=first, mends=first, to_all=True)

    assert top.subjects() == ["避難指示、続報"]


def test_what_was_withdrawn_or_has_not_begun_stands_nowhere(archive: PublicArchive, top: Top, clock: HandClock) -> None:
    archive.add("取り下げ", state=BulletinState.WITHDRAWN, begun=clock.now(), urgent=True)
    archive.add("まだ", state=BulletinState.WAITING, urgent=True)

    assert top.subjects() == []


def test_no_more_than_three_stand_there(archive: PublicArchive, top: Top) -> None:
    for number in range(5):
        archive.add(f"警報{number}", urgent=True)

    assert top.subjects() == ["警報4", "警報3", "警報2"]
