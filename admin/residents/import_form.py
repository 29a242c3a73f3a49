"""The form of an import: what each column is, what the words of the list mean, and what was found in it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from admin.frame.form_reading import Posted
from subscribers.register_columns import Column, Meaning, guesses
from subscribers.register_file import Beginning, Told
from subscribers.register_imports import Counts, ImportRow, ImportState, counts_of, unpacked
from subscribers.town import Town

AS_GUESSED = "guess"
LONGEST_WORDS = 4000
MOST_COLUMNS = 100
_LABELS = {
    ImportState.UPLOADED: "見出しの確認",
    ImportState.CHECKING: "調べています",
    ImportState.CHECKED: "取り込み前の確認",
    ImportState.RUNNING: "取り込んでいます",
    ImportState.DONE: "取り込みました",
    ImportState.DISMISSED: "取りやめました",
    ImportState.BROKEN: "読めませんでした",
}


@dataclass(frozen=True)
class ColumnChoice:
    """One heading, with the cell below it as an example; `chosen` is a choice's value."""

    name: str
    heading: str
    example: str
    chosen: str
    choices: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Found:
    """What the look at the list, or the import, has found so far."""

    counts: Counts = field(default_factory=Counts)
    kinds: Sequence[tuple[str, int]] = ()
    words: Sequence[tuple[str, int]] = ()
    fault: str = ""

    @property
    def letters(self) -> int:
        return self.counts.added - self.counts.added_stopped


def state_label(state: str) -> str:
    return _LABELS[ImportState(state)]


def columns_of(beginning: Beginning, told: Told, town: Town) -> list[ColumnChoice]:
    """The choices of each column, with what was said of it or else what its heading seems to mean."""
    found = zip(guesses(beginning.headings, town), beginning.example, strict=True)
    return [_choice(number, each, example, told) for number, (each, example) in enumerate(found)][:MOST_COLUMNS]


def told_by(form: Posted, columns: Sequence[ColumnChoice]) -> Told:
    """Raises ValueError, whose text is for people, where the words are not written as they should be."""
    said: dict[str, str] = {}
    for each in columns:
        chosen = form.text(each.name)
        if chosen != AS_GUESSED and chosen in [value for value, _ in each.choices]:
            said[each.heading] = chosen
    words = (_pairs(form.text(name)) for name in ("topics", "areas", "states"))
    return Told(said, *words)


def written(words: Mapping[str, str]) -> str:
    """As they are typed, one a line."""
    return "\n".join(f"{word}={ours}" for word, ours in words.items())


def found_of(row: ImportRow) -> Found:
    told = json.loads(row.found)
    counts = counts_of(row) if row.state in (ImportState.RUNNING, ImportState.DONE) else None
    return Found(
        counts=counts or Counts(**told.get("counts", {})),
        kinds=[(str(kind), int(number)) for kind, number in told.get("kinds", ())],
        words=[(str(word), int(number)) for word, number in told.get("words", ())],
        fault=str(told.get("fault", "")),
    )


def told_of(row: ImportRow) -> Told:
    return unpacked(row.told)


def _choice(number: int, guess: Meaning, example: str, told: Told) -> ColumnChoice:
    choices = [(column.value, column.label) for column in Column]
    chosen = guess.column.value if guess.column else ""
    if guess.topic or guess.area:
        choices.insert(0, (AS_GUESSED, guess.words))
        chosen = AS_GUESSED
    return ColumnChoice(
        name=f"column-{number}",
        heading=guess.heading,
        example=example[:40],
        chosen=told.columns.get(guess.heading, chosen),
        choices=[("", "取り込まない"), *choices],
    )


def _pairs(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text[:LONGEST_WORDS].splitlines():
        word, sign, ours = line.strip().rpartition("=")
        if line.strip() and not (sign and word.strip()):
            raise ValueError(f"「{line.strip()[:40]}」は、「一覧のことば=この市での名前」の形で書いてください。")
        if word.strip():
            found[word.strip()] = ours.strip()
    return found
