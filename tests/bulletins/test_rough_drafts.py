"""Rough drafts: kept as typed, and counted only where somebody meant it."""

import json
from dataclasses import replace

import pytest

from bulletins.approval import Blocked
from bulletins.drafting import DraftInvalid, Sheet
from bulletins.filling import FieldsInvalid
from bulletins.life import BulletinState, WrongState
from bulletins.rough_drafts import RoughDrafts, Stroke
from bulletins.signatory import NotAllowed, Signatory
from bulletins.tables import Bulletin
from tests.bulletins.office import ANNA, BEN, SHEET, SUBJECT, TEXT, VIEWER, Office

PAGE, OTHER_PAGE = "a" * 32, "b" * 32
HALF = Sheet(notice="plain", fields={"subject": SUBJECT, "text": ""})


def begin(office: Office, stroke: Stroke, who: Signatory = ANNA) -> int:
    with office.database.write() as session:
        return RoughDrafts(office.home.drafting).begin(session, stroke, who, at=office.clock.now()).id


def write(office: Office, number: int, stroke: Stroke, who: Signatory = ANNA) -> None:
    with office.database.write() as session:
        bulletin = session.get_one(Bulletin, number)
        RoughDrafts(office.home.drafting).write(session, bulletin, stroke, who, at=office.clock.now())


def discard(office: Office, number: int) -> bool:
    with office.database.write() as session:
        bulletin = session.get_one(Bulletin, number)
        return RoughDrafts(office.home.drafting).discard(session, bulletin, ANNA, at=office.clock.now())


def quiet(text: str, page: str = PAGE) -> Stroke:
    return Stroke(Sheet(notice="plain", fields={"subject": SUBJECT, "text": text}), page=page, quiet=True)


def versions(office: Office, number: int) -> tuple[int, int]:
    bulletin = office.bulletin(number)
    return bulletin.version, bulletin.revision


@pytest.mark.parametrize("typed", ["", "あ" * 5000, "a\x00b", "{{ town }}<script>"])
def test_whatever_was_typed_is_kept_as_typed_right_or_wrong(office: Office, typed: str) -> None:
    number = begin(office, Stroke(Sheet(notice="plain", fields={"subject": SUBJECT, "text": typed})))

    assert json.loads(office.bulletin(number).fields) == {"subject": SUBJECT, "text": typed}


def test_what_is_missing_stands_as_a_gap_with_the_label_of_its_field(office: Office) -> None:
    bulletin = office.bulletin(begin(office, Stroke(HALF)))

    assert bulletin.subject == SUBJECT
    assert "〔本文〕" in bulletin.text


def test_a_draft_that_lacks_a_field_is_not_submitted_and_the_field_is_named(office: Office) -> None:
    number = begin(office, Stroke(HALF))

    with pytest.raises(FieldsInvalid) as refused:
        office.submit(number)

    assert set(refused.value.errors) == {"text"}
    assert office.bulletin(number).state == BulletinState.DRAFT


@pytest.mark.parametrize("choice", ["topics", "areas"])
def test_a_draft_in_which_nobody_was_chosen_yet_does_not_go_to_everybody(office: Office, choice: str) -> None:
    number = begin(office, Stroke(replace(SHEET, unchosen=[choice])))

    with pytest.raises(DraftInvalid):
        office.submit(number)

    write(office, number, Stroke(SHEET))
    office.submit(number)
    assert office.bulletin(number).state == BulletinState.SUBMITTED


def test_quiet_saves_fill_neither_the_versions_nor_the_ledger(office: Office) -> None:
    number = begin(office, quiet(TEXT))

    for step in range(5):
        write(office, number, quiet(f"{TEXT}{step}"))

    assert versions(office, number) == (1, 6)
    assert office.deeds(number) == ["bulletin.drafted"]
    assert f"{TEXT}4" in office.bulletin(number).text


def test_saving_by_hand_settles_the_version_that_was_saved_quietly(office: Office) -> None:
    number = begin(office, quiet(TEXT))

    write(office, number, Stroke(SHEET, page=PAGE))
    settled = office.bulletin(number)
    write(office, number, quiet(f"{TEXT}！"))

    assert (settled.version, settled.quiet_by) == (1, None)
    assert office.bulletin(number).version == 2
    assert office.deeds(number) == ["bulletin.drafted", "bulletin.changed", "bulletin.changed"]


def test_each_person_who_typed_stands_in_the_ledger(office: Office) -> None:
    number = begin(office, quiet(TEXT))

    write(office, number, quiet(f"{TEXT}1", OTHER_PAGE), BEN)
    write(office, number, quiet(f"{TEXT}2", OTHER_PAGE), BEN)

    actors = [line.actor for line in office.history(number)]
    assert actors == [ANNA.actor, BEN.actor]


def test_the_words_of_a_version_that_was_ever_submitted_never_change(office: Office) -> None:
    number = office.submitted()
    office.give_back(number, "町名が違います")

    write(office, number, quiet(f"{TEXT}直しました"))

    bulletin = office.bulletin(number)
    assert (bulletin.state, bulletin.version) == (BulletinState.DRAFT, 2)


def test_submitting_settles_what_was_saved_quietly(office: Office) -> None:
    number = begin(office, quiet(TEXT))

    office.submit(number)

    assert office.bulletin(number).quiet_by is None


def test_saving_the_same_words_twice_makes_one_version(office: Office) -> None:
    number = begin(office, Stroke(SHEET, page=PAGE))

    write(office, number, Stroke(SHEET, page=PAGE))

    assert versions(office, number) == (1, 1)


def test_what_was_submitted_is_not_written_into(office: Office) -> None:
    number = office.submitted()

    with pytest.raises(WrongState):
        write(office, number, quiet("別の文面です。これは書き換えられてはいけません。"))

    assert TEXT in office.bulletin(number).text


def test_who_may_only_look_begins_and_writes_nothing(office: Office) -> None:
    number = office.draft()

    with pytest.raises(NotAllowed):
        begin(office, quiet(TEXT), VIEWER)
    with pytest.raises(NotAllowed):
        write(office, number, quiet(TEXT), VIEWER)


def test_only_a_draft_that_nobody_ever_saved_by_hand_is_taken_away(office: Office) -> None:
    unsaved, saved, changed = begin(office, quiet(TEXT)), begin(office, Stroke(SHEET)), office.draft()
    write(office, changed, quiet(""))

    assert discard(office, unsaved)
    assert not discard(office, saved)
    assert not discard(office, changed)
    assert office.deeds(unsaved) == ["bulletin.drafted", "bulletin.discarded"]


def test_a_draft_that_another_one_names_is_not_taken_away(office: Office) -> None:
    number = begin(office, quiet(TEXT))
    begin(office, Stroke(replace(SHEET, copied_from=number)))

    assert not discard(office, number)


def test_a_form_with_its_defaults_alone_is_blank(office: Office) -> None:
    rough = RoughDrafts(office.home.drafting)

    for notice in office.home.shelf.all():
        defaults = {field.name: field.default for field in notice.fields}
        assert rough.is_blank(Sheet(notice.name, defaults)), notice.name
        assert rough.is_blank(Sheet(notice.name, {})), notice.name
        assert not rough.is_blank(Sheet(notice.name, dict(notice.example))), notice.name


def test_a_copy_is_submitted_only_when_its_date_was_set_anew(office: Office) -> None:
    fields = dict(office.home.shelf.get("suspicious-person").example)
    source = office.draft(Sheet("suspicious-person", fields))
    copy = begin(office, Stroke(Sheet("suspicious-person", fields, copied_from=source)))

    with pytest.raises(Blocked) as refused:
        office.submit(copy)
    assert [(f.rule, f.field) for f in refused.value.findings] == [("date-copied", "happened_at")]

    write(office, copy, Stroke(Sheet("suspicious-person", fields | {"happened_at": "2026-11-20 09:05"})))
    office.submit(copy)

    assert office.bulletin(copy).copied_from_id == source
    assert office.bulletin(copy).state == BulletinState.SUBMITTED
