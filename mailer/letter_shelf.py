"""The letter shelf: texts a sender has in hand, read from the database once."""

import asyncio
import json
from collections import OrderedDict

from foundation.database import Database
from mailer.letter import Letter
from mailer.outbox_tables import LetterRow

SIZE = 256


class LetterGone(LookupError):
    """An outbox row names a letter that is not there."""


class LetterShelf:
    """Keeps the letters used last."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._letters: OrderedDict[int, Letter] = OrderedDict()

    async def get(self, number: int) -> Letter:
        """Raises LetterGone."""
        letter = self._letters.get(number)
        if letter is None:
            letter = await asyncio.to_thread(self._read, number)
            self._letters[number] = letter
            if len(self._letters) > SIZE:
                self._letters.popitem(last=False)
        self._letters.move_to_end(number)
        return letter

    def _read(self, number: int) -> Letter:
        with self._database.read() as session:
            row = session.get(LetterRow, number)
            if row is None:
                raise LetterGone(number)
            links = {name: (prefix, purpose) for name, (prefix, purpose) in json.loads(row.links).items()}
            return Letter(
                subject=row.subject,
                body=row.body,
                tail=row.tail,
                links=links,
                unsubscribe=row.unsubscribe,
                in_reply_to=row.in_reply_to,
            )
