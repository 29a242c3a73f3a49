"""Placements: what was hung or handed out at which place, how many, when, by whom and for whom."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation import ledger
from foundation.database import Base, RowId
from foundation.fiscal_year import FiscalYear
from foundation.ledger import Member
from foundation.plain_text import forbidden_character

MOST_SHEETS = 1_000_000
LONGEST_NOTE = 200
EARLIEST = date(2000, 1, 1)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
AHEAD = timedelta(days=400)  # what is planned for the coming April may be noted already


class Sheet(StrEnum):
    LEAFLET = "leaflet"
    POSTER = "poster"
    CARD = "card"

    @property
    def label(self) -> str:
        return {Sheet.LEAFLET: "ちらし", Sheet.POSTER: "ポスター", Sheet.CARD: "受持カード"}[self]


class Occasion(StrEnum):
    """For whom, or on which occasion."""

    STANDING = "standing"
    NEWCOMERS = "newcomers"
    EVENT = "event"
    ROUNDS = "rounds"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _OCCASIONS[self]


_OCCASIONS = {
    Occasion.STANDING: "いつも置いておく・貼っておく",
    Occasion.NEWCOMERS: "新入生・転入生の保護者",
    Occasion.EVENT: "催し・講習会",
    Occasion.ROUNDS: "受持・見回り",
    Occasion.OTHER: "その他",
}


class PlacementRow(Base):
    """`day` is a date of the town's calendar, written `2026-04-06`; `once_key` belongs to the form it came by."""

    __tablename__ = "placements"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    place: Mapped[str] = mapped_column(index=True)
    sheet: Mapped[str]
    number: Mapped[int]
    day: Mapped[str] = mapped_column(index=True)
    occasion: Mapped[str]
    note: Mapped[str]
    staff_id: Mapped[int]
    staff_name: Mapped[str]
    at: Mapped[datetime]
    once_key: Mapped[str] = mapped_column(unique=True)


@dataclass(frozen=True)
class Placement:
    place: str
    sheet: Sheet
    number: int
    day: date
    occasion: Occasion
    note: str = ""


@dataclass(frozen=True)
class PlacementForm:
    """As typed."""

    sheet: str = ""
    number: str = ""
    day: str = ""
    occasion: str = ""
    note: str = ""

    def read(self, place: str, *, today: date) -> Placement | dict[str, str]:
        """The placement, or sentences by the name of the field."""
        number, day = sheets(self.number), day_of(self.day, today=today)
        errors: dict[str, str] = {}
        if self.sheet not in set(Sheet):
            errors["sheet"] = "何を配ったか、選んでください。"
        if not number:
            errors["number"] = f"枚数を、1から{MOST_SHEETS:,}までの数字で入力してください。"
        if day is None:
            errors["day"] = "日付を選んでください（1年先までです）。"
        if self.occasion not in set(Occasion):
            errors["occasion"] = "だれに・どんなときに配ったか、選んでください。"
        if len(self.note) > LONGEST_NOTE or forbidden_character(self.note) is not None:
            errors["note"] = f"メモは、改行のない{LONGEST_NOTE}文字までで書いてください。"
        if errors or day is None or number is None:
            return errors
        return Placement(place, Sheet(self.sheet), number, day, Occasion(self.occasion), self.note)


def sheets(text: str) -> int | None:
    """A number of sheets as somebody types it, full-width digits and commas too; None for anything else."""
    plain = text.strip().replace(",", "").replace("，", "").removesuffix("枚")
    if not plain.isdecimal() or len(plain) > 7:
        return None
    return int(plain) if int(plain) <= MOST_SHEETS else None


def day_of(text: str, *, today: date) -> date | None:
    try:
        day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
    return day if day is not None and EARLIEST <= day <= today + AHEAD else None


def note(session: Session, placement: Placement, by: Member, *, once_key: str, at: datetime) -> bool:
    """False where this form came in before: nothing is noted twice."""
    if session.scalar(select(PlacementRow.id).where(PlacementRow.once_key == once_key)) is not None:
        return False
    session.add(
        PlacementRow(
            place=placement.place,
            sheet=placement.sheet.value,
            number=placement.number,
            day=placement.day.isoformat(),
            occasion=placement.occasion.value,
            note=placement.note,
            staff_id=by.id,
            staff_name=by.name,
            at=at,
            once_key=once_key,
        )
    )
    session.flush()
    _write(session, by, "placement.noted", placement, at=at)
    return True


def take_back(session: Session, number: int, place: str, by: Member, *, at: datetime) -> bool:
    """A slip of the pen: the row goes, the ledger keeps both lines. False where it is not there (any more)."""
    row = session.get(PlacementRow, number)
    if row is None or row.place != place:
        return False
    gone = Placement(row.place, Sheet(row.sheet), row.number, date.fromisoformat(row.day), Occasion(row.occasion))
    session.execute(delete(PlacementRow).where(PlacementRow.id == number))
    _write(session, by, "placement.taken-back", gone, at=at)
    return True


def at_place(session: Session, place: str, *, limit: int) -> list[PlacementRow]:
    """The newest first."""
    newest = select(PlacementRow).where(PlacementRow.place == place)
    return list(session.scalars(newest.order_by(PlacementRow.day.desc(), PlacementRow.id.desc()).limit(limit)))


def every(session: Session, *, limit: int) -> list[PlacementRow]:
    """The newest first."""
    newest = select(PlacementRow).order_by(PlacementRow.day.desc(), PlacementRow.id.desc())
    return list(session.scalars(newest.limit(limit)))


def last_ones(session: Session, *, until: date) -> Mapping[str, list[PlacementRow]]:
    """Of each place and kind of sheet the last one up to that day; the newest first."""
    held = select(PlacementRow.place, PlacementRow.sheet, func.max(PlacementRow.day).label("day"))
    newest = held.where(PlacementRow.day <= until.isoformat()).group_by(PlacementRow.place, PlacementRow.sheet)
    last = newest.subquery("last")
    same = (
        (PlacementRow.place == last.c.place) & (PlacementRow.sheet == last.c.sheet) & (PlacementRow.day == last.c.day)
    )
    found: dict[str, list[PlacementRow]] = {}
    rows = session.scalars(
        select(PlacementRow).join(last, same).order_by(PlacementRow.day.desc(), PlacementRow.id.desc())
    )
    for row in rows:
        if all(each.sheet != row.sheet for each in found.get(row.place, ())):
            found.setdefault(row.place, []).append(row)
    return found


def for_newcomers(session: Session, year: FiscalYear) -> Mapping[str, int]:
    """Leaflets for 新入生・転入生 in that year, by place."""
    return _sums(
        session.execute(
            select(PlacementRow.place, func.sum(PlacementRow.number))
            .where(
                PlacementRow.occasion == Occasion.NEWCOMERS,
                PlacementRow.sheet == Sheet.LEAFLET,
                PlacementRow.day.between(year.first_day.isoformat(), year.last_day.isoformat()),
            )
            .group_by(PlacementRow.place)
        ).tuples()
    )


def _sums(rows: Iterable[tuple[str, int]]) -> dict[str, int]:
    return {place: int(number) for place, number in rows}


def _write(session: Session, by: Member, action: str, placement: Placement, *, at: datetime) -> None:
    details = {
        "sheet": placement.sheet.label,
        "sheets": placement.number,
        "day": placement.day.isoformat(),
        "occasion": placement.occasion.label,
    }
    ledger.write(session, by.deed(action, f"place:{placement.place}"), at=at, details=details)
