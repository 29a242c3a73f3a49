"""What a paper may tell: bulletins that have begun and still hold, read into the parts of a paper.

Paper cannot be called back. So a round-up never has a notice that tells of a person; a single matter may, while the
search goes on. What was redacted or taken back since is left out of every paper, also of one that was saved before.
"""

import json
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bulletins import archive
from bulletins.kinds import retraction_of
from bulletins.life import PUBLISHED
from bulletins.notice_templates import Kind
from bulletins.redaction import Redaction
from bulletins.tables import Bulletin
from foundation.plain_text import full_width
from subscribers.town import Town

MOST = 60  # bulletins that are offered
_MOST_READ = 200
_BRIEF = 2  # pieces of advice
_TOLD = (Kind.ORDINARY, Kind.FOLLOW_UP, Kind.CORRECTION)
_PLACES = ("place", "area", "last_place", "venue")  # fields of the notices that name one
_SOURCE = re.compile(r"【.{1,60}からの情報】")
_CONTACT = "【問合せ先】"
# Besides the feet, what a notice says of itself and of others.
_LEFT_OUT = (_CONTACT, "※", "◎", "担当部署：")
_ADVICE = ("○", "●")  # as bulletins mark what to do


@dataclass(frozen=True)
class Item:
    """`number` is the bulletin's, 0 for what staff wrote themselves."""

    number: int = 0
    headline: str = ""
    place: str = ""
    what: str = ""
    advice: str = ""


@dataclass(frozen=True)
class Span:
    """From the first day to the last, both whole."""

    first: date
    last: date


@dataclass(frozen=True)
class PaperSource:
    town: Town
    redaction: Redaction

    def of_span(self, session: Session, span: Span, area: str) -> list[Bulletin]:
        """For a round-up, oldest first: of each chain the last word only."""
        zone = self.town.zone
        begin = datetime.combine(span.first, time(), zone)
        end = datetime.combine(span.last + timedelta(days=1), time(), zone)
        query = select(Bulletin).where(
            Bulletin.started_at >= begin, Bulletin.started_at < end, Bulletin.redact.is_(False)
        )
        newest = query.order_by(Bulletin.started_at.desc(), Bulletin.id.desc()).limit(_MOST_READ)
        found = [each for each in session.scalars(newest) if _reaches(each, area)]
        chains = archive.whole_of_each(session, found)
        fitting = [each for each in found if _holds(each, chains[each.id])]
        return [each for each in fitting[:MOST] if not _went_on(each, chains[each.id])][::-1]

    def lately(self, session: Session, area: str, *, at: datetime) -> list[Bulletin]:
        """For a single matter, the newest first."""
        query = select(Bulletin).where(Bulletin.started_at.is_not(None), Bulletin.started_at <= at)
        found = session.scalars(query.order_by(Bulletin.started_at.desc(), Bulletin.id.desc()).limit(MOST)).all()
        gone = self.gone(session, [each.id for each in found], at=at)
        return [each for each in found if each.id not in gone and _reaches(each, area)]

    def gone(self, session: Session, numbers: Collection[int], *, at: datetime) -> frozenset[int]:
        """Of these, what no paper tells any more: redacted, withdrawn, taken back, or not there."""
        found = {each.id: each for each in session.scalars(select(Bulletin).where(Bulletin.id.in_(numbers)))}
        redacted = self.redaction.moments(session, found.values(), at=at)
        chains = archive.whole_of_each(session, found.values())
        lost = {number for number, each in found.items() if number in redacted or not _holds(each, chains[number])}
        return frozenset(lost | {number for number in numbers if number and number not in found})

    def chosen(self, session: Session, numbers: Sequence[int], *, private: bool, at: datetime) -> list[Bulletin]:
        """In that order, without those that are gone, and of those that tell of a person only where that is wanted."""
        gone = self.gone(session, numbers, at=at)
        kept = [session.get_one(Bulletin, number) for number in dict.fromkeys(numbers) if number not in gone]
        return [each for each in kept if private or not each.redact]

    def item(self, bulletin: Bulletin, *, brief: bool) -> Item:
        """A brief one has its sentences without the sections below, and the first pieces of advice only."""
        told = _parts(bulletin.subject, bulletin.text)
        what, advice = [*told.sentences, *told.sections], told.advice
        if brief:
            what, advice = told.sentences or told.sections, told.advice[:_BRIEF]
        headline = bulletin.subject.strip()
        return Item(bulletin.id, headline, self._place(bulletin), "\n".join(what), "\n".join(advice))

    def contact(self, bulletins: Iterable[Bulletin], *, widest: int) -> str:
        """That of the bulletins where they all name the same and it is no wider, or else the office."""
        lines = {line for each in bulletins for line in each.text.splitlines() if line.startswith(_CONTACT)}
        named = [line.removeprefix(_CONTACT).strip() for line in lines]
        if len(named) == 1 and full_width(named[0]) <= widest:
            return named[0]
        return f"{self.town.contact.name} {self.town.contact.phone}"

    def _place(self, bulletin: Bulletin) -> str:
        """Without the city's own name, which every reader knows, in front of one of its towns."""
        fields = json.loads(bulletin.fields)
        given = next((fields[name] for name in _PLACES if isinstance(fields.get(name), str)), "")
        bare = given.removeprefix(self.town.name)
        return bare if bare.startswith(tuple(town.name for town in self.town.towns)) else given


def _holds(bulletin: Bulletin, whole: Sequence[Bulletin]) -> bool:
    """`whole` is its chain."""
    if bulletin.state not in PUBLISHED or Kind(bulletin.kind) not in _TOLD:
        return False
    return retraction_of(bulletin, whole) is None


def _went_on(bulletin: Bulletin, whole: Sequence[Bulletin]) -> bool:
    return any(_holds(each, whole) for each in whole if each.id > bulletin.id and Kind(each.kind) in _TOLD)


def _reaches(bulletin: Bulletin, area: str) -> bool:
    named = json.loads(bulletin.areas)
    return not area or not named or bulletin.to_all or area in named


@dataclass
class _Told:
    """What a bulletin says, by the marks that every notice sets; of a section the points share one line."""

    sentences: list[str] = field(default_factory=list)
    sections: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)


def _parts(subject: str, text: str) -> _Told:
    told = _Told()
    here, in_section = told.sentences, False
    for line in text.splitlines():
        words = line.strip()
        if not words or words == subject.strip() or _SOURCE.fullmatch(words) or words.startswith(_LEFT_OUT):
            continue
        if words.startswith("★"):
            told.advice.append(words.removeprefix("★"))
        elif words.startswith(_ADVICE):
            here, in_section = told.advice, False
        elif words.startswith("■") and words.endswith("。"):
            here, in_section = told.sentences, False
            here.append(words.removeprefix("■"))
        elif words.startswith("■"):
            here, in_section = told.sections, True
            here.append(words.removeprefix("■") + "：")
        elif in_section and words.startswith("・"):
            here[-1] += ("" if here[-1].endswith("：") else "／") + words.removeprefix("・")
        else:
            here.append(words)
    told.sections[:] = [words.removesuffix("：") for words in told.sections]
    return told
