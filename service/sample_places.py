"""What the sample's office hung up and handed out: a school and a shop of its own, leaflets in two Aprils, posters."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from bulletins.signatory import Signatory
from foundation.fiscal_year import FIRST_MONTH, FiscalYear
from subscribers import placements
from subscribers.placements import Occasion, Placement, Sheet
from subscribers.places import PlaceForm, Places
from subscribers.town import Town

SCHOOL, SHOP = "school-1", "shop-1"  # as the ledger of places calls the first of their kinds
LECTURE = 96  # days ago: the sample's oldest bulletin invites to it
_CEREMONY = 6  # of April
_FRIDAY = 4


def note(session: Session, places: Places, placement: Placement, by: Signatory, *, at: datetime) -> None:
    """Not in a town without that place."""
    if places.find(session, placement.place) is not None:
        key = f"sample:{placement.place}:{placement.sheet}:{placement.day}"
        placements.note(session, placement, by, once_key=key, at=at)


def places_of(town: Town) -> list[str]:
    """All that the sample's residents come by."""
    return [*(place.key for place in town.places), SCHOOL, SHOP]


def april(today: date, town: Town, *, years_ago: int = 0) -> date:
    """When leaflets go home with new pupils, in the fiscal year of that day or one before: on a day of school."""
    year = today.year if today.month >= FIRST_MONTH else today.year - 1
    day = FiscalYear(year - years_ago, town.zone).first_day.replace(day=_CEREMONY)
    return day + timedelta(days=7 - day.weekday() if day.weekday() > _FRIDAY else 0)


def open_places(session: Session, places: Places, by: Signatory, *, at: datetime) -> None:
    names = [town.name for town in places.town.towns]
    school = PlaceForm(f"{names[8 % len(names)]}小学校", "primary-school", "職員室の教頭先生あて")
    shop = PlaceForm(f"{names[0]}商店会", "shop", "会長さんの店のレジ横")
    for form in (school, shop):
        places.add(session, form, by, at=at)


def handed_out(today: date, town: Town) -> Iterable[Placement]:
    """For this year's pupils of the one school there is nothing yet, so that somebody may note it."""
    this, last = april(today, town), april(today, town, years_ago=1)
    newcomers, standing = Occasion.NEWCOMERS, Occasion.STANDING
    return (
        Placement("school", Sheet.LEAFLET, 240, last, newcomers),
        Placement(SCHOOL, Sheet.LEAFLET, 95, last, newcomers),
        Placement("nursery", Sheet.LEAFLET, 110, last, newcomers),
        Placement("school", Sheet.LEAFLET, 265, this, newcomers, "入学式の封筒に入れてもらう"),
        Placement("nursery", Sheet.LEAFLET, 120, this, newcomers),
        Placement("library", Sheet.POSTER, 2, _ago(today, 118), standing, "1階の掲示板と児童コーナー"),
        Placement("hall", Sheet.LEAFLET, 80, _ago(today, LECTURE), Occasion.EVENT, "市民防犯講習会"),
        Placement(SHOP, Sheet.POSTER, 1, _ago(today, 60), standing),
        Placement("library", Sheet.LEAFLET, 50, _ago(today, 45), standing, "貸出カウンター"),
        Placement(SHOP, Sheet.CARD, 50, _ago(today, 18), Occasion.ROUNDS, "夕方の見回り"),
    )


def _ago(today: date, days: int) -> date:
    return today - timedelta(days=days)
