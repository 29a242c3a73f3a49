"""Delivery hours on the town's calendar: named days of a Japanese office."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from mailer.delivery_hours import DeliveryHours, NeverOpens
from mailer.holidays import ClosingDays

TOKYO = ZoneInfo("Asia/Tokyo")
HOLD = timedelta(seconds=60)


def office(text: str = "mon-fri 09:00-17:00", *patterns: str) -> DeliveryHours:
    days = ClosingDays(["12-29..01-03", *patterns])
    return DeliveryHours.parse(text, zone=TOKYO, closing_days=days, grace=timedelta(minutes=60))


def tokyo(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("approved", "begins"),
    [
        ("2026-11-22T14:00", "2026-11-24T09:00"),  # a Sunday; Monday is 勤労感謝の日
        ("2026-11-20T16:59:30", "2026-11-20T16:59:55"),  # the hold is cut before the closing
        ("2026-11-20T16:59:58", "2026-11-20T16:59:58"),
        ("2026-11-20T16:58", "2026-11-20T16:59"),
        ("2026-11-20T17:00", "2026-11-24T09:00"),  # at 17:00:00 it is closed
        ("2026-11-20T08:59:59", "2026-11-20T09:00"),  # the night was hold enough
        ("2026-11-20T09:00", "2026-11-20T09:01"),
        ("2026-09-18T17:30", "2026-09-24T09:00"),  # 敬老の日, 国民の休日, 秋分の日
        ("2026-12-28T18:00", "2027-01-04T09:00"),  # 年末年始
    ],
)
def test_an_approved_bulletin_begins_inside_the_hours(approved: str, begins: str) -> None:
    assert office().start_for(tokyo(approved), hold=HOLD) == tokyo(begins)


def test_a_bulletin_without_a_hold_begins_when_it_is_approved() -> None:
    approved = tokyo("2026-11-20T10:00")

    assert office().start_for(approved, hold=timedelta(0)) == approved


def test_always_only_holds() -> None:
    night = tokyo("2026-11-22T03:00")
    hours = office("always")

    assert hours.start_for(night, hold=HOLD) == night + HOLD
    assert hours.closing_after(night) is None
    assert hours.next_opening(night) == night
    assert hours.may_finish(night)
    assert hours.describe() == "24時間いつでも"


@pytest.mark.parametrize(
    ("moment", "is_open", "may_finish"),
    [
        ("2026-11-20T08:59:59.999999", False, False),
        ("2026-11-20T09:00", True, True),
        ("2026-11-20T16:59:59.999999", True, True),
        ("2026-11-20T17:00", False, True),
        ("2026-11-20T17:59:59.999999", False, True),
        ("2026-11-20T18:00", False, False),
        ("2026-11-23T12:00", False, False),
        ("2026-11-23T17:30", False, False),  # a closed day has no closing to be near
    ],
)
def test_the_hours_are_half_open_and_a_grace_follows(moment: str, is_open: bool, may_finish: bool) -> None:  # noqa: FBT001 - columns of the table above
    hours = office()

    assert hours.is_open(tokyo(moment)) is is_open
    assert hours.may_finish(tokyo(moment)) is may_finish


def test_the_closing_is_the_end_of_the_span_open_now_or_next() -> None:
    hours = office("mon-fri 09:00-12:00; mon-fri 13:00-17:00")

    assert hours.closing_after(tokyo("2026-11-20T09:00")) == tokyo("2026-11-20T12:00")
    assert hours.closing_after(tokyo("2026-11-20T12:00")) == tokyo("2026-11-20T17:00")
    assert hours.closing_after(tokyo("2026-11-20T17:00")) == tokyo("2026-11-24T12:00")


def test_days_that_touch_at_midnight_do_not_close_between() -> None:
    hours = office("mon-sun 00:00-24:00")

    assert hours.closing_after(tokyo("2026-11-18T12:00")) == tokyo("2026-11-23T00:00")


def test_answers_are_in_universal_time() -> None:
    hours = office()

    for at in (tokyo("2026-11-20T10:00"), tokyo("2026-11-22T10:00")):
        closing = hours.closing_after(at)
        assert closing is not None
        assert [m.tzinfo for m in (closing, hours.next_opening(at), hours.start_for(at, hold=HOLD))] == [UTC] * 3


def test_the_towns_own_closing_days_keep_the_office_closed() -> None:
    hours = office("mon-fri 09:00-17:00", "2026-08-12..2026-08-14")

    assert hours.next_opening(tokyo("2026-08-12T10:00")) == tokyo("2026-08-17T09:00")


@pytest.mark.parametrize("pattern", ["01-01..12-31", "2026-01-01..2040-12-31"])
def test_a_calendar_that_never_opens_says_so(pattern: str) -> None:
    hours = office("mon-fri 09:00-17:00", pattern)
    at = tokyo("2026-11-20T10:00")

    with pytest.raises(NeverOpens):
        hours.start_for(at, hold=HOLD)
    assert not hours.may_finish(at)


def test_the_end_of_the_calendar_is_no_opening() -> None:
    with pytest.raises(NeverOpens):
        office().next_opening(datetime(9999, 12, 31, 9, tzinfo=UTC))


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 20, 10)  # noqa: DTZ001 - the very thing to refuse
    hours = office()

    for ask in (hours.is_open, hours.next_opening, hours.closing_after, hours.may_finish):
        with pytest.raises(ValueError, match="time zone"):
            ask(naive)
    with pytest.raises(ValueError, match="time zone"):
        hours.start_for(naive, hold=HOLD)


def test_negative_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="hold"):
        office().start_for(tokyo("2026-11-20T10:00"), hold=timedelta(seconds=-1))
    with pytest.raises(ValueError, match="grace"):
        DeliveryHours.parse("always", zone=TOKYO, closing_days=ClosingDays(), grace=timedelta(seconds=-1))


def test_residents_are_told_the_hours() -> None:
    assert office().describe() == "月曜日〜金曜日 午前9時〜午後5時（祝日と閉庁日を除く）"
