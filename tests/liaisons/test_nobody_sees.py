"""Nobody can see who passed something on: worlds in which one did, another did, or nobody did, read the same."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mailer.quiet import is_quiet
from tests.bulletins.corrections import correction
from tests.liaisons.neighbourhood import TO_ALL_AND_LIAISONS
from tests.liaisons.two_worlds import World, world

Acts = Callable[[World, int], None]
STOREYS = ("service", "admin", "liaisons", "bulletins", "subscribers", "mailer", "foundation")
LONG = replace(TO_ALL_AND_LIAISONS, expires_after=timedelta(days=13))


def nobody(here: World, _number: int) -> None:
    """The liaisons keep it to themselves."""
    here.town.office.post()


def sato(here: World, number: int) -> None:
    here.forward("sato", number)


def read(folder: Path, acts: Acts, caplog: pytest.LogCaptureFixture) -> dict[str, str]:
    """A week of the office: a bulletin, perhaps forwards, dead addresses and reports, and a correction."""
    caplog.clear()
    with world(folder) as here:
        office = here.town.office
        for day in range(4):
            number = office.begun(LONG)
            here.send(number)
            acts(here, number)
            here.send(number, dead="dead")
            office.clock.move(timedelta(hours=1))
            here.comes_back("back", number)
            here.days_pass(4 if day == 0 else 1)
        mending = office.begun(correction(1))
        here.send(mending)
        under_way = office.begun(LONG)
        office.fan_out()
        acts(here, under_way)
        here.town.pass_on()
        told = here.seen()
        quiet = {row.address for row in office.rows() if is_quiet(row.batch) and row.once_key == f"bulletin:{mending}"}
        assert bool(quiet) is (acts is not nobody), "the correction follows whoever had it"
    ours = (each for each in caplog.records if each.name.partition(".")[0] in STOREYS)
    told["log"] = "\n".join(f"{each.levelname} {each.name} {each.getMessage()}" for each in ours)
    return told


def test_no_page_export_api_metric_ledger_line_or_log_tells_who_passed_it_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    plain, passed_on = (read(tmp_path / acts.__name__, acts, caplog) for acts in (nobody, sato))

    assert sum(text.startswith("200") for text in plain.values()) > 40
    assert passed_on.keys() == plain.keys()
    assert [way for way, text in passed_on.items() if text != plain[way]] == []
