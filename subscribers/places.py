"""The places where codes hang or are handed out: those of the town file, with what the office added and changed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation import ledger
from foundation.database import Base
from foundation.languages import Language
from foundation.ledger import Doer
from foundation.plain_text import forbidden_character
from foundation.unfit import Unfit
from subscribers.entry_code import PlaceInvalid, checked_place
from subscribers.place_kinds import PlaceKind
from subscribers.town import Town

LONGEST_LABEL = 40
LONGEST_NOTE = 200
# Local parts that are read otherwise: a language's entry address, and those of circles.
_TAKEN = re.compile(rf"(?:{'|'.join(Language)}|c)(?:-.*)?")
_STEMS: Mapping[PlaceKind, str] = {
    PlaceKind.LIBRARY: "library",
    PlaceKind.CITIZENS_HALL: "hall",
    PlaceKind.MEETING_HALL: "room",
    PlaceKind.PRIMARY_SCHOOL: "school",
    PlaceKind.JUNIOR_HIGH_SCHOOL: "junior",
    PlaceKind.NURSERY: "nursery",
    PlaceKind.KINDERGARTEN: "kinder",
    PlaceKind.SHOP: "shop",
    PlaceKind.OTHER: "place",
}


class PlaceRow(Base):
    """A place of the town file has a row once the office changed it; a row speaks before the file."""

    __tablename__ = "places"

    key: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str]
    kind: Mapped[str]
    note: Mapped[str]
    active: Mapped[bool]


@dataclass(frozen=True)
class KnownPlace:
    """A retired one (`active` false) is not printed any more; registrations by old paper still count for it."""

    key: str
    label: str
    kind: PlaceKind = PlaceKind.OTHER
    note: str = ""
    active: bool = True

    @property
    def subject(self) -> str:
        return f"place:{self.key}"


@dataclass(frozen=True)
class PlaceForm:
    """As typed."""

    label: str = ""
    kind: str = ""
    note: str = ""
    key: str = ""


class UnknownPlace(Exception):
    """この配布・配置場所は、台帳にありません。"""


class PlaceUnfit(Unfit):
    """What is to stand in the ledger of places."""


@dataclass(frozen=True)
class Places:
    """The ledger of places, on top of the town file."""

    town: Town

    def every(self, session: Session) -> tuple[KnownPlace, ...]:
        """Retired ones too; by kind, then by name."""
        found = {place.key: KnownPlace(place.key, place.label, place.kind) for place in self.town.places}
        found |= {row.key: _known(row) for row in session.scalars(select(PlaceRow))}
        order = list(PlaceKind)
        return tuple(sorted(found.values(), key=lambda each: (order.index(each.kind), each.label, each.key)))

    def find(self, session: Session, key: str) -> KnownPlace | None:
        if not _is_word(key):  # what cannot be a place is not asked for: PostgreSQL takes no NUL
            return None
        row = session.get(PlaceRow, key)
        if row is not None:
            return _known(row)
        return next((KnownPlace(each.key, each.label, each.kind) for each in self.town.places if each.key == key), None)

    def known(self, session: Session, key: str) -> KnownPlace:
        """Raises UnknownPlace."""
        place = self.find(session, key)
        if place is None:
            raise UnknownPlace(UnknownPlace.__doc__)
        return place

    def labels(self, session: Session) -> dict[str, str]:
        return {place.key: place.label for place in self.every(session)}

    def add(self, session: Session, form: PlaceForm, by: Doer, *, at: datetime) -> KnownPlace:
        """Without a key it is given one. Raises PlaceUnfit."""
        here = self.every(session)
        errors = _errors(form, here)
        if fault := _key_fault(form.key, here):
            errors["key"] = fault
        if errors:
            raise PlaceUnfit(errors)
        kind = PlaceKind(form.kind)
        place = KnownPlace(form.key or _free_key(kind, here), form.label, kind, form.note)
        self._put(session, place)
        details = {"label": place.label, "place_kind": place.kind.label}
        ledger.write(session, by.deed("place.added", place.subject), at=at, details=details)
        return place

    def change(self, session: Session, key: str, form: PlaceForm, by: Doer, *, at: datetime) -> KnownPlace:
        """The key stays: it is printed. Raises UnknownPlace, PlaceUnfit."""
        old = self.known(session, key)
        errors = _errors(form, [each for each in self.every(session) if each.key != key])
        if errors:
            raise PlaceUnfit(errors)
        new = replace(old, label=form.label, kind=PlaceKind(form.kind), note=form.note)
        if new != old:
            self._put(session, new)
            ledger.write(session, by.deed("place.changed", new.subject), at=at, details=_changes(old, new))
        return new

    def retire(self, session: Session, key: str, by: Doer, *, at: datetime) -> None:
        """Raises UnknownPlace."""
        self._switch(session, key, by, active=False, at=at)

    def restore(self, session: Session, key: str, by: Doer, *, at: datetime) -> None:
        """Raises UnknownPlace; PlaceUnfit where another one bears its name by now."""
        self._switch(session, key, by, active=True, at=at)

    def _switch(self, session: Session, key: str, by: Doer, *, active: bool, at: datetime) -> None:
        place = self.known(session, key)
        if place.active is active:
            return
        if active and _bears(place.label, self.every(session)):
            raise PlaceUnfit({"label": _SAME_NAME})
        self._put(session, replace(place, active=active))
        deed = by.deed("place.restored" if active else "place.retired", place.subject)
        ledger.write(session, deed, at=at)

    def _put(self, session: Session, place: KnownPlace) -> None:
        session.merge(
            PlaceRow(key=place.key, label=place.label, kind=place.kind.value, note=place.note, active=place.active)
        )
        session.flush()


_SAME_NAME = "同じ名前の場所が、もうあります。名前で見分けられるようにしてください。"


def _known(row: PlaceRow) -> KnownPlace:
    return KnownPlace(row.key, row.label, PlaceKind(row.kind), row.note, row.active)


def _errors(form: PlaceForm, others: Iterable[KnownPlace]) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not form.label:
        errors["label"] = "場所の名前を入力してください。"
    elif len(form.label) > LONGEST_LABEL:
        errors["label"] = f"場所の名前は{LONGEST_LABEL}文字までで書いてください。"
    elif forbidden_character(form.label) is not None:
        errors["label"] = "場所の名前に、改行や制御文字は使えません。"
    elif _bears(form.label, others):
        errors["label"] = _SAME_NAME
    if form.kind not in set(PlaceKind):
        errors["kind"] = "種類を選んでください。"
    if len(form.note) > LONGEST_NOTE:
        errors["note"] = f"メモは{LONGEST_NOTE}文字までで書いてください。"
    elif forbidden_character(form.note) is not None:
        errors["note"] = "メモに、改行や制御文字は使えません。"
    return errors


def _bears(label: str, others: Iterable[KnownPlace]) -> bool:
    return any(each.active and each.label == label for each in others)


def _key_fault(key: str, here: tuple[KnownPlace, ...]) -> str:
    try:
        checked_place(key)
    except PlaceInvalid:
        return "記号は、英小文字・数字・ハイフンの40文字までで書いてください。"
    if _TAKEN.fullmatch(key):
        return "この記号は、ほかの登録用アドレスに使っています。別の記号にしてください。"
    if any(each.key == key for each in here):
        return "この記号は、もう使っています。別の記号にするか、空のままにしてください。"
    return ""


def _is_word(key: str) -> bool:
    try:
        return checked_place(key) is not None
    except PlaceInvalid:
        return False


def _free_key(kind: PlaceKind, here: tuple[KnownPlace, ...]) -> str:
    """The stem of its kind with the first number that is free."""
    taken, number = {each.key for each in here}, 1
    while f"{_STEMS[kind]}-{number}" in taken:
        number += 1
    return f"{_STEMS[kind]}-{number}"


def _changes(old: KnownPlace, new: KnownPlace) -> dict[str, object]:
    """What stood before and what stands now. Of the note only that it was changed: it may name somebody."""
    found: dict[str, object] = {}
    if old.label != new.label:
        found["label"] = [old.label, new.label]
    if old.kind != new.kind:
        found["place_kind"] = [old.kind.label, new.kind.label]
    if old.note != new.note:
        found["note_changed"] = True
    return found
