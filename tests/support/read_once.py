"""What is read from the project's own files and never changed: the town, its languages, the notice templates."""

from collections.abc import Mapping
from pathlib import Path

from bulletins import notice_shelf, tongue
from bulletins.notice_shelf import NoticeShelf
from bulletins.tongue import Tongue
from foundation.catalogue import Catalogue
from foundation.languages import Language
from subscribers import town as town_file
from subscribers.town import Town

_MOST_TOWNS = 20
_towns: list[Town] = []
_files: dict[bytes, Town] = {}
_tongues: dict[tuple[Path, int], Mapping[Language, Tongue]] = {}
_shelves: dict[tuple[Path, int, int], NoticeShelf] = {}
_catalogues: dict[tuple[Path, Language, int], Catalogue] = {}
_read_catalogue = Catalogue.read


def load_town(path: Path) -> Town:
    """Wherever it lies, what stands in it is the same town."""
    content = path.read_bytes() if path.is_file() else b""
    if content not in _files:
        _files[content] = town_file.load_town(path)
    return _files[content]


def read_catalogue(folder: Path, language: Language) -> Catalogue:
    """Anew when the file was written since."""
    path = folder / f"{language}.po"
    key = (folder, language, path.stat().st_mtime_ns if path.exists() else 0)
    if key not in _catalogues:
        _catalogues[key] = _read_catalogue(folder, language)
    return _catalogues[key]


def read_tongues(folder: Path, town: Town) -> Mapping[Language, Tongue]:
    number = _number(town)
    if number is None:
        return tongue.read_tongues(folder, town)
    if (folder, number) not in _tongues:
        _tongues[folder, number] = tongue.read_tongues(folder, town)
    return _tongues[folder, number]


def load_notices(folder: Path, town: Town, tongues: Mapping[Language, Tongue]) -> NoticeShelf:
    number = _number(town)
    if number is None or not any(each is tongues for each in _tongues.values()):
        return notice_shelf.load_notices(folder, town, tongues)
    key = (folder, number, id(tongues))
    if key not in _shelves:
        _shelves[key] = notice_shelf.load_notices(folder, town, tongues)
    return _shelves[key]


def _number(town: Town) -> int | None:
    """Of towns that are the same in everything; none where there are many already, as in a test that makes them up."""
    if town in _towns:
        return _towns.index(town)
    if len(_towns) == _MOST_TOWNS:
        return None
    _towns.append(town)
    return len(_towns) - 1
