"""What a bulletin says in the residents' other languages: in the words of its notice, or of a person in their place.

They are settled when the bulletin is submitted, so that who approves sees, and approves, each of them. A language that
has no words reads the Japanese ones.
"""

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from bulletins.checks.completeness import placeholder_in
from bulletins.drafting import DraftInvalid, find
from bulletins.life import EDITABLE, BulletinState, WrongState
from bulletins.notice_shelf import UnknownNotice
from bulletins.notice_templates import Kind
from bulletins.signatory import Signatory, must_draft
from bulletins.tables import Bulletin
from bulletins.wording import Wording
from foundation import ledger
from foundation.database import Base
from foundation.languages import Language
from foundation.plain_text import forbidden_character, one_line
from foundation.templating import TemplateBroken

log = logging.getLogger(__name__)

OTHERS = tuple(language for language in Language if language is not Language.JAPANESE)
LONGEST_SUBJECT, LONGEST_TEXT = 200, 8000


class EditionRow(Base):
    """One bulletin in one other language. `revision` is that of the Japanese words that it says; `writer_id` is the
    person who wrote it, where the notice did not; `letter_id` its letter, once the delivery has begun."""

    __tablename__ = "bulletin_editions"

    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletins.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str]
    text: Mapped[str]
    revision: Mapped[int]
    writer_id: Mapped[int | None]
    writer_name: Mapped[str | None]
    letter_id: Mapped[int | None]


@dataclass(frozen=True)
class Said:
    """`writer` is empty where the notice's own translation speaks. Of that, `in_japanese` are the labels of the fields
    that stay Japanese, and `is_frame` says that it is a sentence in the language around the Japanese words."""

    language: Language
    subject: str
    text: str
    writer: str = ""
    in_japanese: tuple[str, ...] = ()
    is_frame: bool = False


@dataclass(frozen=True)
class DrillSigns:
    """By which a drill is known in a language: in its subject, and as the first and last line of its text."""

    mark: str
    line: str


class Interpreter(Protocol):
    def speak(self, bulletin: Bulletin, language: Language, *, told: Mapping[str, str]) -> Said | None:
        """None where there are no words for it. `told` are words that this bulletin alone knows, by what they are in
        Japanese. Raises TemplateBroken, UnknownNotice."""
        ...

    def drill_signs(self, language: Language) -> DrillSigns: ...


@dataclass(frozen=True)
class OtherLanguages:
    """Works in the caller's transaction."""

    interpreter: Interpreter

    def editions(self, session: Session, bulletin: Bulletin) -> Sequence[Said]:
        """As they would leave, or did; of a draft those that would be settled now."""
        if BulletinState(bulletin.state) in EDITABLE:
            return self._anew(session, bulletin)
        return tuple(_said(row) for row in settled(session, bulletin))

    def settle(self, session: Session, bulletin: Bulletin) -> str:
        """In the transaction in which it is submitted. What a person wrote for other Japanese words goes. Returns what
        is settled, for the record of the version."""
        said = self._anew(session, bulletin)
        writers = {row.language: row.writer_id for row in settled(session, bulletin)}
        session.execute(delete(EditionRow).where(EditionRow.bulletin_id == bulletin.id))
        session.add_all(
            EditionRow(
                bulletin_id=bulletin.id,
                language=each.language.value,
                subject=each.subject,
                text=each.text,
                revision=bulletin.revision,
                writer_id=writers.get(each.language.value),
                writer_name=each.writer or None,
            )
            for each in said
        )
        session.flush()
        return json.dumps({each.language: [each.subject, each.text] for each in said}, ensure_ascii=False)

    def write(
        self, session: Session, bulletin_id: int, words: Said, who: Signatory, *, version: int | None, at: datetime
    ) -> None:
        """A person's words in place of the notice's; empty ones give way to the notice's again. The bulletin counts as
        changed. Raises NotAllowed, UnknownBulletin, WrongState, DraftInvalid."""
        must_draft(who)
        bulletin = find(session, bulletin_id, to_change=True)
        state = BulletinState(bulletin.state)
        if state not in EDITABLE or version not in (None, bulletin.version):
            raise WrongState(state, "ほかの言語の文面の変更")
        subject, text = _checked(words)
        if text:
            _refuse_false_alarms(Kind(bulletin.kind), subject, text, self.interpreter.drill_signs(words.language))
        kept = settled(session, bulletin)
        bulletin.version += 1
        bulletin.revision += 1
        session.execute(delete(EditionRow).where(EditionRow.bulletin_id == bulletin.id))
        for row in kept:
            if row.language != words.language:
                session.add(_copied(row, revision=bulletin.revision))
        if text:
            session.add(
                EditionRow(
                    bulletin_id=bulletin.id,
                    language=words.language.value,
                    subject=subject,
                    text=text,
                    revision=bulletin.revision,
                    writer_id=who.id,
                    writer_name=who.name,
                )
            )
        session.flush()
        details = {"version": bulletin.version, "language": words.language.value}
        ledger.write(session, who.deed("bulletin.translated", f"bulletin:{bulletin.id}"), at=at, details=details)

    def _anew(self, session: Session, bulletin: Bulletin) -> Sequence[Said]:
        """The notice may have changed since it was last asked; what a person wrote stays."""
        kept = {row.language: _said(row) for row in settled(session, bulletin) if row.writer_id is not None}
        earlier = session.get(Bulletin, bulletin.mends_id) if bulletin.mends_id else None
        told = _subjects(session, earlier) if earlier else {}
        made = (
            kept.get(language.value) or self._made(bulletin, language, told.get(language, {})) for language in OTHERS
        )
        return tuple(each for each in made if each is not None)

    def _made(self, bulletin: Bulletin, language: Language, told: Mapping[str, str]) -> Said | None:
        """A translation that is broken keeps no bulletin back: then the Japanese one leaves."""
        try:
            words = self.interpreter.speak(bulletin, language, told=told)
        except (TemplateBroken, UnknownNotice) as problem:
            log.error("bulletin %d has no words in %s: %s", bulletin.id, language, type(problem).__name__)
            return None
        return words


def settled(session: Session, bulletin: Bulletin) -> Sequence[EditionRow]:
    """Those that say the Japanese words as they stand, in the order of the languages."""
    return [row for row in _rows(session, bulletin) if row.revision == bulletin.revision]


def in_language(session: Session, bulletins: Collection[Bulletin], language: Language) -> Mapping[int, Wording]:
    """What was, or will be, read in this language, by the bulletins' numbers; those without are left out."""
    revisions = {each.id: each.revision for each in bulletins}
    if language is Language.JAPANESE or not revisions:
        return {}
    which = (EditionRow.bulletin_id.in_(revisions), EditionRow.language == language.value)
    rows = session.scalars(select(EditionRow).where(*which))
    return {
        row.bulletin_id: Wording(row.subject, row.text) for row in rows if row.revision == revisions[row.bulletin_id]
    }


def _subjects(session: Session, earlier: Bulletin) -> Mapping[Language, Mapping[str, str]]:
    """How a reader of each language finds it in the mailbox; whoever had it in Japanese finds that."""
    return {Language(row.language): {earlier.subject: row.subject} for row in settled(session, earlier)}


def in_every_language(session: Session, bulletins: Collection[Bulletin]) -> Mapping[int, Mapping[Language, Wording]]:
    """As `in_language`, of each other language."""
    revisions = {each.id: each.revision for each in bulletins}
    found: dict[int, dict[Language, Wording]] = {number: {} for number in revisions}
    if revisions:
        for row in session.scalars(select(EditionRow).where(EditionRow.bulletin_id.in_(revisions))):
            if row.revision == revisions[row.bulletin_id]:
                found[row.bulletin_id][Language(row.language)] = Wording(row.subject, row.text)
    return found


def _rows(session: Session, bulletin: Bulletin) -> Sequence[EditionRow]:
    """In the order of the languages."""
    rows = session.scalars(select(EditionRow).where(EditionRow.bulletin_id == bulletin.id)).all()
    return sorted(rows, key=lambda row: OTHERS.index(Language(row.language)))


def _said(row: EditionRow) -> Said:
    return Said(Language(row.language), row.subject, row.text, row.writer_name or "")


def _copied(row: EditionRow, *, revision: int) -> EditionRow:
    return EditionRow(
        bulletin_id=row.bulletin_id,
        language=row.language,
        subject=row.subject,
        text=row.text,
        revision=revision,
        writer_id=row.writer_id,
        writer_name=row.writer_name,
    )


def _checked(words: Said) -> tuple[str, str]:
    """Raises DraftInvalid."""
    subject = one_line(words.subject).strip()
    text = words.text.replace("\r\n", "\n").strip()
    if forbidden_character(subject) or forbidden_character(text, several_lines=True):
        raise DraftInvalid("件名か本文に、使えない文字があります。消してください。")
    if len(subject) > LONGEST_SUBJECT or len(text) > LONGEST_TEXT:
        raise DraftInvalid(f"件名は{LONGEST_SUBJECT}文字、本文は{LONGEST_TEXT:,}文字までで書いてください。")
    if placeholder := placeholder_in(subject) or placeholder_in(text):
        raise DraftInvalid(f"「{placeholder}」が残っています。正しい内容に書き換えてください。")
    if bool(subject) != bool(text):
        raise DraftInvalid("件名と本文を、両方書いてください。両方を空にすると、定型文の訳に戻ります。")
    return subject, text


def _refuse_false_alarms(kind: Kind, subject: str, text: str, signs: DrillSigns) -> None:
    """A drill says in every language that it is one, and nothing else does. Raises DraftInvalid."""
    lines = text.split("\n")
    if kind is Kind.DRILL and not (signs.mark in subject and lines[0] == lines[-1] == signs.line):
        raise DraftInvalid(
            f"訓練のお知らせです。件名に「{signs.mark}」、本文の最初と最後の行に「{signs.line}」と書いてください。"
        )
    if kind is not Kind.DRILL and (signs.mark in subject or signs.line in lines):
        raise DraftInvalid("訓練ではないお知らせに、訓練の表示があります。消してください。")
