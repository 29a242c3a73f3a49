"""Materials: seen by liaisons only once the office has looked, with versions, never overwritten unseen."""

import json

import pytest
from sqlalchemy import select

from foundation.database import Database
from foundation.ledger import LedgerLine
from liaisons.materials import (
    LONGEST_TEXT,
    MaterialOvertaken,
    Materials,
    MaterialUnfit,
    UnknownMaterial,
)
from liaisons.starter_materials import Words, starter_set
from service.home import TEMPLATES
from tests.bulletins.samples import komorebi
from tests.liaisons.network import ANNA, BEN
from tests.support.clock import HandClock

KEY = "calls"
OWN = Words("集会の開き方", "場所を決めます。", ("crime", "no-such-topic"), {"north": "北部の話", "nowhere": "x"})


@pytest.fixture(scope="module")
def materials() -> Materials:
    return Materials(komorebi(), starter_set(TEMPLATES / "materials", komorebi()))


def test_the_starter_set_has_the_towns_numbers_and_no_gap_is_left(materials: Materials) -> None:
    texts = [words.text for words in materials.starters.values()]

    assert len(texts) == 6
    assert [text for text in texts if "{" in text or "}" in text] == []
    whole = "\n".join(texts)
    assert {"110番", "119番", "#9110", "188"} <= {word for word in ("110番", "119番", "#9110", "188") if word in whole}
    assert komorebi().police.phone in whole
    assert komorebi().contact.phone in whole


def test_a_page_of_the_starter_set_is_shown_only_once_somebody_of_the_office_read_it(
    database: Database, clock: HandClock, materials: Materials
) -> None:
    with database.write() as session:
        before = materials.shown(session)
        materials.check(session, KEY, ANNA, seen=0, at=clock.now())
        after = materials.shown(session)
        fitting = materials.fitting(session, ["crime"])
        elsewhere = materials.fitting(session, ["weather"])

    assert before == ()
    assert [(each.key, each.checked_at, each.checked_by) for each in after] == [(KEY, clock.now(), ANNA.name)]
    assert fitting == after
    assert elsewhere == ()


def test_each_save_is_a_version_of_its_own_and_the_same_words_are_none(
    database: Database, clock: HandClock, materials: Materials
) -> None:
    words = materials.starters[KEY]
    changed = Words(words.title, words.text + "\n■ひとこと\nお気をつけて。", words.topics, words.notes)
    with database.write() as session:
        first = materials.save(session, KEY, changed, ANNA, seen=0, at=clock.now())
        again = materials.save(session, KEY, changed, BEN, seen=1, at=clock.now())
        kept = [(row.version, row.staff_name) for row in materials.versions(session, KEY)]
        shipped = materials.words_of(session, KEY, 0)

    assert (first.version, first.written_by, first.shown) == (1, ANNA.name, True)
    assert again == first
    assert kept == [(1, ANNA.name)]
    assert shipped == words


def test_what_is_saved_as_it_stood_is_shown_too(database: Database, clock: HandClock, materials: Materials) -> None:
    with database.write() as session:
        saved = materials.save(session, KEY, materials.starters[KEY], ANNA, seen=0, at=clock.now())

    assert (saved.version, saved.shown, saved.checked_by) == (0, True, ANNA.name)


def test_who_did_not_see_the_newest_version_overwrites_and_checks_nothing(
    database: Database, clock: HandClock, materials: Materials
) -> None:
    with database.write() as session:
        key = materials.save(session, None, OWN, ANNA, seen=0, at=clock.now()).key
        newer = materials.save(session, key, Words("題", "新しい。", (), {}), ANNA, seen=1, at=clock.now())
        with pytest.raises(MaterialOvertaken) as refused:
            materials.save(session, key, Words("題", "古い。", (), {}), BEN, seen=1, at=clock.now())
        with pytest.raises(MaterialOvertaken):
            materials.check(session, key, BEN, seen=1, at=clock.now())
        stands = materials.find(session, key)

    assert refused.value.now == newer == stands
    assert stands.checked_by == ANNA.name


def test_a_note_is_read_by_its_own_area_and_by_who_is_there_for_the_whole_town(
    database: Database, clock: HandClock, materials: Materials
) -> None:
    with database.write() as session:
        material = materials.save(session, None, OWN, ANNA, seen=0, at=clock.now())

    assert material.words.topics == ("crime",)
    assert material.notes_for(["north"]) == {"north": "北部の話"}
    assert material.notes_for(["south"]) == {}
    assert material.notes_for([]) == {"north": "北部の話"}


def test_what_is_hidden_keeps_its_versions_and_is_shown_to_nobody(
    database: Database, clock: HandClock, materials: Materials
) -> None:
    with database.write() as session:
        key = materials.save(session, None, OWN, ANNA, seen=0, at=clock.now()).key
        materials.hide(session, key, BEN, at=clock.now())
        materials.hide(session, key, BEN, at=clock.now())
        shown, kept = materials.shown(session), materials.versions(session, key)
        deeds = list(session.scalars(select(LedgerLine).where(LedgerLine.subject == f"material:{key}")))

    assert shown == ()
    assert len(kept) == 1
    assert [(each.action, json.loads(each.details)) for each in deeds] == [
        ("material.written", {"version": 1}),
        ("material.hidden", {}),
    ]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (Words("", "本文", (), {}), "title"),
        (Words("題\n題", "本文", (), {}), "title"),
        (Words("あ" * 41, "本文", (), {}), "title"),
        (Words("題", " \r\n\t", (), {}), "text"),
        (Words("題", "\x07鐘", (), {}), "text"),
        (Words("題", "あ" * (LONGEST_TEXT + 1), (), {}), "text"),
        (Words("題", "本文", (), {"north": "あ" * 1001}), "note-north"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_at_its_field(
    database: Database, clock: HandClock, materials: Materials, typed: Words, field: str
) -> None:
    with database.write() as session:
        with pytest.raises(MaterialUnfit) as refused:
            materials.save(session, None, typed, ANNA, seen=0, at=clock.now())
        listed = materials.every(session)

    assert list(refused.value.errors) == [field]
    assert len(listed) == len(materials.starters)


@pytest.mark.parametrize("key", ["", "nothing", "../calls", "page-1\0", "あ", "x" * 400])
def test_a_page_that_is_not_there_is_unknown(database: Database, materials: Materials, key: str) -> None:
    with database.read() as session, pytest.raises(UnknownMaterial):
        materials.find(session, key)
