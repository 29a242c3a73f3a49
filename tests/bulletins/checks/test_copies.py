"""A copy: each date that is still the source's is named."""

from dataclasses import replace

import pytest

from bulletins.checks.copies import date_copied, text_date_copied, time_copied
from bulletins.checks.draft import DraftText, Level
from bulletins.checks.rules import run_checks
from bulletins.filling import fill_for_preview
from tests.bulletins.samples import draft, komorebi, plain, shelf


def event(**values: object) -> DraftText:
    notice = shelf(komorebi()).get("event")
    source = dict(notice.example) | {"held_at": "2026-12-05 10:00", "until": "12:00"}
    copied, _ = fill_for_preview(notice, source)
    fields, _ = fill_for_preview(notice, source | values)
    return replace(draft("event"), fields=fields, copied=copied)


def test_a_date_that_is_still_the_source_s_blocks_and_names_its_field() -> None:
    (finding,) = date_copied(event())

    assert (finding.rule, finding.level, finding.field) == ("date-copied", Level.BLOCK, "held_at")
    assert "「" in finding.message


def test_a_date_that_was_set_anew_or_emptied_is_not() -> None:
    assert date_copied(event(held_at="2027-12-05 10:00")) == []
    assert time_copied(event(until="")) == []


def test_the_same_date_written_otherwise_is_still_the_same() -> None:
    assert date_copied(event(held_at="2026/12/05 10:00"))


def test_a_gap_in_both_is_no_copied_date() -> None:
    gaps = event(held_at="", until="")

    assert date_copied(replace(gaps, copied=gaps.fields)) == []


def test_a_time_that_stayed_only_asks_to_look() -> None:
    (finding,) = time_copied(event(held_at="2027-12-05 10:00"))

    assert (finding.rule, finding.level, finding.field) == ("time-copied", Level.WARN, "until")


@pytest.mark.parametrize("day", ["11月20日", "１１月２０日", "11/20", "2026-11-20"])
def test_a_date_in_running_text_only_asks_to_look(day: str) -> None:
    text = plain(text=f"{day}の午後、断水します。水をためておいてください。")

    (finding,) = text_date_copied(replace(text, copied=text.fields))

    assert (finding.rule, finding.level, finding.field) == ("text-date-copied", Level.WARN, "text")


def test_another_date_in_running_text_is_not_told() -> None:
    old, new = plain(text="11月20日に断水します。"), plain(text="12月1日に断水します。")

    assert text_date_copied(replace(new, copied=old.fields)) == []


def test_what_is_no_copy_is_never_told() -> None:
    rules = {finding.rule for finding in run_checks(replace(event(), copied={}))}

    assert not rules & {"date-copied", "time-copied", "text-date-copied"}


def test_the_office_may_set_the_level() -> None:
    levels = {"date-copied": Level.WARN}

    found = [finding for finding in run_checks(event(), levels) if finding.rule == "date-copied"]

    assert [finding.level for finding in found] == [Level.WARN]
