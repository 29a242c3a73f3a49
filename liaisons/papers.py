"""The paper edition: one sheet of A4 for an area and a time, or for a single matter, edited before it is printed."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.era import era_date, era_year
from foundation.ledger import Member
from foundation.plain_text import forbidden_character, full_width
from foundation.unfit import Unfit
from liaisons.paper_fit import Fit, Look, fit
from liaisons.paper_source import Item, PaperSource, Span
from liaisons.paper_tables import PaperRow
from liaisons.simple_text import settled

LONGEST = {"masthead": 10, "issue": 20, "lead": 120, "contact": 40}  # full-width characters
LONGEST_OF_ITEM = {"headline": 60, "place": 60, "what": 800, "advice": 600}
LABELS = {
    "masthead": "題",
    "issue": "号・日付",
    "lead": "前書き",
    "contact": "問い合わせ先",
    "headline": "見出し",
    "place": "場所",
    "what": "あったこと",
    "advice": "していただきたいこと",
}
_LINES = frozenset({"lead", "what", "advice"})  # of several lines
LEAD = "最近あったことと、気をつけていただきたいことをお知らせします。"


@dataclass(frozen=True)
class Words:
    """Everything on the paper but what the office has on every one."""

    masthead: str
    issue: str
    lead: str
    items: tuple[Item, ...]
    contact: str
    code: str


@dataclass(frozen=True)
class Choice:
    """What a paper is to be made of; `area` empty is the whole town, `numbers` are bulletins."""

    look: Look
    span: Span
    area: str
    numbers: tuple[int, ...] = ()


class UnknownPaper(Exception):
    """この紙はありません。"""


class PaperUnfit(Unfit):
    """The words of a paper; the name of an item's field bears its place, as `what-0`."""


class PaperOvertaken(Exception):
    """Somebody saved it meanwhile."""


@dataclass(frozen=True)
class Papers:
    source: PaperSource

    def begin(self, session: Session, choice: Choice, by: Member, *, once: str, at: datetime) -> PaperRow:
        """A draft from these bulletins. A form that comes in twice makes one paper. Raises PaperUnfit."""
        known = session.scalar(select(PaperRow).where(PaperRow.once_key == once))
        if known is not None:
            return known
        look, is_one = choice.look, choice.look is Look.ONE
        found = self.source.chosen(session, choice.numbers, private=is_one, at=at)
        if not 0 < len(found) <= look.most:
            most = "1件" if is_one else f"1件から{look.most}件まで"
            raise PaperUnfit({"numbers": f"お知らせを{most}選んでください。"})
        items = tuple(self.source.item(each, brief=not is_one) for each in found)
        contact = self.source.contact(found, widest=LONGEST["contact"])
        code, lead = ("bulletin", "") if is_one else ("bulletins", LEAD)
        words = Words(look.label, self._issue(choice), lead, items, contact, code)
        row = PaperRow(
            look=look.value,
            area=choice.area,
            first_day=choice.span.first.isoformat(),
            last_day=choice.span.last.isoformat(),
            made_at=at,
            made_by_id=by.id,
            made_by_name=by.name,
            once_key=once,
        )
        _put(row, words, by, at=at)
        session.add(row)
        session.flush()
        ledger.write(session, by.deed("paper.made", subject(row)), at=at, details={"bulletins": len(items)})
        return row

    def save(self, session: Session, row: PaperRow, typed: Words, by: Member, *, seen: int, at: datetime) -> None:
        """Raises PaperUnfit, PaperOvertaken."""
        words = _settled(typed)
        if errors := _errors(words):
            raise PaperUnfit(errors)
        if words == words_of(row):
            return
        if row.revision != seen:
            raise PaperOvertaken(PaperOvertaken.__doc__)
        _put(row, words, by, at=at)
        row.revision += 1
        session.flush()
        ledger.write(session, by.deed("paper.changed", subject(row)), at=at)

    def discard(self, session: Session, row: PaperRow, by: Member, *, at: datetime) -> None:
        ledger.write(session, by.deed("paper.discarded", subject(row)), at=at)
        session.delete(row)
        session.flush()

    def printed(self, session: Session, words: Words, *, at: datetime) -> tuple[Item, ...]:
        """What stands on the paper now: without what was redacted or taken back since it was written."""
        gone = self.source.gone(session, [item.number for item in words.items if item.number], at=at)
        return tuple(item for item in words.items if item.number not in gone)

    def _issue(self, choice: Choice) -> str:
        look, span, area = choice.look, choice.span, choice.area
        if look is Look.ONE:
            return era_date(span.last)
        label = next((each.label.partition("（")[0] for each in self.source.town.areas if each.key == area), "")
        month = f"{era_year(span.last)}{span.last.month}月号"
        named = f"{month}　{label}版"
        return named if label and full_width(named) <= LONGEST["issue"] else month


def find(session: Session, paper_id: int, *, to_change: bool = False) -> PaperRow:
    """Raises UnknownPaper."""
    row = session.get(PaperRow, paper_id, with_for_update=to_change or None)
    if row is None:
        raise UnknownPaper(UnknownPaper.__doc__)
    return row


def every(session: Session, *, limit: int) -> Sequence[PaperRow]:
    """The newest first."""
    return session.scalars(select(PaperRow).order_by(PaperRow.id.desc()).limit(limit)).all()


def words_of(row: PaperRow) -> Words:
    items = tuple(Item(**item) for item in json.loads(row.items))
    return Words(row.masthead, row.issue, row.lead, items, row.contact, row.code)


def fit_of(look: str, words: Words, items: Sequence[Item]) -> Fit:
    return fit(Look(look), words.lead, items)


def subject(row: PaperRow) -> str:
    return f"paper:{row.id}"


def month_before(today: date) -> Span:
    """From the first of the month to today; in the first days of a month, the whole one before."""
    if today.day > 10:
        return Span(today.replace(day=1), today)
    last = date.fromordinal(today.replace(day=1).toordinal() - 1)
    return Span(last.replace(day=1), last)


def _put(row: PaperRow, words: Words, by: Member, *, at: datetime) -> None:
    row.masthead, row.issue, row.lead = words.masthead, words.issue, words.lead
    row.items = json.dumps([asdict(item) for item in words.items], ensure_ascii=False)
    row.contact, row.code = words.contact, words.code
    row.changed_at, row.changed_by_name = at, by.name


def _settled(words: Words) -> Words:
    items = tuple(
        Item(item.number, item.headline.strip(), item.place.strip(), settled(item.what), settled(item.advice))
        for item in words.items
    )
    head = (words.masthead.strip(), words.issue.strip(), settled(words.lead))
    return Words(*head, items, words.contact.strip(), words.code)


def _errors(words: Words) -> dict[str, str]:
    errors = {name: _fault(name, getattr(words, name), longest) for name, longest in LONGEST.items()}
    for place, item in enumerate(words.items):
        for name, longest in LONGEST_OF_ITEM.items():
            errors[f"{name}-{place}"] = _fault(name, getattr(item, name), longest)
    if not words.items:
        errors["headline-new"] = "紙にのせることを、1件は残してください。"
    return {name: sentence for name, sentence in errors.items() if sentence}


def _fault(name: str, text: str, longest: int) -> str:
    label = LABELS[name]
    if not text and name in ("masthead", "headline", "contact"):
        return f"{label}を入力してください。"
    if full_width(text) > longest:
        return f"{label}は{longest}文字までで書いてください（いま{math.ceil(full_width(text))}文字）。"
    if forbidden_character(text, several_lines=name in _LINES) is not None:
        return f"{label}に、使えない文字（制御文字など）があります。"
    return ""
