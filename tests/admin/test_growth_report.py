"""Growth put into lines and sentences."""

from datetime import date

from admin.residents.growth_report import (
    MonthLine,
    PlaceCount,
    Sent,
    first_months,
    mondays,
    month_lines,
    month_words,
    standing_out,
    week_lines,
)
from admin.residents.wish_report import WishLine, wishes
from subscribers.growth import Event, Tick

FRIDAY = date(2026, 11, 20)
LABELS = {"school": "若葉小学校"}


def test_months_and_weeks_end_with_today() -> None:
    assert first_months(date(2026, 2, 1), 3) == (date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1))
    assert mondays(FRIDAY, 2) == (date(2026, 11, 9), date(2026, 11, 16))


def test_totals_are_those_at_each_months_end_going_back_from_now() -> None:
    ticks = [
        Tick("2026-11", Event.REGISTERED, "school", 10),
        Tick("2026-11", Event.REGISTERED, "", 2),
        Tick("2026-11", Event.LEFT, "", 3),
        Tick("2026-11", Event.STAFF, "", 1),
        Tick("2026-11", Event.UNREACHABLE, "", 2),
        Tick("2026-11", Event.UNDONE, "", 1),
        Tick("2026-10", Event.IMPORTED, "", 50),
    ]

    lines = month_lines(ticks, first_months(FRIDAY, 3), active=100)

    assert lines == (
        MonthLine(date(2026, 9, 1), 0, 0, 0, 0, 0, total=43),
        MonthLine(date(2026, 10, 1), 0, 50, 0, 0, 0, total=93),
        MonthLine(date(2026, 11, 1), 12, 0, 1, 4, 2, total=100),
    )
    assert [line.net for line in lines] == [0, 50, 7]


def test_a_week_tells_its_places_and_what_was_sent_and_what_stands_out() -> None:
    ticks = [
        Tick("2026-11-03", Event.REGISTERED, "library", 5),
        Tick("2026-11-10", Event.REGISTERED, "library", 6),
        Tick("2026-11-16", Event.REGISTERED, "library", 5),
        Tick("2026-11-18", Event.REGISTERED, "school", 148),
        Tick("2026-11-18", Event.IMPORTED, "school", 999),
    ]
    sent = [Sent(2, "later", date(2026, 11, 19)), Sent(1, "sooner", date(2026, 11, 16))]

    weeks = week_lines(ticks, sent, mondays(FRIDAY, 3))

    assert [week.registered for week in weeks] == [5, 6, 153]
    assert weeks[-1].places == (PlaceCount("school", 148, stands_out=True), PlaceCount("library", 5))
    assert [each.subject for each in weeks[-1].sent] == ["sooner", "later"]
    assert standing_out(weeks, LABELS).startswith("11月16日の週は、若葉小学校からの登録が 148人と")
    assert standing_out(weeks[:2], LABELS) == ""


def test_a_month_is_said_in_one_sentence() -> None:
    ticks = [Tick("2026-11", Event.REGISTERED, "school", 148), Tick("2026-11", Event.REGISTERED, "", 164)]

    said = month_words(date(2026, 11, 1), ticks, LABELS)

    assert said == "11月の登録は 312人。多かったのは 若葉小学校（148人）です。"
    assert month_words(date(2026, 11, 1), ticks[1:], LABELS) == "11月の登録は 164人。"
    assert month_words(date(2026, 10, 1), ticks, LABELS) == "10月の登録は、まだありません。"


def test_who_chose_all_gets_every_topic() -> None:
    found = {(): 6, ("crime",): 2, ("crime", "weather"): 1, ("gone",): 1}

    told = wishes(found, [("crime", "犯罪情報"), ("weather", "気象情報")])

    assert (told.active, told.every) == (10, 6)
    assert told.lines == (WishLine("犯罪情報", 9, 3, 0.9), WishLine("気象情報", 7, 1, 0.7))
    assert wishes({}, [("crime", "犯罪情報")]).lines[0].share == 0
