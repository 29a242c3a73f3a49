"""The shelf of notice templates: what serves, and what was refused at load."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from bulletins.editions import prove
from bulletins.notice_file import read_notice
from bulletins.notice_templates import NoticeTemplate
from bulletins.tongue import Tongue
from bulletins.translation import Translation
from bulletins.translation_file import read_translation
from foundation.languages import Language
from foundation.templating import TemplateBroken
from subscribers.town import Town

_NONE: Mapping[Language, Tongue] = {}


class UnknownNotice(Exception):
    """No notice template has this name, or it was refused at load."""

    def __init__(self, name: str) -> None:
        super().__init__(f"「{name}」という定型文はありません")
        self.name = name


class NoticeRetired(Exception):
    """The office does not use this notice template any more."""

    def __init__(self, notice: NoticeTemplate) -> None:
        super().__init__(f"定型文「{notice.title}」は、使うのをやめています")


class Shelf(Protocol):
    @property
    def broken(self) -> tuple[TemplateBroken, ...]: ...
    def get(self, name: str) -> NoticeTemplate: ...
    def offered(self, name: str) -> NoticeTemplate: ...
    def all(self) -> tuple[NoticeTemplate, ...]: ...


@dataclass(frozen=True)
class NoticeShelf:
    """`broken` is for the log and the console; what is broken cannot be picked."""

    _notices: tuple[NoticeTemplate, ...]
    broken: tuple[TemplateBroken, ...]
    retired: tuple[NoticeTemplate, ...] = ()

    def get(self, name: str) -> NoticeTemplate:
        """A retired one too, since old bulletins name it. Raises UnknownNotice."""
        for notice in (*self._notices, *self.retired):
            if notice.name == name:
                return notice
        raise UnknownNotice(name)

    def offered(self, name: str) -> NoticeTemplate:
        """For a new bulletin. Raises UnknownNotice, NoticeRetired."""
        notice = self.get(name)
        if any(each is notice for each in self.retired):
            raise NoticeRetired(notice)
        return notice

    def all(self) -> tuple[NoticeTemplate, ...]:
        """Those in use, in the order in which the console shows them."""
        return self._notices


def load_notices(folder: Path, town: Town, tongues: Mapping[Language, Tongue] = _NONE) -> NoticeShelf:
    """A broken template is left out and told in `broken`; a folder that is missing gives an empty shelf. Of a broken
    translation the notice goes without, and serves."""
    notices: list[NoticeTemplate] = []
    broken: list[TemplateBroken] = []
    for notice_folder in _folders(folder):
        try:
            notice = read_notice(notice_folder, town)
        except TemplateBroken as problem:
            broken.append(problem)
            continue
        translations, faults = _translations(notice_folder, notice, tongues)
        notices.append(replace(notice, translations=translations))
        broken += faults
    names = {notice_folder.name for notice_folder in _folders(folder)}
    for name in sorted(set(town.note_overrides) - names):
        reason = f"市の設定の [standing_notes.{name}] に当たる定型文がありません"
        broken.append(TemplateBroken(folder, 1, reason))
    return NoticeShelf(in_order(notices), tuple(broken))


def _translations(
    folder: Path, notice: NoticeTemplate, tongues: Mapping[Language, Tongue]
) -> tuple[Mapping[Language, Translation], list[TemplateBroken]]:
    """A language without a folder has none."""
    found: dict[Language, Translation] = {}
    faults: list[TemplateBroken] = []
    for language, tongue in tongues.items():
        if (folder / language).is_dir():
            try:
                translation = read_translation(folder / language, notice, tongue)
                prove(notice, translation, tongue)
                found[language] = translation
            except TemplateBroken as problem:
                faults.append(problem)
    return found, faults


def in_order(notices: list[NoticeTemplate]) -> tuple[NoticeTemplate, ...]:
    return tuple(sorted(notices, key=lambda notice: (notice.order, notice.name)))


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(item for item in folder.iterdir() if item.is_dir() and not item.name.startswith("."))
