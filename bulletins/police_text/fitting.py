"""Fits what a text tells into the fields of a notice, and says what found no place in it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bulletins.categories import CategoryTree
from bulletins.notice_fields import LONGEST_LINE, LONGEST_TEXT, Field, FieldKind
from bulletins.notice_templates import NoticeTemplate
from bulletins.police_text.facts import Fact
from bulletins.police_text.kinds import category_of
from bulletins.police_text.lines import Line, Part, Section, says_more
from bulletins.police_text.reading import Reading
from subscribers.town import Town

# Which facts may fill a field, the best one first; a field that is not named here takes the fact of its own name.
_FILLS: Mapping[str, tuple[str, ...]] = {
    "happened_at": ("moment",),
    "last_seen_at": ("moment",),
    "last_place": ("place",),
    "area": ("place",),
    "calls": ("words",),
    "subject": ("headline",),
}
# Told of one occasion; where the text is silent the form must not say the usual.
_TOLD = frozenset({"spot", "victim", "situation", "offender", "deed", "event", "area", "impostor", "attribution"})
# Marks, brackets and the small words between what was read: nothing that anybody would miss.
_NOTHING = re.compile(
    r"(?:[\s、。，．・･•■□●○◎★☆◆◇▼▽※【】\[\]()（）:：「」!！-]|現在|お宅|において|にて|ごろ|ころ|頃|から|より|に対し|の|で|が|に|を|は|、)*"
)
# These hold whatever is told besides.
_REMAINDER = frozenset({"text", "details"})
_AUTOMATIC = frozenset({Part.STANDING, Part.SENT_ON})
_AROUND = " 　、。"
_Span = tuple[int, int]


@dataclass(frozen=True)
class Fitted:
    """`values` are for the fields of the notice, `read` those of them that the text filled; the others are emptied.

    `text` is the whole one as it was read, `unread` where in it the `leftover` stands, which found no field;
    `automatic` is what the service writes below every mail by itself.
    """

    notice: str
    text: str
    unread: tuple[tuple[int, int], ...]
    values: Mapping[str, object]
    read: frozenset[str]
    category: str
    leftover: tuple[str, ...]
    automatic: tuple[str, ...]
    notes: tuple[str, ...]


def fit(reading: Reading, notice: NoticeTemplate, town: Town) -> Fitted:
    category, stated = category_of(reading, notice, CategoryTree(town), town)
    fitting = _Fitting(reading, notice, [line.span for line in reading.lines if stated and line.part is Part.CATEGORY])
    unread = tuple(fitting.unread())
    leftover = tuple(reading.text[start:end] for start, end in unread)
    if reading.cut:
        leftover = (*leftover, "（長すぎるため、この後は読んでいません）")
    return Fitted(
        notice=notice.name,
        text=reading.text,
        unread=unread,
        values=fitting.values,
        read=frozenset(fitting.read),
        category=category,
        leftover=leftover,
        automatic=tuple(
            reading.text[line.start : line.end].strip() for line in reading.lines if line.part in _AUTOMATIC
        ),
        notes=tuple(note.words for note in reading.notes if fitting.has_field_for(note.about)),
    )


class _Fitting:
    def __init__(self, reading: Reading, notice: NoticeTemplate, used: Sequence[_Span]) -> None:
        self._reading = reading
        self._notice = notice
        # One octet a character: whether a field has it.
        self._used = bytearray(len(reading.text))
        self._cover(used)
        self.values: dict[str, object] = {}
        self.read: set[str] = set()
        for field in notice.fields:
            fact = reading.fact(*_FILLS.get(field.name, (field.name,)))
            value = _value(field, fact) if fact and field.name not in _REMAINDER else None
            if fact and value:
                self._take(field.name, value, fact.spans)
            elif field.name in _TOLD:
                self.values[field.name] = ""
        for field in notice.fields:
            if field.name in _REMAINDER:
                self._rest(field)

    def has_field_for(self, fact: str) -> bool:
        return any(fact in _FILLS.get(field.name, (field.name,)) for field in self._notice.fields)

    def unread(self) -> list[_Span]:
        """What has no field, without the marks and small words around it."""
        lines = [line for line in self._reading.lines if line.part not in _AUTOMATIC]
        found: list[_Span] = []
        below: Line | None = None
        for line in reversed(lines):
            is_read = below is not None and self._touches(below.span)
            if line.part is Part.HEADING and is_read and not says_more(line.text):
                continue
            below = line if line.part is not Part.HEADING else below
            found.extend(span for span in reversed([*self._free(line)]) if not self._is_nothing(span))
        return [self._trimmed(span) for span in reversed(found)]

    def _is_nothing(self, span: _Span) -> bool:
        return _NOTHING.fullmatch(self._reading.text[slice(*span)]) is not None

    def _trimmed(self, span: _Span) -> _Span:
        piece = self._reading.text[slice(*span)]
        lead = len(piece) - len(piece.lstrip(_AROUND))
        return span[0] + lead, span[0] + len(piece.rstrip(_AROUND))

    def _take(self, name: str, value: object, spans: Iterable[_Span]) -> None:
        self.values[name] = value
        self.read.add(name)
        self._cover(spans)

    def _rest(self, field: Field) -> None:
        """Whole lines as they stand where the field holds a text; else the sentences that are still free."""
        text = self._reading.text
        if field.kind is FieldKind.TEXT:
            lines = [
                line for line in self._reading.lines if line.part not in _AUTOMATIC and not self._touches(line.span)
            ]
            spans = [line.span for line in lines]
            value: object = _joined(text, lines)
        else:
            spans = [span for line in self._reading.lines if _is_story(line) for span in self._sentences(line)]
            value = [text[start:end].strip("。・･• 　") for start, end in spans]
        if value and _short_enough(field, value):
            self._take(field.name, value, spans)

    def _sentences(self, line: Line) -> Iterator[_Span]:
        """The free pieces that begin where a sentence begins."""
        for start, end in self._free(line):
            begins = start == line.start or self._reading.text[start - 1] == "。"
            at = start + (1 if self._reading.text[start] == "。" else 0)
            if (begins or at > start) and not _NOTHING.fullmatch(self._reading.text[at:end]):
                yield at, end

    def _free(self, line: Line) -> Iterator[_Span]:
        at = line.start
        while (start := self._used.find(0, at, line.end)) >= 0:
            stop = self._used.find(1, start, line.end)
            at = stop if stop >= 0 else line.end
            yield start, at

    def _touches(self, span: _Span) -> bool:
        return self._used.find(1, *span) >= 0

    def _cover(self, spans: Iterable[_Span]) -> None:
        for start, end in spans:
            self._used[start:end] = b"\x01" * (end - start)


def _value(field: Field, fact: Fact) -> object:
    """None where the field cannot hold it."""
    value = fact.value
    several = tuple(item.strip(" 　") for item in ((value,) if isinstance(value, str) else value))
    match field.kind:
        case FieldKind.LIST:
            held: object = [item.removeprefix("・") for item in several]
        case FieldKind.TEXT:
            held = "\n".join(several)
        case FieldKind.CHOICE:
            held = several[0] if several[0] in field.choices else None
        case FieldKind.CHOICES | FieldKind.TIME:
            held = None
        case FieldKind.DATE:
            held = several[0][:10]
        case _:
            held = several[0].removeprefix("・") if len(several) == 1 else None
    return held if held and _short_enough(field, held) else None


def _short_enough(field: Field, value: object) -> bool:
    lines = value if isinstance(value, list) else [value]
    longest = LONGEST_TEXT if field.kind is FieldKind.TEXT else LONGEST_LINE
    fits = all(len(str(line)) <= longest for line in lines)
    return fits and sum(len(str(line)) + 1 for line in lines) <= LONGEST_TEXT


def _is_story(line: Line) -> bool:
    return line.part is Part.TEXT and line.section in (Section.BODY, Section.STATE)


def _joined(text: str, lines: Sequence[Line]) -> str:
    """The lines as they were pasted; what `_headed` cut in two is one line again."""
    joined = ""
    for before, line in zip((None, *lines), lines, strict=False):
        if before is not None:
            joined += "" if before.end == line.start and "\n" not in text[before.start : line.end] else "\n"
        joined += text[line.start : line.end]
    return joined
