"""The life of a voice: only the moves of the table, each written down, and nobody's hand over another's."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.database import Database
from foundation.ledger import LedgerLine
from liaisons import voice_life, voices
from liaisons.dealings import Dealt, VoiceCount
from liaisons.known_dealings import KnownDealings
from liaisons.voice_due import due_day
from liaisons.voice_life import MOVES, Added, Changed, Turn, VoiceUnfit, WrongMove
from liaisons.voice_tables import OPEN, Road, ToldBy, Voice, VoiceState
from liaisons.voice_text import LONGEST
from liaisons.voices import Asked, Heard
from mailer.holidays import ClosingDays
from tests.liaisons.network import ANNA, BEN, enter

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")
DUE = date(2026, 12, 4)
_S = VoiceState


def heard(session: Session, number: int = 1, *, road: Road = Road.FORM, at: datetime = AT, **more: object) -> Voice:
    given_: dict[str, object] = {"due_on": DUE, "by": "resident", **more}
    return voices.hear(session, Heard(road, "街灯が切れています。", f"once:{number}", **given_), at=at)  # type: ignore[arg-type]


def turn(*, seen: int | None = None, at: datetime = AT) -> Turn:
    return Turn(ANNA, at, seen)


DEEDS: dict[VoiceState, Callable[[Session, Voice], object]] = {
    _S.ASSIGNED: lambda session, voice: voice_life.assign(session, voice, turn(), section="道路管理課", officer=None),
    _S.IN_HAND: lambda session, voice: (
        voice_life.take(session, voice, turn())
        if _S(voice.state).is_open
        else voice_life.reopen(session, voice, turn(), "まだ暗い", due_on=DUE)
    ),
    _S.ANSWERED: lambda session, voice: voice_life.answer(session, voice, turn(), "交換しました。"),
    _S.CANNOT: lambda session, voice: voice_life.cannot(session, voice, turn(), "私有地のためです。"),
}


@pytest.mark.parametrize("start", list(VoiceState))
@pytest.mark.parametrize("to", list(DEEDS))
def test_from_each_state_only_the_moves_of_the_table_are_made(
    database: Database, start: VoiceState, to: VoiceState
) -> None:
    with database.write() as session:
        voice = heard(session)
        voice.state = start.value
        voice.closed_at = None if start in OPEN else AT
        if to in MOVES[start]:
            DEEDS[to](session, voice)
            assert voice.state == to.value
            assert (voice.closed_at is None) is to.is_open
        else:
            with pytest.raises(WrongMove):
                DEEDS[to](session, voice)
            assert (voice.state, len(voices.steps_of(session, voice.id))) == (start.value, 1)


def test_each_step_is_written_down_with_who_and_when_and_its_words_stay_out_of_the_ledger(database: Database) -> None:
    with database.write() as session:
        voice = heard(session, mail="hanako@example.com")
        voice_life.assign(session, voice, turn(), section=" 道路\n管理課 ", officer=(BEN.id, BEN.name))
        voice_life.take(session, voice, Turn(BEN, AT))
        voice_life.move_due(session, voice, turn(), day=date(2027, 1, 8), why="山田さんに確かめるため")
        voice_life.answer(session, voice, Turn(BEN, AT), "交換しました。hanako@example.com")
        voice_life.told(session, voice, turn(), way=ToldBy.PHONE, day=AT.date())
        voice_life.led_to(session, voice, turn(), bulletin_id=None, words="一斉点検")
        steps = [(each.step, each.staff_name, each.note) for each in voices.steps_of(session, voice.id)]
        lines = session.scalars(select(LedgerLine).order_by(LedgerLine.id)).all()

    assert steps == [
        ("received", "", ""),
        ("assigned", ANNA.name, f"道路 管理課（{BEN.name}）"),
        ("taken", BEN.name, ""),
        ("due", ANNA.name, "山田さんに確かめるため"),
        ("answered", BEN.name, "交換しました。hanako@example.com"),
        ("told", ANNA.name, "電話"),
        ("led-to", ANNA.name, "一斉点検"),
    ]
    assert [line.action.removeprefix("voice.") for line in lines] == [step for step, _, _ in steps]
    assert {line.subject for line in lines} == {"voice:1"}
    assert not [line for line in lines if "山田" in line.details or "hanako" in line.details or "点検" in line.details]


def test_a_hand_that_saw_an_older_version_changes_nothing(database: Database) -> None:
    with database.write() as session:
        voice = heard(session)
        voice_life.assign(session, voice, turn(seen=1), section="道路管理課", officer=None)
        stale = turn(seen=1)
        deeds: list[Callable[[], None]] = [
            lambda: voice_life.assign(session, voice, stale, section="公園課", officer=None),
            lambda: voice_life.take(session, voice, stale),
            lambda: voice_life.answer(session, voice, stale, "はい。"),
            lambda: voice_life.move_due(session, voice, stale, day=DUE, why="x"),
            lambda: voice_life.led_to(session, voice, stale, bulletin_id=None, words="x"),
        ]
        for deed in deeds:
            with pytest.raises(Changed):
                deed()
        assert (voice.section, voice.state) == ("道路管理課", "assigned")


@pytest.mark.parametrize("words", ["", " \n\u3000", "\0\u202e\u2028", "あ" * (LONGEST + 1)])
def test_an_answer_without_words_or_too_long_is_refused_and_nothing_moves(database: Database, words: str) -> None:
    with database.write() as session:
        voice = heard(session)
        for deed in (voice_life.answer, voice_life.cannot):
            with pytest.raises(VoiceUnfit):
                deed(session, voice, turn(), words)
        assert voice.state == "received"


def test_who_was_answered_and_comes_back_is_in_hand_again_with_a_new_day_once(database: Database) -> None:
    later = date(2026, 12, 25)
    with database.write() as session:
        voice = heard(session)
        voice_life.answer(session, voice, turn(), "交換しました。")
        voice_life.told(session, voice, turn(), way=ToldBy.MAIL, day=AT.date())
        added = Added("まだ暗いです。", "resident", "form:1", later)
        first, again = (voice_life.add_words(session, voice, added, at=AT) for _ in range(2))

        assert (first, again) == (True, False)
        assert (voice.state, voice.closed_at, voice.told_by, voice.due_on) == ("in-hand", None, None, "2026-12-25")


def test_the_same_form_is_one_voice(database: Database) -> None:
    with database.write() as session:
        assert heard(session).id == heard(session).id
        assert voices.how_many(session, Asked()) == 1


@pytest.mark.parametrize(
    ("received", "days", "due"),
    [
        ("2026-11-20", 10, "2026-12-07"),  # 23 November is a holiday
        ("2026-12-25", 3, "2027-01-05"),  # the turn of the year is closed
        ("2026-11-21", 1, "2026-11-24"),
        ("2026-11-20", 0, "2026-11-20"),
    ],
)
def test_only_days_on_which_the_office_is_open_are_counted(received: str, days: int, due: str) -> None:
    closing = ClosingDays(("12-29..01-03",))

    assert due_day(date.fromisoformat(received), days, closing).isoformat() == due


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 60))
def test_the_day_is_always_an_open_one_and_later(received: date, days: int) -> None:
    closing = ClosingDays(("12-29..01-03",))
    due = due_day(received, days, closing)

    assert due >= received + timedelta(days=days)
    assert closing.name(due) is None


def test_an_office_that_never_opens_owes_an_answer_all_the_same() -> None:
    assert due_day(date(2026, 1, 1), 10, ClosingDays(("01-01..12-31",))) > date(2026, 1, 1)


def test_open_ones_stand_first_by_their_day_and_the_late_are_found(database: Database) -> None:
    with database.write() as session:
        for number, day in enumerate((date(2026, 12, 1), date(2026, 11, 1), date(2026, 11, 19), date(2026, 11, 20))):
            heard(session, number, due_on=day)
        voice_life.answer(session, voices.listed(session, Asked(), limit=9)[0], turn(), "はい。")

        assert [each.due_on[5:] for each in voices.listed(session, Asked(), limit=9)] == [
            "11-19",
            "11-20",
            "12-01",
            "11-01",
        ]
        assert voices.open_ones(session, today=date(2026, 11, 20)) == voices.VoiceCounts(3, 3, 1)
        late = Asked(overdue_on="2026-11-20")
        assert [each.due_on for each in voices.listed(session, late, limit=9)] == ["2026-11-19"]
        assert voices.how_many(session, Asked(state="untold")) == 1


def test_a_year_counts_roads_answers_and_whom_they_reached(database: Database) -> None:
    april, before = datetime(2026, 3, 31, 15, 0, tzinfo=UTC), datetime(2026, 3, 31, 14, 59, tzinfo=UTC)
    with database.write() as session:
        liaison = enter(session, "yamada", at=AT)
        heard(session, 0, at=before, road=Road.CALL)
        all_ = [heard(session, number, at=april, road=Road.MAIL, liaison_id=liaison.id) for number in (1, 2)]
        all_ += [heard(session, 3, at=AT), heard(session, 4, at=AT), heard(session, 5, at=AT)]
        for voice, way in zip(all_[:4], (ToldBy.MAIL, ToldBy.VISIT, ToldBy.PAGE, None), strict=True):
            voice_life.answer(session, voice, turn(), "はい。")
            if way is not None:
                voice_life.told(session, voice, turn(), way=way, day=AT.date())

        year = voices.yearly_voices(session, 2026, TOKYO)
        assert (year.total, year.by_road[Road.MAIL], year.by_road[Road.FORM], year.by_road[Road.CALL]) == (5, 2, 3, 0)
        assert (year.answered, year.open, year.told) == (4, 1, 2)
        assert (year.share_answered, year.share_told) == (0.8, 0.5)
        assert voices.yearly_voices(session, 2025, TOKYO).total == 1
        assert voices.yearly_voices(session, 2027, TOKYO).share_answered is None
        assert voices.of_liaison(session, liaison.id) == voices.VoiceCounts(2, 0, 0)


def test_the_register_is_told_how_many_voices_each_had_and_how_many_were_answered(database: Database) -> None:
    with database.write() as session:
        one, other = (enter(session, name, at=AT) for name in ("yamada", "suzuki"))
        for number, liaison in enumerate((one, one, None)):
            voice = heard(session, number, liaison_id=liaison.id if liaison else None)
        voice_life.cannot(session, voice, turn(), "私有地のためです。")
        dealings = KnownDealings()

        assert dealings.with_each(session, [one.id, other.id]) == {one.id: Dealt(voices=2)}
        assert dealings.with_each(session, []) == {}
        assert dealings.voices(session, AT, AT + timedelta(days=1)) == VoiceCount(received=3, answered=1)
        assert dealings.voices(session, AT + timedelta(days=1), AT + timedelta(days=2)).share is None
