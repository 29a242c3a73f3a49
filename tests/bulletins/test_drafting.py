"""Drafting: what a clerk hands in becomes a bulletin, or is refused with a reason."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bulletins.checks.draft import Level
from bulletins.drafting import DraftInvalid, Sheet, UnknownBulletin, find, scope_of
from bulletins.filling import FieldsInvalid
from bulletins.life import BulletinState, WrongState
from bulletins.notice_shelf import UnknownNotice
from subscribers.audience import Scope
from tests.bulletins.office import ANNA, SHEET, SUBJECT, TEXT, Office

SUSPICIOUS = "suspicious-person"


def example(office: Office, notice: str) -> Sheet:
    return Sheet(notice=notice, fields=office.home.shelf.get(notice).example)


def test_a_draft_holds_the_exact_words_that_will_be_mailed(office: Office) -> None:
    number = office.draft()

    bulletin = office.bulletin(number)
    assert bulletin.subject == SUBJECT
    assert bulletin.text.split("\n")[-1] == f"担当部署：{office.home.town.section}"
    assert TEXT in bulletin.text
    assert (bulletin.state, bulletin.version, bulletin.drafter_id) == (BulletinState.DRAFT, 1, ANNA.id)
    assert office.deeds(number) == ["bulletin.drafted"]


def test_every_notice_template_can_be_written_from_its_example(office: Office) -> None:
    for notice in office.home.shelf.all():
        number = office.draft(example(office, notice.name))

        assert office.bulletin(number).category == notice.default_category


def test_a_preview_shows_what_the_draft_will_say_and_keeps_nothing(office: Office) -> None:
    sheet = example(office, SUSPICIOUS)

    shown = office.home.drafting.preview(sheet, at=office.clock.now())

    written = office.bulletin(office.draft(sheet))
    assert (shown.subject, shown.text) == (written.subject, written.text)
    assert written.id == 1, "the preview was no draft"


def test_a_preview_of_a_half_filled_form_says_what_is_missing(office: Office) -> None:
    shown = office.home.drafting.preview(Sheet(notice="plain", fields={"subject": SUBJECT}), at=office.clock.now())

    assert set(shown.errors) == {"text"}
    assert "〔本文〕" in shown.text
    assert (shown.findings[0].rule, shown.findings[0].level) == ("placeholder-left", Level.BLOCK)


def test_fields_that_cannot_be_taken_make_no_draft(office: Office) -> None:
    with pytest.raises(FieldsInvalid) as refused:
        office.draft(Sheet(notice="plain", fields={"subject": "a\r\nBcc: b@example.jp", "colour": "red"}))

    assert set(refused.value.errors) == {"subject", "text", "colour"}
    with pytest.raises(UnknownBulletin), office.database.read() as session:
        find(session, 1)


def test_an_unknown_notice_makes_no_draft(office: Office) -> None:
    with pytest.raises(UnknownNotice):
        office.draft(Sheet(notice="nonsense", fields={}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"topics": ["nonsense"]},
        {"areas": ["nonsense"]},
        {"category": "市内－存在しない"},
        {"category": "一般－気象情報"},
        {"expires_after": timedelta(seconds=59)},
        {"expires_after": timedelta(days=14, seconds=1)},
        {"expires_after": timedelta(0)},
    ],
)
def test_what_this_town_or_this_notice_does_not_have_is_refused(office: Office, wrong: dict[str, object]) -> None:
    sheet = replace(example(office, SUSPICIOUS), **wrong)  # type: ignore[arg-type]  # one wrong column a case

    with pytest.raises(DraftInvalid):
        office.draft(sheet)


def test_missing_topics_are_the_notices_own_and_missing_areas_the_whole_town(office: Office) -> None:
    by_default = office.draft(example(office, SUSPICIOUS))
    area = office.home.town.areas[0].key
    narrowed = office.draft(replace(example(office, SUSPICIOUS), topics=["crime"], areas=[area]))

    assert scope_of(office.bulletin(by_default)) == Scope(topics=("suspicious",))
    assert scope_of(office.bulletin(narrowed)) == Scope(topics=("crime",), areas=(area,))


def test_a_notice_to_all_stays_one_whatever_topics_are_asked_for(office: Office) -> None:
    number = office.draft(replace(example(office, "evacuation"), topics=["crime"]))

    assert scope_of(office.bulletin(number)).to_all is True


def test_changing_makes_the_next_version_and_a_returned_bulletin_a_draft_again(office: Office) -> None:
    number = office.submitted()
    office.give_back(number, "件名を直してください")

    office.change(number, replace(SHEET, fields={"subject": "窓口の工事", "text": TEXT}))

    bulletin = office.bulletin(number)
    assert (bulletin.state, bulletin.version, bulletin.subject) == (BulletinState.DRAFT, 2, "窓口の工事")


def test_a_change_that_is_refused_leaves_the_version_before(office: Office) -> None:
    number = office.draft()

    with pytest.raises(FieldsInvalid):
        office.change(number, Sheet(notice="plain", fields={"subject": ""}))

    assert (office.bulletin(number).version, office.bulletin(number).subject) == (1, SUBJECT)


@pytest.mark.parametrize("state", ["submitted", "waiting", "sending"])
def test_only_drafts_and_returned_bulletins_are_changed(office: Office, state: str) -> None:
    number = getattr(office, state)()

    with pytest.raises(WrongState):
        office.change(number, SHEET)

    assert office.bulletin(number).version == 1


def test_a_follow_up_names_a_bulletin_that_exists(office: Office) -> None:
    first = office.begun()

    second = office.draft(replace(SHEET, follows=first))

    assert office.bulletin(second).follows_id == first
    with pytest.raises(UnknownBulletin):
        office.draft(replace(SHEET, follows=999))


def test_the_checks_speak_of_a_draft_as_it_stands_today(office: Office) -> None:
    number = office.draft(example(office, SUSPICIOUS))
    drafting = office.home.drafting

    today = drafting.findings(office.bulletin(number), at=office.clock.now())
    later = drafting.findings(office.bulletin(number), at=office.clock.now() + timedelta(days=60))

    assert "event-stale" not in {finding.rule for finding in today}
    assert "event-stale" in {finding.rule for finding in later}
