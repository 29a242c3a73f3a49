"""The yearly report counts what went out, once each, in the year in which its delivery began."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from admin.records.yearly_report import Lag, Reporter, YearlyReport, years
from bulletins.approval import Decision
from bulletins.categories import CategoryTree
from bulletins.drafting import Sheet
from bulletins.event_moment import EventMoments
from bulletins.notice_templates import Kind
from bulletins.tables import Bulletin
from foundation.fiscal_year import FiscalYear
from foundation.strides import Strides
from mailer.folding import Spans, fold
from tests.bulletins import forty
from tests.bulletins.office import GONE, OK, SHEET, Office, tokyo

MAY = tokyo("2019-05-22T10:00:00")


on_both = pytest.mark.parametrize("database_kind", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    """Both where another query, or a moment that the database compares, decides."""
    return str(getattr(request, "param", "sqlite"))


def report_of(office: Office, number: int = 2019) -> YearlyReport:
    home = office.home
    reporter = Reporter(CategoryTree(home.town).statistic_classes(), EventMoments(home.shelf.all()), home.hours)
    with office.database.read() as session:
        return reporter.report(session, FiscalYear(number, home.town.zone), at=office.clock.now())


def classes(report: YearlyReport) -> dict[str, int]:
    return {line.name: line.number for line in report.classes if line.number}


def sheet(office: Office, notice: str, values: Mapping[str, object], *, follows: int | None = None) -> Sheet:
    return Sheet(notice, {**office.home.shelf.get(notice).example, **values}, follows=follows)


def sent(office: Office, what: Sheet, at: datetime = MAY) -> int:
    office.clock.set(at)
    number = office.sending(what)
    office.post()
    office.finish()
    return number


def test_the_forty_bulletins_of_reiwa_1_are_counted_as_the_city_counted_them(office: Office) -> None:
    forty.send_all(office)

    report = report_of(office)

    assert report.year.label == "令和元年度"
    assert report.total == 40
    assert classes(report) == forty.PUBLISHED
    assert report.months == forty.BY_MONTH
    assert {kind.label: number for kind, number in report.kinds} == forty.BY_KIND
    assert [(line.delivery.started_at, line.delivery.urgent_reason, line.outside) for line in report.urgent] == [
        (forty.FIRST, forty.EVENING, True),
        (forty.LAST, forty.EVENING, True),
    ]
    assert (report.letters.audience, report.letters.sent, report.letters.failed) == (120, 80, 40)
    assert report.approval == Lag(40, timedelta(minutes=10), timedelta(minutes=10))


@on_both
def test_the_last_second_of_march_and_the_first_moment_of_april_fall_into_the_years_beside_it(office: Office) -> None:
    office.residents("a")
    before, after = (forty.send(office, each) for each in forty.outside())
    first, last = (forty.send(office, forty.Written(at, "weather", urgent=True)) for at in (forty.FIRST, forty.LAST))

    found = {year: [each.id for each in report_of(office, year).deliveries] for year in (2018, 2019, 2020)}

    assert found == {2018: [before], 2019: [first, last], 2020: [after]}


@on_both
def test_what_was_withdrawn_before_it_began_is_not_counted_and_what_had_begun_is_counted_and_marked(
    office: Office,
) -> None:
    office.clock.set(MAY)
    office.residents("a", "b", "c")
    office.withdraw(office.draft())
    office.withdraw(office.submitted())
    office.withdraw(office.waiting())
    begun = office.sending()
    office.post(limit=1)
    office.withdraw(begun)
    office.post()

    report = report_of(office)

    assert [each.id for each in report.deliveries] == [begun]
    assert [each.id for each in report.withdrawn] == [begun]
    assert (report.letters.sent, report.letters.suppressed, report.letters.waiting) == (1, 2, 0)


def test_a_bulletin_that_is_being_sent_is_counted_with_its_letters_still_waiting(office: Office) -> None:
    office.clock.set(MAY)
    office.residents("a", "b", "c")
    office.sending()
    office.post(limit=1)

    report = report_of(office)

    assert (report.total, report.under_way) == (1, 1)
    assert (report.letters.audience, report.letters.sent, report.letters.waiting) == (3, 1, 2)


@on_both
def test_a_bulletin_that_was_sent_again_in_the_next_year_stays_in_the_year_in_which_it_began(office: Office) -> None:
    office.clock.set(tokyo("2020-03-31T16:00:00"))
    office.residents("a", "gone")
    number = office.sending()
    office.post(lambda name: GONE if name == "gone" else OK)
    office.finish()
    office.clock.set(tokyo("2020-04-01T10:00:00"))

    office.send_again(number)
    office.post()
    office.finish()

    assert [each.id for each in report_of(office, 2019).deliveries] == [number]
    assert report_of(office, 2020).total == 0


@on_both
def test_old_letters_that_were_folded_stay_in_the_counts(office: Office) -> None:
    office.clock.set(MAY)
    office.residents("a", "b", "gone")
    office.sending()
    office.post(lambda name: GONE if name == "gone" else OK)
    office.finish()
    before = report_of(office)
    office.clock.move(timedelta(days=91))
    spans = Spans(kept=timedelta(days=90), memory=timedelta(days=400))

    dropped = fold(Strides(office.database, lambda _seconds: False, seconds=60), spans, at=office.clock.now())

    assert dropped == 2
    assert report_of(office).letters == before.letters
    assert (before.letters.sent, before.letters.failed) == (2, 1)


def test_the_lag_is_that_from_the_event_with_its_median_and_its_longest(office: Office) -> None:
    for hours in (1, 2, 9):
        happened = MAY - timedelta(hours=hours)
        sent(office, sheet(office, "crime", {"happened_at": f"{happened.isoformat()}"}))
    issued = f"{(MAY - timedelta(minutes=20)).isoformat()}"
    sent(office, sheet(office, "evacuation", {"issued_at": issued}))

    report = report_of(office)
    by_class = {line.name: line.lag for line in report.classes if line.lag}

    assert by_class == {
        "詐欺等の犯罪情報": Lag(3, timedelta(hours=2), timedelta(hours=9)),
        "地震・避難情報": Lag(1, timedelta(minutes=20), timedelta(minutes=20)),
    }
    assert report.lag == Lag(4, timedelta(minutes=90), timedelta(hours=9))


def test_what_has_no_event_of_its_own_has_no_lag(office: Office) -> None:
    first = sent(office, sheet(office, "crime", {"happened_at": f"{(MAY - timedelta(hours=3)).isoformat()}"}))
    sent(office, SHEET)
    sent(office, sheet(office, "fraud-call", {}))
    sent(office, sheet(office, "event", {"held_at": f"{(MAY - timedelta(hours=1)).isoformat()}"}))
    sent(office, sheet(office, "drill", {"scheduled_at": f"{(MAY - timedelta(hours=1)).isoformat()}"}))
    earlier = f"{(MAY - timedelta(hours=5)).isoformat()}"
    sent(office, sheet(office, "crime", {"happened_at": earlier}, follows=first))
    sent(office, sheet(office, "correction", {"sent_at": earlier}, follows=first))
    sent(office, sheet(office, "retraction", {"sent_at": earlier}))
    sent(office, sheet(office, "crime", {"happened_at": f"{(MAY + timedelta(hours=1)).isoformat()}"}))

    report = report_of(office)

    assert report.total == 9
    assert report.lags == {first: timedelta(hours=3)}


def test_a_notice_template_that_has_left_the_shelf_harms_no_report(office: Office) -> None:
    number = sent(office, sheet(office, "crime", {"happened_at": f"{(MAY - timedelta(hours=3)).isoformat()}"}))
    office.meddle(lambda session: setattr(session.get_one(Bulletin, number), "notice", "of-old"))

    report = report_of(office)

    assert (report.total, report.lag) == (1, None)


def test_a_drill_of_the_national_alarm_is_counted_as_one_and_a_drill_of_the_town_as_something_else(
    office: Office,
) -> None:
    example = dict(office.home.shelf.get("drill").example)
    sent(office, Sheet("drill", example, category="一般－国民保護・Jアラート－訓練"))
    sent(office, Sheet("drill", example, category="一般－お知らせ－訓練"))

    assert classes(report_of(office)) == {"Jアラート訓練情報": 1, "その他": 1}


def test_a_class_that_has_left_the_town_file_is_still_counted_after_the_others(office: Office) -> None:
    number = sent(office, SHEET)
    office.meddle(lambda session: setattr(session.get_one(Bulletin, number), "statistic_class", "光化学スモッグ"))

    report = report_of(office)

    assert report.classes[-1].name == "光化学スモッグ"
    assert classes(report) == {"光化学スモッグ": 1}
    assert sum(report.months) == report.total == 1


@on_both
def test_a_correction_is_counted_and_listed_with_what_it_corrects(office: Office) -> None:
    first = sent(office, SHEET, tokyo("2019-03-29T10:00:00"))
    sent(office, sheet(office, "correction", {"sent_at": "2019-03-29 10:00"}, follows=first))
    sent(office, sheet(office, "retraction", {"sent_at": "2019-05-20 10:00", "sent_subject": "だれかの件名"}))

    report = report_of(office)

    assert report.total == 2
    assert [(line.delivery.kind, line.of_id, line.of_subject, line.of_started_at) for line in report.amending] == [
        (Kind.CORRECTION, first, SHEET.fields["subject"], tokyo("2019-03-29T10:00:00")),
        (Kind.RETRACTION, 0, "だれかの件名", None),
    ]


@pytest.mark.parametrize(("moment", "outside"), [("2019-05-22T16:59:59", False), ("2019-05-22T17:00:00", True)])
def test_an_urgent_delivery_is_listed_with_its_reason_and_told_whether_it_kept_the_hours(
    office: Office, moment: str, *, outside: bool
) -> None:
    office.clock.set(tokyo(moment))
    office.waiting(SHEET, Decision(urgent=True, reason="急ぐため"))
    office.open_due()

    report = report_of(office)

    assert [(line.delivery.urgent_reason, line.outside) for line in report.urgent] == [("急ぐため", outside)]


@on_both
def test_the_years_go_from_the_very_first_delivery_to_now(office: Office) -> None:
    now = FiscalYear(2021, office.home.town.zone)
    with office.database.read() as session:
        empty = years(session, now)
    sent(office, SHEET, tokyo("2019-03-29T10:00:00"))

    with office.database.read() as session:
        found = years(session, now)

    assert [each.number for each in empty] == [2021]
    assert [each.number for each in found] == [2021, 2020, 2019, 2018]
