"""The letter shelf: texts of the rows in hand, read from the database and cast once."""

import json
import logging
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from mailer.letter import Cast, Composer, Letter
from mailer.outbox_tables import LetterRow

log = logging.getLogger(__name__)

SIZE = 512


class LetterUnwritable(Exception):
    """The letter is not there, or no mail can be made of it."""


class LetterShelf:
    """Filled in the thread of the database, read in the thread of the loop."""

    def __init__(self, composer: Composer) -> None:
        self._composer = composer
        self._casts: dict[int, Cast | None] = {}

    def fill(self, session: Session, numbers: Collection[int]) -> None:
        """Reads and casts what is not here yet; what cannot be cast is noted once."""
        missing = set(numbers) - self._casts.keys()
        if not missing:
            return
        for row in session.scalars(select(LetterRow).where(LetterRow.id.in_(missing))):
            self._casts[row.id] = self._cast(row)
        for number in missing - self._casts.keys():
            log.error("letter %d is not there", number)
            self._casts[number] = None

    def cast(self, number: int) -> Cast:
        """Raises LetterUnwritable."""
        cast = self._casts.get(number)
        if cast is None:
            raise LetterUnwritable(number)
        return cast

    def trim(self, held: Collection[int]) -> None:
        """Once there are many, only those of the rows in hand are kept."""
        if len(self._casts) > SIZE:
            wanted = set(held)
            self._casts = {number: cast for number, cast in self._casts.items() if number in wanted}

    def _cast(self, row: LetterRow) -> Cast | None:
        try:
            return self._composer.cast(letter_of(row))
        except Exception as problem:  # noqa: BLE001 -- one letter that cannot be written must not stop the rest
            log.error("letter %d cannot be written: %s", row.id, type(problem).__name__)
            return None


def letter_of(row: LetterRow) -> Letter:
    """The text as it was put into the outbox."""
    return Letter(
        subject=row.subject,
        body=row.body,
        tail=row.tail,
        links={name: (prefix, purpose) for name, (prefix, purpose) in json.loads(row.links).items()},
        unsubscribe=row.unsubscribe,
        in_reply_to=row.in_reply_to,
    )
