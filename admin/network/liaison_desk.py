"""What the pages about liaisons have in hand, and what they share: who is in charge, each look noted, the watermark."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.orm import Session

from admin.frame.console_page import ConsolePage
from admin.frame.japanese_times import moment_with_year
from admin.frame.refusals import Refusal
from admin.people import staff
from admin.people.staff import Colleague
from foundation import ledger
from foundation.clock import Clock
from foundation.database import Database
from foundation.tokens import Keyring
from liaisons.asking import Asking, NotByMail
from liaisons.dealings import Dealings, NoDealings
from liaisons.life import UnknownLiaison, WrongMove
from liaisons.mail_side import AddressTaken
from subscribers.town import Town

LIAISONS = "/admin/liaisons"
LIST_SUBJECT = "liaisons"  # of the ledger, where a look was at many
HERE = "liaisons"
ONLY_FOR_WORK = "業務のほかに使わない"


@dataclass(frozen=True)
class LiaisonDesk:
    database: Database
    clock: Clock
    town: Town
    asking: Asking
    keyring: Keyring
    page: ConsolePage
    dealings: Dealings = field(default_factory=NoDealings)

    @property
    def today(self) -> date:
        return self.clock.now().astimezone(self.town.zone).date()

    def watermark(self, me: Colleague, what: str) -> str:
        """The line that stands on every paper and file with the register: who, when, for what only."""
        return f"{what}：{moment_with_year(self.clock.now(), self.town.zone)}　{me.name}　【{ONLY_FOR_WORK}】"

    def area_labels(self, keys: tuple[str, ...]) -> str:
        if not keys:
            return "市内全域"
        return "、".join(_short(area.label) for area in self.town.areas if area.key in keys)

    @property
    def area_choices(self) -> list[tuple[str, str]]:
        return [(area.key, area.label) for area in self.town.areas]

    @property
    def short_areas(self) -> list[tuple[str, str]]:
        return [(key, _short(label)) for key, label in self.area_choices]

    @contextmanager
    def looking(self, me: Colleague, action: str, subject: str = LIST_SUBJECT, **details: object) -> Iterator[Session]:
        """For reading: every look at somebody's data is a line of the ledger, of numbers only."""
        with self.database.write() as session:
            yield session
            ledger.write(session, me.deed(action, subject), at=self.clock.now(), details=details)


def _short(label: str) -> str:
    """An area without the towns that lie in it, which stand in brackets."""
    return label.partition("（")[0] or label


def officer_choices(session: Session) -> list[tuple[str, str]]:
    return [(str(one.id), one.name) for one in staff.everyone(session)]


def staff_names(session: Session) -> Mapping[int, str]:
    """Of everybody who ever was there."""
    return {one.id: one.name for one in staff.all_ever(session)}


def refusal_of(error: Exception) -> Refusal:
    """Of what the rooms of the register refuse; whatever else is raised again."""
    match error:
        case WrongMove():
            return Refusal(409, "ほかの人の操作などで、状態が変わっています", (str(error),))
        case NotByMail():
            return Refusal(409, "打診のメールは送れません", (str(error),))
        case AddressTaken():
            return Refusal(409, "このメールアドレスは使えません", (str(error),))
        case UnknownLiaison():
            return Refusal(404, "連絡員が見つかりません", ("番号を確かめてください。",))
    raise error


REFUSING = (WrongMove, NotByMail, AddressTaken, UnknownLiaison)


def year_day(at: datetime | None, town: Town) -> str:
    """`2026年11月24日(火)`; empty for a moment that has not come."""
    return moment_with_year(at, town.zone).rpartition(" ")[0] if at else ""
