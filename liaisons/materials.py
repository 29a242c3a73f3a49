"""The materials: pages that the office keeps for liaisons, each with its versions and the day it was last checked.

Of the starter set liaisons see a page only after the office looked at it: what stands there is said in its name.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.ledger import Member
from foundation.plain_text import forbidden_character
from foundation.unfit import Unfit
from liaisons.material_tables import MaterialRow, MaterialVersionRow
from liaisons.simple_text import settled
from liaisons.starter_materials import Words
from subscribers.town import Town

LONGEST_TITLE = 40
LONGEST_TEXT = 6000
LONGEST_NOTE = 1000
_KEY = re.compile(r"[a-z][a-z0-9-]{0,31}")
_NEW = "page-"  # with a number, the key of what the office added


@dataclass(frozen=True)
class Material:
    """`version` is 0 for the text that is shipped; `checked_at` is None where nobody of the office looked at it yet."""

    key: str
    words: Words
    version: int = 0
    shown: bool = False
    checked_at: datetime | None = None
    checked_by: str = ""
    written_by: str = ""

    @property
    def subject(self) -> str:
        return f"material:{self.key}"

    def notes_for(self, areas: Iterable[str]) -> Mapping[str, str]:
        """Of these areas, or of all where there are none: who has no area is there for the whole town."""
        wanted = set(areas)
        return {area: note for area, note in self.words.notes.items() if not wanted or area in wanted}


class UnknownMaterial(Exception):
    """この資料はありません。"""


class MaterialUnfit(Unfit):
    """The words of a material."""


class MaterialOvertaken(Exception):
    """Somebody saved a newer version meanwhile; `now` is what stands."""

    def __init__(self, now: Material) -> None:
        super().__init__(now.key)
        self.now = now


@dataclass(frozen=True)
class Materials:
    """`starters` is the set that is shipped, by key."""

    town: Town
    starters: Mapping[str, Words]

    def every(self, session: Session) -> tuple[Material, ...]:
        """The starter set in its order, then what the office added."""
        rows = {row.key: row for row in session.scalars(select(MaterialRow))}
        kept = _now(session)
        added = sorted((key for key in rows if key not in self.starters), key=lambda key: (len(key), key))
        return tuple(self._material(key, rows.get(key), kept.get(key)) for key in (*self.starters, *added))

    def shown(self, session: Session) -> tuple[Material, ...]:
        return tuple(each for each in self.every(session) if each.shown)

    def fitting(self, session: Session, topics: Iterable[str]) -> tuple[Material, ...]:
        """Those shown that a bulletin of these topics points to; none for one that went to every topic."""
        wanted = set(topics)
        return tuple(each for each in self.shown(session) if wanted & set(each.words.topics))

    def find(self, session: Session, key: str) -> Material:
        """Raises UnknownMaterial."""
        if not _KEY.fullmatch(key):  # what cannot be one is not asked for: PostgreSQL takes no NUL
            raise UnknownMaterial(UnknownMaterial.__doc__)
        row = session.get(MaterialRow, key)
        if row is None and key not in self.starters:
            raise UnknownMaterial(UnknownMaterial.__doc__)
        kept = session.get(MaterialVersionRow, (key, row.version)) if row is not None and row.version else None
        return self._material(key, row, kept)

    def versions(self, session: Session, key: str) -> list[MaterialVersionRow]:
        """The newest first; the shipped text, version 0, is not among them."""
        query = select(MaterialVersionRow).where(MaterialVersionRow.key == key)
        return list(session.scalars(query.order_by(MaterialVersionRow.version.desc())))

    def words_of(self, session: Session, key: str, version: int) -> Words:
        """Raises UnknownMaterial."""
        if version == 0 and key in self.starters:
            return self.starters[key]
        row = session.get(MaterialVersionRow, (key, version)) if _KEY.fullmatch(key) else None
        if row is None:
            raise UnknownMaterial(UnknownMaterial.__doc__)
        return _words(row)

    def save(self, session: Session, key: str | None, typed: Words, by: Member, *, seen: int, at: datetime) -> Material:
        """A new version, shown at once and checked by who wrote it. What says the same as before is no new
        version, but shown.

        `seen` is the version that the page was opened with. Raises UnknownMaterial, MaterialUnfit, MaterialOvertaken.
        """
        words = self._settled(typed)
        if errors := self._errors(words):
            raise MaterialUnfit(errors)
        if key is None:
            key = self._free_key(session)
            return self._write(session, Material(key, words, 0), words, by, at=at)
        old = self.find(session, key)
        if words == old.words:
            return old if old.shown else self.check(session, key, by, seen=seen, at=at)
        if old.version != seen:
            raise MaterialOvertaken(old)
        return self._write(session, old, words, by, at=at)

    def check(self, session: Session, key: str, by: Member, *, seen: int, at: datetime) -> Material:
        """Somebody read that version and found it right; from now on it is shown. Raises UnknownMaterial,
        MaterialOvertaken."""
        old = self.find(session, key)
        if old.version != seen:
            raise MaterialOvertaken(old)
        self._put(session, key, old.version, by, at=at)
        ledger.write(session, by.deed("material.checked", old.subject), at=at, details={"version": old.version})
        return self.find(session, key)

    def hide(self, session: Session, key: str, by: Member, *, at: datetime) -> None:
        """It stays with its versions, and no liaison sees it. Raises UnknownMaterial."""
        old = self.find(session, key)
        row = session.get(MaterialRow, key)
        if row is not None and row.shown:
            row.shown = False
            ledger.write(session, by.deed("material.hidden", old.subject), at=at)
            session.flush()

    def _write(self, session: Session, old: Material, words: Words, by: Member, *, at: datetime) -> Material:
        newest = session.scalar(select(func.max(MaterialVersionRow.version)).where(MaterialVersionRow.key == old.key))
        version = (newest or 0) + 1
        session.add(
            MaterialVersionRow(
                key=old.key,
                version=version,
                title=words.title,
                text=words.text,
                topics=json.dumps(words.topics),
                notes=json.dumps(dict(words.notes), ensure_ascii=False),
                staff_id=by.id,
                staff_name=by.name,
                at=at,
            )
        )
        self._put(session, old.key, version, by, at=at)
        ledger.write(session, by.deed("material.written", old.subject), at=at, details={"version": version})
        return self.find(session, old.key)

    def _put(self, session: Session, key: str, version: int, by: Member, *, at: datetime) -> None:
        row = MaterialRow(key=key, version=version, shown=True, checked_at=at, checked_by_name=by.name)
        session.merge(row)
        session.flush()

    def _material(self, key: str, row: MaterialRow | None, kept: MaterialVersionRow | None) -> Material:
        words = _words(kept) if kept is not None else self.starters[key]
        if row is None:
            return Material(key, words)
        by = kept.staff_name if kept is not None else ""
        return Material(key, words, row.version, row.shown, row.checked_at, row.checked_by_name, by)

    def _settled(self, typed: Words) -> Words:
        """Topics and areas that the town does not have are dropped, and notes that say nothing."""
        topics = tuple(each.key for each in self.town.topics if each.key in typed.topics)
        notes = {area.key: settled(typed.notes.get(area.key, "")) for area in self.town.areas}
        text = settled(typed.text)
        return Words(typed.title.strip(), text, topics, {area: note for area, note in notes.items() if note})

    def _errors(self, words: Words) -> dict[str, str]:
        errors = {}
        if fault := _fault("題", words.title, LONGEST_TITLE):
            errors["title"] = fault
        if fault := _fault("本文", words.text, LONGEST_TEXT, several_lines=True):
            errors["text"] = fault
        for area in self.town.areas:
            note = words.notes.get(area.key, "")
            if note and (fault := _fault(f"{area.label}のこと", note, LONGEST_NOTE, several_lines=True)):
                errors[f"note-{area.key}"] = fault
        return errors

    def _free_key(self, session: Session) -> str:
        taken, number = set(session.scalars(select(MaterialRow.key))), 1
        while f"{_NEW}{number}" in taken:
            number += 1
        return f"{_NEW}{number}"


def _now(session: Session) -> dict[str, MaterialVersionRow]:
    """Of each page the version that stands."""
    joined = select(MaterialVersionRow).join(
        MaterialRow, (MaterialRow.key == MaterialVersionRow.key) & (MaterialRow.version == MaterialVersionRow.version)
    )
    return {row.key: row for row in session.scalars(joined)}


def _words(row: MaterialVersionRow) -> Words:
    return Words(row.title, row.text, tuple(json.loads(row.topics)), json.loads(row.notes))


def _fault(label: str, text: str, longest: int, *, several_lines: bool = False) -> str:
    if not text.strip():
        return f"{label}を入力してください。"
    if len(text) > longest:
        return f"{label}は{longest:,}文字までで書いてください（いま{len(text):,}文字）。"
    if forbidden_character(text, several_lines=several_lines) is not None:
        return f"{label}に、使えない文字（制御文字など）があります。"
    return ""
