"""What the watch page adds up: nothing is lost on the way from the counts to the lines."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from admin.residents.bounce_trend import LARGEST, Place, Series, trend
from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_weeks import WeekCount
from mailer.carrier_groups import CarrierGroups

WEEKS = (date(2026, 11, 9), date(2026, 11, 16))
CARRIERS = CarrierGroups.load()
COUNTS = [
    WeekCount(0, "ezweb.ne.jp", "gone", 2),
    WeekCount(1, "au.com", "gone", 1),
    WeekCount(1, "au.com", "filtered", 4),
    WeekCount(1, "example.jp", "full", 3),
]


def test_domains_of_one_carrier_stand_together() -> None:
    found = trend(COUNTS, WEEKS, CARRIERS)

    assert found.series == (
        Series(BounceClass.GONE, (2, 1)),
        Series(BounceClass.FULL, (0, 3)),
        Series(BounceClass.FILTERED, (0, 4)),
    )
    assert found.places == (Place("au", (3, 0, 4)), Place("example.jp", (0, 3, 0)))
    assert (found.sums, found.total) == ((2, 8), 10)


def test_a_chosen_carrier_is_shown_by_its_domains() -> None:
    found = trend(COUNTS, WEEKS, CARRIERS, chosen="au")

    assert found.places == (Place("au.com", (1, 4)), Place("ezweb.ne.jp", (2, 0)))
    assert found.choices == ("au", "example.jp")


def test_a_chosen_domain_stands_alone() -> None:
    assert trend(COUNTS, WEEKS, CARRIERS, chosen="au.com").places == (Place("au.com", (1, 4)),)


def test_an_unknown_name_has_no_errors() -> None:
    found = trend(COUNTS, WEEKS, CARRIERS, chosen="<script>")

    assert (found.total, found.series, found.places) == (0, (), ())


def test_where_carriers_are_not_told_apart_each_domain_is_its_own() -> None:
    found = trend(COUNTS, WEEKS, CarrierGroups(()))

    assert [place.name for place in found.places] == ["au.com", "example.jp", "ezweb.ne.jp"]


_COUNTS = st.builds(
    WeekCount,
    st.integers(0, 1),
    st.sampled_from([f"d{number}.example" for number in range(30)] + ["docomo.ne.jp", "au.com", "ezweb.ne.jp"]),
    st.sampled_from([each.value for each in BounceClass]),
    st.integers(1, 1000),
)


@given(counts=st.lists(_COUNTS, max_size=60))
def test_chart_and_table_add_up_to_the_same(counts: list[WeekCount]) -> None:
    found = trend(counts, WEEKS, CARRIERS)

    assert found.total == sum(found.sums) == sum(place.total for place in found.places) == sum(c.number for c in counts)
    assert len(found.places) <= LARGEST + 1
    for index, series in enumerate(found.series):
        assert series.total == sum(place.numbers[index] for place in found.places)
