"""The edition of a bulletin in another language: standing sentences and known words are said in it, the rest stays
Japanese below a mark. Without a translation there is a frame that says in the language what the Japanese text is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from bulletins.filling import fill_for_preview
from bulletins.notice_fields import HOLDING_MOMENTS, HOLDING_SEVERAL, Field, FieldKind, Filled
from bulletins.notice_source import SHIPPED
from bulletins.notice_templates import Kind, NoticeTemplate
from bulletins.tongue import Tongue
from bulletins.translation import Translation, Wordbook
from bulletins.translation_file import BELOW
from bulletins.wording import Wording, tidied
from foundation.catalogue import without_readings
from foundation.plain_text import full_width, one_line
from foundation.templating import TemplateBroken

LONGEST_SUBJECT = 39.0  # full-width characters, so that an English one has at most 78
_NOTHING: Mapping[str, str] = {}
_UNSET = "…"  # a moment that is not typed yet, in the preview of a draft


@dataclass(frozen=True)
class Edition:
    """`text` has LF line ends and none after the last line. `in_japanese` are the labels, in Japanese, of the fields
    of which something stays Japanese; of a frame that is everything."""

    subject: str
    text: str
    is_frame: bool
    in_japanese: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Left:
    """What stays Japanese of one field."""

    field: Field
    values: tuple[str, ...]


def edition(
    notice: NoticeTemplate,
    values: Mapping[str, Filled],
    tongue: Tongue,
    written: Wording,
    *,
    turn: int = 0,
    told: Mapping[str, str] = _NOTHING,
) -> Edition:
    """`values` and `turn` as `write` took them, `written` what it gave. `told` has further words, by what they are in
    Japanese: what staff translated, the subject that an earlier bulletin bore in this language. Never raises."""
    translation = notice.translations.get(tongue.language)
    if translation is not None and notice.version == SHIPPED:
        words = Wordbook({**translation.words.words, **told})
        try:
            return _translated(notice, values, tongue, replace(translation, words=words), turn=turn)
        except TemplateBroken:
            # Better the Japanese text with a sentence around it than no warning at all.
            pass
    return _framed(notice, values, tongue, written, turn=turn)


def prove(notice: NoticeTemplate, translation: Translation, tongue: Tongue) -> None:
    """That it can say the notice's example, whole and as bare as may be. Raises TemplateBroken."""
    bare = {field.name: "" for field in notice.fields if not field.required}
    for example in (notice.example, {**notice.example, **bare}):
        filled, _ = fill_for_preview(notice, example)
        _translated(notice, filled, tongue, translation, turn=0)


def _translated(
    notice: NoticeTemplate, values: Mapping[str, Filled], tongue: Tongue, translation: Translation, *, turn: int
) -> Edition:
    spoken, left = _spoken(notice, values, tongue, translation)
    given = {**spoken, "town": tongue.town, BELOW: tuple(each.field.name for each in left)}
    headline = _headline(translation.subject.render(**given), notice, tongue, turn=turn)
    body = tidied(translation.body.render(**given, subject=headline))
    notes, japanese_notes = _notes(notice, values, tongue, translation)
    details = [*_details(left, translation, tongue), *japanese_notes]
    if details:
        details = ["", tongue.finished(tongue.phrases.details), *details]
    ending = ["", *notes, tongue.phrases.closing + tongue.town.section]
    lines = [*map(tongue.finished, body), *details, *map(tongue.finished, ending)]
    labels = tuple(each.field.label for each in left)
    text = "\n".join(_as_drill(lines, notice, tongue))
    return Edition(_subject(headline), text, is_frame=False, in_japanese=labels)


def _framed(
    notice: NoticeTemplate, values: Mapping[str, Filled], tongue: Tongue, written: Wording, *, turn: int
) -> Edition:
    phrases, frame = tongue.phrases, tongue.phrases.frame
    title = phrases.titles.get(notice.name, frame.other_title)
    headline = _headline(frame.subject.replace("{title}", title), notice, tongue, turn=turn)
    lines = [frame.opening.replace("{title}", title).replace("{town}", tongue.town.name)]
    if notice.to_all and notice.kind is Kind.ORDINARY:
        lines.append(frame.urgent)
    moment = next((values.get(f.name) for f in notice.fields if f.kind is FieldKind.DATETIME), None)
    if isinstance(moment, datetime):
        when = tongue.dates
        lines.append(frame.when.replace("{day}", when.day(moment)).replace("{clock}", when.clock(moment)))
    lines.append(frame.contact.replace("{contact}", _contact(notice, values, tongue)))
    lines.append(frame.text)
    japanese = [] if written.subject in written.text else [written.subject]
    lines = [*map(tongue.finished, lines), "", *japanese, *written.text.split("\n")]
    return Edition(_subject(headline), "\n".join(_as_drill(lines, notice, tongue)), is_frame=True)


def _headline(text: str, notice: NoticeTemplate, tongue: Tongue, *, turn: int) -> str:
    """The subject as it stands in the text, whole and with its readings."""
    phrases = tongue.phrases
    mark = "" if not turn else phrases.follow_up if turn == 1 else phrases.numbered_follow_up.replace("{n}", str(turn))
    if notice.kind is Kind.DRILL:
        mark = phrases.drill_mark + mark
    return mark + one_line(text)


def _subject(headline: str) -> str:
    """Short enough for a list of mails."""
    subject = without_readings(headline)
    if full_width(subject) <= LONGEST_SUBJECT:
        return subject
    while full_width(subject) > LONGEST_SUBJECT - 1.5:
        subject = subject[:-1]
    return subject.rstrip(" ,;:(、（") + "..."


def _as_drill(lines: list[str], notice: NoticeTemplate, tongue: Tongue) -> list[str]:
    said = tongue.finished(tongue.phrases.drill_line)
    return [said, *lines, said] if notice.kind is Kind.DRILL else lines


def _spoken(
    notice: NoticeTemplate, values: Mapping[str, Filled], tongue: Tongue, translation: Translation
) -> tuple[dict[str, object], list[_Left]]:
    """Each field as far as it is known, and what is not. A list keeps the items that are known."""
    spoken: dict[str, object] = {}
    left: list[_Left] = []
    shown = notice.subject.names | notice.body.names
    for field in notice.fields:
        value = values.get(field.name, field.empty())
        if field.kind in HOLDING_MOMENTS:
            spoken[field.name] = value if isinstance(value, date | time) or not value else _UNSET
            continue
        items = value if isinstance(value, tuple) else (value,) if isinstance(value, str) and value else ()
        known = [(item, tongue.said(field.kind, item, translation.words)) for item in items]
        said = tuple(other for _, other in known if other is not None)
        spoken[field.name] = said if field.kind in HOLDING_SEVERAL else "".join(said)
        # What the form offers of a field that the translation does not show is said by its sentences.
        own = {*field.choices, field.default, *field.default.split("\n")}
        shows = field.name in translation.names
        rest = tuple(item for item, other in known if other is None or not (shows or item in own))
        if rest and field.name in shown:
            left.append(_Left(field, rest))
    # What the Japanese subject says comes first.
    return spoken, sorted(left, key=lambda each: each.field.name not in notice.subject.names)


def _details(left: Sequence[_Left], translation: Translation, tongue: Tongue) -> Iterator[str]:
    for each in left:
        label = tongue.phrases.label.replace("{label}", translation.labels.get(each.field.name, each.field.label))
        label = tongue.finished(label)
        if each.field.kind in HOLDING_SEVERAL:
            yield label.rstrip()
            yield from (f"・{value}" for value in each.values)
        elif "\n" in each.values[0] or each.field.kind is FieldKind.TEXT:
            yield label.rstrip()
            yield from each.values[0].split("\n")
        else:
            yield label + each.values[0]


def _notes(
    notice: NoticeTemplate, values: Mapping[str, Filled], tongue: Tongue, translation: Translation
) -> tuple[list[str], list[str]]:
    """The standing lines in the language; and in Japanese those that it does not know."""
    notes: list[str] = []
    japanese: list[str] = []
    source = values.get("attribution")
    for key in notice.standing_notes:
        line = tongue.home.standing_note(key, notice.name)
        said = tongue.standing_note(key, notice.name)
        if "{source}" in line:
            if not source or not isinstance(source, str):
                continue
            name = tongue.said(FieldKind.LINE, source, translation.words)
            line = line.replace("{source}", source)
            said = said.replace("{source}", name) if said and name else None
        if said:
            notes.append(said)
        else:
            japanese.append(line)
    return notes, japanese


def _contact(notice: NoticeTemplate, values: Mapping[str, Filled], tongue: Tongue) -> str:
    """Whom the notice names, or else the office."""
    named = values.get("contact")
    if notice.field("contact") is not None and named and isinstance(named, str):
        return tongue.said(FieldKind.PHONE, named, Wordbook({})) or named
    return f"{tongue.town.contact.name} {tongue.town.contact.phone}"
