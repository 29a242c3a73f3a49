"""The shelf: every notice that ships serves, and a broken one harms no other."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from bulletins.categories import CategoryTree
from bulletins.checks.draft import Level
from bulletins.checks.rules import run_checks
from bulletins.notice_shelf import NoticeShelf, UnknownNotice, load_notices
from bulletins.notice_templates import Kind
from subscribers.town import Town
from tests.bulletins.samples import FRIDAY, NOTICES, draft, komorebi, shelf

NAMES = sorted(folder.name for folder in NOTICES.iterdir() if folder.is_dir())
PROMISED = [
    "suspicious-person",
    "fraud-call",
    "crime",
    "missing-person",
    "missing-person-end",
    "weather",
    "weather-clear",
    "earthquake",
    "evacuation",
    "j-alert-test",
    "drill",
    "infection",
    "event",
    "event-cancelled",
    "programme",
    "correction",
    "retraction",
    "plain",
]


@pytest.fixture(scope="module")
def town() -> Town:
    return komorebi()


@pytest.fixture(scope="module")
def notices(town: Town) -> NoticeShelf:
    return shelf(town)


def test_every_promised_notice_serves(notices: NoticeShelf) -> None:
    assert notices.broken == ()
    assert set(PROMISED) <= {notice.name for notice in notices.all()}


@pytest.mark.parametrize("name", NAMES)
def test_every_example_writes_a_bulletin_that_nothing_blocks(name: str) -> None:
    found = run_checks(draft(name, at=FRIDAY))

    assert [finding for finding in found if finding.level is Level.BLOCK] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_example_is_one_that_the_checks_have_nothing_to_say_about(name: str) -> None:
    assert run_checks(draft(name, at=FRIDAY)) == ()


@pytest.mark.parametrize("name", NAMES)
def test_every_field_tells_a_clerk_what_it_is(name: str, notices: NoticeShelf) -> None:
    for field in notices.get(name).fields:
        assert field.label
        assert "{{" not in field.help + field.default


@pytest.mark.parametrize("name", NAMES)
def test_the_default_category_is_one_of_its_choices(name: str, notices: NoticeShelf, town: Town) -> None:
    notice = notices.get(name)

    choices = notice.category_choices(CategoryTree(town))

    assert choices[0] == notice.default_category
    assert all(notice.allows(choice) for choice in choices)


def test_kinds_and_reach_are_as_promised(notices: NoticeShelf, town: Town) -> None:
    assert notices.get("evacuation").to_all
    assert notices.get("j-alert-test").kind is Kind.TEST
    assert notices.get("drill").kind is Kind.DRILL
    assert notices.get("missing-person-end").kind is Kind.END
    assert notices.get("plain").topics == ()
    assert notices.get("suspicious-person").expires_after == timedelta(hours=24)
    assert notices.get("drill").counted_as("一般－お知らせ－訓練", CategoryTree(town)) == "その他"


def test_an_unknown_notice_is_told_by_name(notices: NoticeShelf) -> None:
    with pytest.raises(UnknownNotice, match="no-such"):
        notices.get("no-such")


def test_a_missing_folder_is_an_empty_shelf(tmp_path: Path, town: Town) -> None:
    assert load_notices(tmp_path / "none", town).all() == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("body.txt", "{{ text }}", "{{ text }}\n{% if %}", "body.txt:2: "),
        ("body.txt", "{{ text }}", "x\n{{ text }}\n{{ txet }}", "body.txt:3: "),
        ("body.txt", "{{ text }}", "{{ text | no_such_filter }}", "body.txt:1: "),
        ("subject.txt", "{{ subject }}", "{{ subject", "subject.txt:1: "),
        ("notice.toml", 'title = "自由文"', 'title = "自由文', "notice.toml:1: "),
        ("notice.toml", 'kind = "ordinary"', 'kind = "odd"', "notice.toml:3: kind"),
        ("notice.toml", 'title = "自由文"', 'titel = "自由文"', "notice.toml:1: title"),
        ("notice.toml", "looks_ahead = true", "look_ahead = true", "look_ahead"),
        ("notice.toml", 'label = "本文"', 'lable = "本文"', "fields[2].label"),
        ("notice.toml", 'kind = "text"', 'kind = "txet"', "fields[2].kind"),
        ("notice.toml", 'name = "text"', 'name = "subject"', "fields[2].name"),
        ("notice.toml", "一般－お知らせ－その他", "一般－お知らせ－ない", "categories"),
        ("notice.toml", '"no_reply"', '"no_repyl"', "standing_notes"),
        ("notice.toml", '"24h"', '"24 hours"', "expires_after"),
        ("notice.toml", "topics = []", 'topics = ["none"]', "topics"),
    ],
)
def test_a_broken_notice_is_refused_with_file_and_line_and_the_others_serve(
    tmp_path: Path, town: Town, file: str, old: str, new: str, told: str
) -> None:
    shutil.copytree(NOTICES / "plain", tmp_path / "plain")
    shutil.copytree(NOTICES / "event", tmp_path / "event")
    path = tmp_path / "plain" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    loaded = load_notices(tmp_path, town)

    assert [notice.name for notice in loaded.all()] == ["event"]
    (broken,) = loaded.broken
    assert str(broken).startswith(f"{path}:")
    assert told in str(broken)


def test_a_wrong_key_of_a_field_is_told_with_its_own_line(tmp_path: Path, town: Town) -> None:
    shutil.copytree(NOTICES / "plain", tmp_path / "plain")
    path = tmp_path / "plain" / "notice.toml"
    text = path.read_text(encoding="utf-8").replace('kind = "text"', 'kind = "txet"')
    path.write_text(text, encoding="utf-8")

    (broken,) = load_notices(tmp_path, town).broken

    assert text.splitlines()[broken.line - 1] == 'kind = "txet"'


def test_a_folder_without_a_body_is_refused(tmp_path: Path, town: Town) -> None:
    shutil.copytree(NOTICES / "plain", tmp_path / "plain")
    (tmp_path / "plain" / "body.txt").unlink()

    assert "body.txt:1" in str(load_notices(tmp_path, town).broken[0])
