"""The one number about forwarding: for a whole fiscal year, where five did and five did not; none names anybody."""

from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import select, text

from foundation.fiscal_year import FiscalYear
from liaisons import forwarding_year, life
from liaisons.forward_tables import ForwardYear
from liaisons.tables import Liaison, Way
from tests.bulletins.office import tokyo
from tests.liaisons.neighbourhood import Neighbourhood, sent

_NUMBERS = count()


def counted(town: Neighbourhood, at: str) -> int | None:
    with town.office.database.read() as session:
        year = FiscalYear(2026, town.office.home.town.zone)
        return forwarding_year.counted(session, year, at=tokyo(at))


def active(town: Neighbourhood, *, since: str = "2026-06-01T09:00:00", way: Way = Way.MAIL) -> int:
    """One more liaison, as the register would have written down that they began."""
    liaison = town.liaison(f"sato{next(_NUMBERS)}", "member")
    town.change(liaison, way=way.value)
    with town.office.database.write() as session:
        life.note(session, session.get_one(Liaison, liaison), at=tokyo(since))
    return liaison


@pytest.mark.parametrize(
    ("many", "others", "told"),
    [(0, 9, None), (1, 9, None), (4, 9, None), (5, 5, 5), (6, 9, 6), (6, 4, None), (9, 0, None)],
)
def test_it_is_told_where_five_did_and_five_did_not_and_only_when_the_year_is_over(
    town: Neighbourhood, many: int, others: int, told: int | None
) -> None:
    liaisons = [active(town) for _ in range(many + others)]
    for _ in range(2):
        number = sent(town)
        for liaison in liaisons[:many]:
            town.forward(liaison, number)

    assert counted(town, "2027-03-31T23:59:59") is None
    assert counted(town, "2027-04-01T00:00:00") == told


def test_who_could_not_hides_nobody(town: Neighbourhood) -> None:
    """Those without mail, and those who begin when the year is over."""
    liaisons = [active(town) for _ in range(9)]
    for _ in range(5):
        active(town, way=Way.PHONE)
        active(town, since="2027-04-01T00:00:00")
    number = sent(town)
    for liaison in liaisons[:5]:
        town.forward(liaison, number)

    assert counted(town, "2027-04-01T00:00:00") is None
    active(town)
    assert counted(town, "2027-04-01T00:00:00") == 5


def test_what_is_kept_names_nobody(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", "member")
    number = sent(town)
    town.forward(liaison, number)
    town.settle_all(number)
    town.office.clock.move(timedelta(days=30))
    town.tidy()

    with town.office.database.read() as session:
        kept = session.scalars(select(ForwardYear)).one()
        others = session.execute(text("SELECT * FROM forward_orders")).all()
    assert others == []
    assert (kept.year, len(kept.who)) == (2026, 64)
    assert kept.who != town.office.home.keyring.blind("forward-year:2027", str(liaison))
