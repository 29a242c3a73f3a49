"""The one number about forwarding: for a whole fiscal year, of five liaisons or more, and none that names anybody."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from foundation.fiscal_year import FiscalYear
from liaisons import forwarding_year
from liaisons.forward_tables import ForwardYear
from tests.bulletins.office import tokyo
from tests.liaisons.neighbourhood import Neighbourhood, sent

NAMES = ("sato", "ito", "kato", "goto", "endo", "saito")


def counted(town: Neighbourhood, at: str) -> int | None:
    with town.office.database.read() as session:
        year = FiscalYear(2026, town.office.home.town.zone)
        return forwarding_year.counted(session, year, at=tokyo(at))


@pytest.mark.parametrize(("many", "told"), [(0, None), (1, None), (4, None), (5, 5), (6, 6)])
def test_it_is_told_of_five_or_more_and_only_when_the_year_is_over(
    town: Neighbourhood, many: int, told: int | None
) -> None:
    liaisons = [town.liaison(name, "member") for name in NAMES]
    for _ in range(2):
        number = sent(town)
        for liaison in liaisons[:many]:
            town.forward(liaison, number)

    assert counted(town, "2027-03-31T23:59:59") is None
    assert counted(town, "2027-04-01T00:00:00") == told


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
