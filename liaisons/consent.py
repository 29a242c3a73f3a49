"""Consent: the exact wording that is shown, with its version, and how and when somebody agreed to it."""

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from foundation import ledger
from foundation.ledger import Doer, deed_of
from foundation.plain_text import one_line
from foundation.strict_table import KeyInvalid, StrictTable
from liaisons import links, mail_side
from liaisons.life import held, move
from liaisons.register import subject
from liaisons.tables import ConsentWay, Liaison, LiaisonState
from subscribers.town import Town

SHIPPED = Path(__file__).with_name("consent_words.toml")
LONGEST_VERSION = 20


class WordingInvalid(Exception):
    """The file cannot be used; the text is one line that names the file and the key."""


@dataclass(frozen=True)
class Wording:
    """`version` changes whenever a word of `text` does."""

    version: str
    text: str


@dataclass(frozen=True)
class Consent:
    """`at` may lie before the moment at which staff write it down."""

    way: ConsentWay
    at: datetime
    wording: Wording


class DayUnfit(Exception):
    """承諾の日は、打診した日から今日までの日にしてください。"""


def load_wording(town: Town, path: Path = SHIPPED) -> Wording:
    """With the town's own names in it. Raises WordingInvalid."""
    try:
        table = StrictTable(tomllib.loads(path.read_text(encoding="utf-8")))
        version, text = table.text("version"), table.text("text", several_lines=True)
        table.finish()
    except (OSError, ValueError, KeyInvalid) as problem:
        raise WordingInvalid(f"{path}: {one_line(str(problem))}") from problem
    if len(version) > LONGEST_VERSION:
        raise WordingInvalid(f"{path}: version: at most {LONGEST_VERSION} characters")
    for name, words in {"town": town.name, "section": town.section, "phone": town.contact.phone}.items():
        text = text.replace(f"{{{name}}}", words)
    return Wording(version, text.strip())


def on_day(day: date, zone: ZoneInfo) -> datetime:
    """The beginning of a day in the town, as the moment of a consent of which only the day is known."""
    return datetime.combine(day, time(), zone)


def record(
    session: Session, liaison_id: int, consent: Consent, by: str | Doer, *, zone: ZoneInfo, at: datetime
) -> Liaison:
    """Raises WrongMove, DayUnfit, AddressTaken."""
    liaison = held(session, liaison_id)
    first, last, day = (each.astimezone(zone).date() for each in (liaison.asked_at, at, consent.at))
    move(session, liaison, LiaisonState.CONSENTED, at=at)
    if not first <= day <= last:
        raise DayUnfit(DayUnfit.__doc__)
    liaison.consented_at, liaison.consent_way = consent.at, consent.way.value
    liaison.consent_version, liaison.consent_words = consent.wording.version, consent.wording.text
    mail_side.admit_asked(session, liaison, at=at)
    links.close(session, liaison.id, at=at)
    details = {"consent_way": consent.way.value, "version": consent.wording.version}
    ledger.write(session, deed_of(by, "liaison.consented", subject(liaison.id)), at=at, details=details)
    return liaison
