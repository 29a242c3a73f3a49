"""What is read from the project's own files and never changed: the town, its languages, the notice templates."""

from collections.abc import Mapping
from pathlib import Path

from bulletins import notice_shelf, tongue
from bulletins.notice_shelf import NoticeShelf
from bulletins.tongue import Tongue
from foundation.languages import Language
from subscribers import town as town_file
from subscribers.town import Town

_towns: dict[tuple[Path, int], Town] = {}
_tongues: dict[tuple[Path, int], Mapping[Language, Tongue]] = {}
_shelves: dict[tuple[Path, int], NoticeShelf] = {}


def load_town(path: Path) -> Town:
    """Anew when the file was written since; towns are kept, so that each has a number of its own."""
    key = (path, path.stat().st_mtime_ns if path.exists() else 0)
    if key not in _towns:
        _towns[key] = town_file.load_town(path)
    return _towns[key]


def read_tongues(folder: Path, town: Town) -> Mapping[Language, Tongue]:
    if not _is_kept(town):
        return tongue.read_tongues(folder, town)
    key = (folder, id(town))
    if key not in _tongues:
        _tongues[key] = tongue.read_tongues(folder, town)
    return _tongues[key]


def load_notices(folder: Path, town: Town, tongues: Mapping[Language, Tongue]) -> NoticeShelf:
    if not _is_kept(town):
        return notice_shelf.load_notices(folder, town, tongues)
    key = (folder, id(town))
    if key not in _shelves:
        _shelves[key] = notice_shelf.load_notices(folder, town, tongues)
    return _shelves[key]


def _is_kept(town: Town) -> bool:
    return any(each is town for each in _towns.values())
