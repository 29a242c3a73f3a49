"""Reads a pasted text into facts, whatever notice they will fill."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bulletins.police_text import sentence
from bulletins.police_text.facts import Fact
from bulletins.police_text.lines import LONGEST_READ, Line, Part, Section, lines_of, normal, plain
from bulletins.police_text.moments import Found, clock_in, day_in, moment_of
from bulletins.police_text.places import Place, places_in
from subscribers.town import Town

_LONGEST_HEADLINE = 60
_NAMED = re.compile(r"[「『]([^」』\n]{1,60})[」』]")
_FROM_SERVICE = re.compile(r"([^、。「」\s※]{2,30}?)の?配信を(?:もと|元|基)")
_SENTENCE_END = re.compile(r"。(?![」』])")
_SOURCE = re.compile(r"(.{1,50}?)(?:からの情報|からのお知らせ|の発表|発表|提供)[】\]]")
_FAMILY = re.compile("ご?家族(?:の依頼|の要請|からの依頼)(?:により配信しています)?")
_CALLING = re.compile(
    r"([^、。「」\s:はが■★]{2,20}?(?:署|課|センター|本部|交番)[^\d\n。]{0,6}0\d{1,4}-\d{1,4}-\d{3,4}(?:\s?\(内線\s?\d{1,6}\))?)"
)
_LISTS = {
    Section.WORDS: "words",
    Section.FEATURES: "features",
    Section.ADVICE: "advice",
}
# Where a place may stand, the likeliest first; what happened is told in the body, or as 状況.
_PLACED = (Section.WHERE, Section.WHEN, Section.BODY, Section.STATE)
_SINGLE = {
    Part.CALL: "call",
    Part.CONTACT: "contact",
}


@dataclass(frozen=True)
class Note:
    """What to tell the clerk, where the notice has a field for the fact that it is `about`."""

    about: str
    words: str


@dataclass(frozen=True)
class Reading:
    """`text` is the pasted one, cleaned; `cut` tells whether it was too long to be read to its end."""

    text: str
    lines: tuple[Line, ...]
    facts: tuple[Fact, ...]
    notes: tuple[Note, ...]
    cut: bool

    def fact(self, *names: str) -> Fact | None:
        """The first of these that the text tells."""
        return next((fact for name in names for fact in self.facts if fact.name == name), None)


def read(text: str, town: Town, *, at: datetime) -> Reading:
    """Never raises, whatever the text; every value stands in it but for digits, years and what 本日 means."""
    clean = normal(text)
    lines = tuple(lines_of(clean))
    reader = _Reader(clean, lines, town, at.astimezone(town.zone).date())
    facts = tuple(reader.facts())
    return Reading(clean, lines, facts, tuple(dict.fromkeys(reader.notes)), cut=len(text) > LONGEST_READ)


class _Reader:
    def __init__(self, text: str, lines: Sequence[Line], town: Town, today: date) -> None:
        self._text = text
        self._lines = lines
        self._town = town
        self._base = self._sent_on() or today
        self.notes: list[Note] = []

    def facts(self) -> Iterator[Fact]:
        headline = self._headline()
        if headline:
            yield _of_line("headline", headline)
        yield from self._singles()
        yield from self._of_sections()
        told = [line for line in self._lines if line.part is Part.TEXT and line is not headline]
        yield from self._moment(told)
        yield from self._story([line for line in told if line.section in _PLACED])
        yield from self._people(told)

    def _sent_on(self) -> date | None:
        """`配信日 平成30年6月5日`: what the other days of the text are counted from."""
        line = self._first(Part.SENT_ON)
        found = day_in(line.text, base=date(2000, 1, 1)) if line else None
        return found.day if found and line and re.search("年|/", line.text) else None

    def _headline(self) -> Line | None:
        """The first line, where it stands alone and is no sentence."""
        marked = self._first(Part.HEADLINE)
        if marked:
            return marked
        first = next(
            (line for line in self._lines if line.part not in (Part.STANDING, Part.SENT_ON, Part.CATEGORY)), None
        )
        if first is None or first.part is not Part.TEXT or first.section is not Section.BODY or first.bullet:
            return None
        alone = len(first.text) <= _LONGEST_HEADLINE and "。" not in first.text and first.start == first.at
        return first if alone and clock_in(first.text) is None and len(self._lines) > 1 else None

    def _singles(self) -> Iterator[Fact]:
        for part, name in _SINGLE.items():
            line = self._first(part)
            if line and line.text.strip():
                yield _of_line(name, line)
        yield from self._source()
        attention = [line for line in self._lines if line.part is Part.ATTENTION and line.text.strip()]
        if attention:
            yield _of_lines("attention", attention)
        if self._first(Part.CONTACT) is None:
            calling = _CALLING.search(plain(self._text))
            if calling:
                yield Fact("contact", self._text[calling.start(1) : calling.end(1)], (calling.span(1),))

    def _source(self) -> Iterator[Fact]:
        source = self._first(Part.SOURCE)
        named = _SOURCE.match(plain(source.text)) if source else None
        if source and named:
            yield Fact("source", source.text[: named.end(1)], (source.span,))
        attribution = self._first(Part.ATTRIBUTION)
        named = (_NAMED.search(attribution.text) or _FROM_SERVICE.search(attribution.text)) if attribution else None
        if attribution and named:
            yield Fact("attribution", named[1], (attribution.span,))

    def _first(self, part: Part) -> Line | None:
        return next((line for line in self._lines if line.part is part), None)

    def _of_sections(self) -> Iterator[Fact]:
        for section, name in _LISTS.items():
            lines = [line for line in self._lines if line.section is section and line.part is Part.TEXT]
            if lines:
                yield _of_lines(name, lines)
        for line in self._lines:
            if line.section is Section.AFTERWARDS:
                opening = re.match("(?:この後|その後)、?", line.text)
                at = opening.end() if opening else 0
                yield Fact("afterwards", line.text[at:], (line.span,))
                return

    def _moment(self, told: Sequence[Line]) -> Iterator[Fact]:
        """From where it is asked for, else from the first line that has both a day and a time."""
        labelled = [line for line in told if line.section is Section.WHEN]
        whens = [*labelled, *(line for line in told if line.section in (Section.BODY, Section.STATE))]
        for line in whens:
            day = day_in(line.text, base=self._base)
            clock = clock_in(line.text, after=day.span[1] if day else 0)
            if day and clock and clock.span[0] - day.span[1] <= 12:
                if day.doubt:
                    self.notes.append(Note("moment", day.doubt))
                spans = (_moved(day, line.at), _moved(clock, line.at))
                yield Fact("moment", moment_of(day, clock), spans)
                return
        days = [line for line in whens if day_in(line.text, base=self._base)]
        if days:
            self.notes.append(Note("moment", "日付はありますが、時刻が読み取れませんでした。日時を入れてください。"))

    def _story(self, told: Sequence[Line]) -> Iterator[Fact]:
        """Place and sentence; the place that is asked for (発生場所) before the one in the sentence."""
        first: Place | None = None
        for line in sorted(told, key=lambda line: _PLACED.index(line.section)):
            places = places_in(line.text, self._town)
            if not places:
                continue
            first = places[0]
            span = first.span[0] + line.at, first.span[1] + line.at
            yield Fact("place", first.value, (span,))
            if first.dropped:
                words = f"場所の「{first.dropped}」は、個人のお宅が分からないように写していません。"
                self.notes.append(Note("place", words))
            yield from self._after_place(line, first)
            if line.section in (Section.BODY, Section.STATE):
                return
            break
        yield from self._labelled(told, where=first is None)

    def _after_place(self, line: Line, place: Place) -> Iterator[Fact]:
        at = line.at + place.span[1]
        if line.section is Section.WHERE:
            spot = line.text[place.span[1] :].strip(" 　の、。")
            if spot:
                yield Fact("spot", spot, ((at, line.end),))
        elif line.section in (Section.BODY, Section.STATE):
            stop = _SENTENCE_END.search(line.text, place.span[1])
            yield from sentence.told(self._text, at, line.at + (stop.start() if stop else len(line.text)))

    def _labelled(self, told: Sequence[Line], *, where: bool) -> Iterator[Fact]:
        """The place and the story stand behind labels of their own; `where` asks for a place of an unknown town."""
        place = next((line for line in told if line.section is Section.WHERE), None)
        if place and where:
            yield _of_line("place", place)
        story = next((line for line in told if line.section is Section.STATE), None)
        if story:
            stop = _SENTENCE_END.search(story.text)
            end = story.at + (stop.start() if stop else len(story.text))
            yield from sentence.told(self._text, story.at, end, after_place=False)

    def _people(self, told: Sequence[Line]) -> Iterator[Fact]:
        victim = next((line for line in told if line.section is Section.VICTIM), None)
        if victim:
            yield _of_line("victim", victim)
        for line in (*told, *(line for line in self._lines if line.part in (Part.TEXT, Part.HEADLINE))):
            impostor = sentence.impostor_in(line)
            if impostor:
                yield impostor
                break
        missing = sentence.missing_in(self._text)
        if missing:
            yield missing
            yield from self._home(missing)
        family = _FAMILY.search(self._text)
        if family:
            yield Fact("requested_by", "ご家族", (family.span(),))

    def _home(self, missing: Fact) -> Iterator[Fact]:
        """`水車町の80歳代の女性`."""
        start = missing.spans[0][0]
        before = self._text[max(0, start - 40) : start]
        for place in places_in(before, self._town):
            if before[place.span[1] :] == "の":
                moved = start - len(before)
                yield Fact("home", place.value, ((place.span[0] + moved, place.span[1] + moved),))


def _of_line(name: str, line: Line) -> Fact:
    return Fact(name, line.text.strip(), (line.span,))


def _of_lines(name: str, lines: Sequence[Line]) -> Fact:
    items = tuple(("・" if line.bullet else "") + line.text.strip() for line in lines)
    return Fact(name, items, tuple(line.span for line in lines))


def _moved(found: Found, by: int) -> tuple[int, int]:
    return found.span[0] + by, found.span[1] + by
