"""The courtesy letter (移行のお知らせ): an import tells each, in their language, that we send the mail from now on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.addresses import Address
from foundation.languages import Language
from mailer import outbox
from mailer.letter import Letter
from mailer.outbox import Post, To
from mailer.outbox_tables import BatchRow, Lane, LetterRow
from subscribers import newcomers
from subscribers.links import resident_links
from subscribers.stationery import Stationery

NAME = "moved"
# Between two waves: time for the refusals of the one to be known before the next goes. To one domain go 60, 180, 540 …
# letters, never more than 10,000 in five minutes.
GAP = timedelta(minutes=5)
LIFE = timedelta(days=7)


@dataclass(frozen=True)
class Addressee:
    """`number` is the subscriber's, `rank` their place in the queue of their domain."""

    address: Address
    number: int
    rank: int
    language: Language


@dataclass(frozen=True)
class Courtesy:
    """`opens` gives the next moment inside the delivery hours."""

    stationery: Stationery
    opens: Callable[[datetime], datetime]

    def letter(self, language: Language) -> Letter:
        links = resident_links(self.stationery.public_url)
        return replace(self.stationery.letter(NAME, {}, language=language, links=links), unsubscribe=True)

    def write(self, session: Session, import_id: int, addressees: Sequence[Addressee], *, at: datetime) -> datetime:
        """Nobody has two letters of one import. Returns when the first of them may go."""
        batch, start = batch_of(import_id), self.opens(at)
        piles: dict[tuple[int, Language], list[To]] = {}
        for each in addressees:
            pile = piles.setdefault((newcomers.wave(each.rank), each.language), [])
            pile.append(To(each.address.text, each.address.domain, each.number))
        letters = {language: self._letter_of(session, batch, language, at=at) for _, language in piles}
        for (wave, language), recipients in sorted(piles.items()):
            due = start + newcomers.delay(wave, GAP)
            post = Post(batch, batch, Lane.BULK, at=at, expires_at=due + LIFE, due_at=due)
            outbox.enqueue(session, letters[language], post, recipients)
        return start

    def _letter_of(self, session: Session, batch: str, language: Language, *, at: datetime) -> int:
        """Written once an import; its subject tells the languages apart."""
        letter = self.letter(language)
        mine = LetterRow.batch == batch, LetterRow.subject == letter.subject
        kept = session.scalar(select(LetterRow.id).where(*mine).limit(1))
        return kept if kept is not None else outbox.write_letter(session, letter, batch=batch, at=at)


def batch_of(import_id: int) -> str:
    return f"{NAME}:{import_id}"


def end_batches(session: Session, *, at: datetime) -> None:
    """Those whose letters have all ended grow old from now on."""
    open_ones = select(BatchRow.batch).where(BatchRow.batch.like(f"{NAME}:%"), BatchRow.ended_at.is_(None))
    for batch in session.scalars(open_ones).all():
        if not outbox.open_rows(session, batch):
            outbox.end_batch(session, batch, at=at)


def longest(letters_to_largest_domain: int) -> timedelta:
    """How long the waves to a domain of so many addresses take."""
    return newcomers.delay(newcomers.wave(max(0, letters_to_largest_domain - 1)), GAP)
