"""Which addresses a file has named already: on disk rather than in memory, and by fingerprint only."""

import sqlite3
from hashlib import blake2b

from subscribers.register_entry import Entry
from subscribers.register_values import LineInvalid
from subscribers.tables import SubscriberState

REPEATED = "同じアドレスの繰り返し"
OTHERWISE = "同じアドレスの繰り返し（停止かどうかが違う）"
_CACHE_KIB = 32 * 1024  # what it may take of the memory, however long the file is


class Seen:
    """Of one reading of one file; `close` throws it away."""

    def __init__(self) -> None:
        self._table = sqlite3.connect("", isolation_level=None)  # an empty name is a private file that vanishes
        self._table.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        self._table.execute("PRAGMA journal_mode=OFF")
        self._table.execute("CREATE TABLE seen (who BLOB PRIMARY KEY, line INTEGER, is_stopped INTEGER) WITHOUT ROWID")
        self._table.execute("BEGIN")

    def check(self, entry: Entry, line: int) -> None:
        """Raises LineInvalid for a second line with the same address: the first one counts."""
        who = blake2b(entry.address.text.encode(), digest_size=16).digest()
        is_stopped = entry.state is SubscriberState.STOPPED
        added = self._table.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", (who, line, is_stopped))
        if added.rowcount == 1:
            return
        first, was_stopped = self._table.execute("SELECT line, is_stopped FROM seen WHERE who = ?", (who,)).fetchone()
        if was_stopped == is_stopped:
            raise LineInvalid(f"{first}行目と同じメールアドレスです。", kind=REPEATED)
        # Which of the two is the newer one, only the older system knows.
        raise LineInvalid(
            f"{first}行目と同じメールアドレスですが、停止かどうかが違います。{first}行目のとおりにします。",
            kind=OTHERWISE,
        )

    def close(self) -> None:
        self._table.close()
