"""A correction or retraction names what it speaks of by the subject that the reader had it under, in their language."""

from collections.abc import Mapping

import pytest

from bulletins.drafting import Sheet
from bulletins.other_languages import Said
from bulletins.tables import Bulletin
from foundation.languages import Language
from tests.bulletins.corrections import finished
from tests.bulletins.office import ANNA, SUBJECT, Office

ENGLISH, PLAIN, CHINESE = Language.ENGLISH, Language.PLAIN_JAPANESE, Language.CHINESE
SENT = {"sent_at": "2026-11-20 10:00", "sent_subject": SUBJECT}
FORMS: Mapping[str, Mapping[str, str]] = {
    "correction": {**SENT, "item": "日時", "wrong": "4", "right": "5"},
    "retraction": {**SENT, "reason": "操作の誤り"},
}


def said(office: Office, number: int) -> dict[Language, Said]:
    with office.database.read() as session:
        found = office.home.others.editions(session, session.get_one(Bulletin, number))
        return {each.language: each for each in found}


def write(office: Office, number: int, words: Said) -> None:
    with office.database.write() as session:
        office.home.others.write(session, number, words, ANNA, version=None, at=office.clock.now())


def putting_right(office: Office, name: str, follows: int, **fields: str) -> int:
    return office.submitted(Sheet(name, {**FORMS[name], **fields}, follows=follows))


@pytest.mark.parametrize("name", FORMS)
def test_the_earlier_subject_is_named_as_each_reader_had_it(office: Office, name: str) -> None:
    first = office.begun()
    had = said(office, first)

    found = said(office, putting_right(office, name, first))

    assert len({each.subject for each in had.values()}) == len(had) == 3
    for language, each in found.items():
        assert had[language].subject in each.text
        assert SUBJECT not in each.text
        assert each.in_japanese == ()


@pytest.mark.parametrize("name", FORMS)
def test_a_subject_that_a_person_wrote_is_named_as_they_wrote_it(office: Office, name: str) -> None:
    first = office.draft()
    write(office, first, Said(ENGLISH, "Moving of the library", "It moves."))
    office.submit(first)
    office.approve(first)
    office.clock.set(office.home.hours.start_for(office.clock.now(), hold=office.home.settings.hold))
    office.open_due()

    found = said(office, putting_right(office, name, first))

    assert "Moving of the library\n" in found[ENGLISH].text
    assert "Moving of the library" not in found[CHINESE].text


def test_a_draft_shows_what_would_be_submitted(office: Office) -> None:
    first = office.begun()

    number = office.draft(Sheet("correction", FORMS["correction"], follows=first))

    assert said(office, first)[ENGLISH].subject in said(office, number)[ENGLISH].text


def test_a_correction_of_a_correction_names_the_last_one(office: Office) -> None:
    office.residents("a")
    first = finished(office)
    second = finished(office, Sheet("correction", FORMS["correction"], follows=first))
    subject = office.bulletin(second).subject

    found = said(office, putting_right(office, "correction", second, sent_subject=subject))

    assert f"Subject of that email: {said(office, second)[ENGLISH].subject}\n" in found[ENGLISH].text
    assert said(office, first)[ENGLISH].subject not in found[ENGLISH].text


@pytest.mark.parametrize("typed", ["前の月のお知らせ", "{n}", "<b>{{ town }}</b>の件"])
def test_another_subject_that_the_clerk_typed_stays_as_it_is_below_the_mark(office: Office, typed: str) -> None:
    first = office.begun()

    number = office.draft(Sheet("correction", {**FORMS["correction"], "sent_subject": typed}, follows=first))

    found = said(office, number)[ENGLISH]
    assert said(office, first)[ENGLISH].subject not in found.text
    if typed != "{n}":
        assert f"Subject of that email: {typed}" in found.text.partition("Details (in Japanese):")[2]


def test_what_follows_nothing_here_keeps_the_japanese_subject_below_the_mark(office: Office) -> None:
    number = office.submitted(Sheet("correction", FORMS["correction"]))

    assert f"Subject of that email: {SUBJECT}" in said(office, number)[ENGLISH].text.partition("(in Japanese)")[2]
