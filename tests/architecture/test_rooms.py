"""The map of the house: docs/architecture.md names every room of a storey or of its folder, each once, and none that is
gone."""

import re
from collections import Counter
from fnmatch import fnmatchcase

import pytest

from tests.architecture.tree import ROOT

_MAP = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
_PARAGRAPHS = _MAP.partition("## The rooms")[2].partition("\n## ")[0].split("\n\n")
_STOREY = re.compile(r"\*\*([\w/]+)/\*\*")
_NAME = re.compile(r"`([\w*]+\.py)`")
STOREYS = sorted({found[1] for each in _PARAGRAPHS if (found := _STOREY.match(each))})


def test_a_paragraph_speaks_of_one_storey() -> None:
    assert [each[:80] for each in _PARAGRAPHS if len(_STOREY.findall(each)) > 1] == []
    assert {"bulletins", "foundation", "mailer", "service", "subscribers"} <= set(STOREYS)


def test_the_console_s_rooms_lie_in_folders_that_stand_on_the_map() -> None:
    folders = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "admin").rglob("*.py")} - {"admin"}

    assert folders == {storey for storey in STOREYS if storey.startswith("admin/")}
    assert [path.name for path in (ROOT / "admin").glob("*.py")] == ["__init__.py"]


@pytest.mark.parametrize("storey", STOREYS)
def test_every_room_stands_once_on_the_map(storey: str) -> None:
    paragraphs = (each for each in _PARAGRAPHS if each.startswith(f"**{storey}/**"))
    named = Counter(name for each in paragraphs for name in _NAME.findall(each))
    rooms = {path.name for path in (ROOT / storey).glob("*.py")} - {"__init__.py"}

    assert [name for name, count in named.items() if count > 1] == []
    assert sorted(room for room in rooms if not any(fnmatchcase(room, name) for name in named)) == []
    assert sorted(name for name in named if not any(fnmatchcase(room, name) for room in rooms)) == []
