"""The form of a notice template gives back what it was given, and takes no more than it shows."""

import pytest

from admin.frame.line_changes import line_changes
from admin.notices.notice_form import errors_of, form_of, source_of, typed_of
from admin.notices.notice_words import settings_lines
from bulletins.notice_source import DATA, read_folder
from bulletins.notice_trial import Fault, tried
from tests.bulletins.samples import FRIDAY, NOTICES, komorebi

NAMES = sorted(folder.name for folder in NOTICES.iterdir() if folder.is_dir())
TOWN = komorebi()


@pytest.mark.parametrize("name", NAMES)
def test_a_form_that_nobody_touched_gives_back_the_same_notice(name: str) -> None:
    source = read_folder(NOTICES / name)

    again = source_of(source, typed_of(source, TOWN))

    before, after = (tried(each, TOWN, at=FRIDAY) for each in (source, again))
    assert before.notice is not None
    assert after.notice is not None
    assert line_changes(settings_lines(before.notice, TOWN), settings_lines(after.notice, TOWN)) == ()
    assert (again.body, again.subject) == (source.body, source.subject.strip())
    assert before.written == after.written
    assert before.notice.required_parts == after.notice.required_parts
    assert before.notice.statistic_class == after.notice.statistic_class
    assert (before.notice.kind, before.notice.to_all) == (after.notice.kind, after.notice.to_all)


@pytest.mark.parametrize("name", NAMES)
def test_everything_that_is_chosen_is_among_what_can_be_chosen(name: str) -> None:
    source = read_folder(NOTICES / name)
    form = form_of(source, None, TOWN)

    assert form.typed.text("category") in dict(form.paths)
    assert set(form.typed.texts("categories")) <= set(dict(form.prefixes))
    assert form.typed.text("expires") in dict(form.lives)
    assert set(form.typed.texts("notes")) - {"no_reply"} <= set(dict(form.notes))


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("title", "title"),
        ("expires_after", "expires"),
        ("standing_notes", "notes"),
        ("fields[4].choices", "field-venue-choices"),
        ("fields[4]", "field-venue-label"),
        ("statistic_class", "title"),
        ("", "title"),
    ],
)
def test_a_fault_of_the_data_leads_to_an_input_that_exists(key: str, name: str) -> None:
    source = read_folder(NOTICES / "event")

    assert list(errors_of(source, [Fault(DATA, "だめです。", key)])) == [name]
