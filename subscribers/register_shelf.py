"""Where uploaded lists lie until they are taken in, and the lists of rejected lines until they are fetched."""

import shutil
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from foundation.tokens import random_token

KEPT_DAYS = 7
_PART = ".part"


class Shelf:
    """A folder of this machine; `key` is a name that says nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, source: BinaryIO) -> str:
        """Copies in pieces and returns the key. Raises OSError where there is no room."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = random_token()
        draft = self._folder / f"{key}{_PART}"
        try:
            draft.touch(mode=0o600)
            with draft.open("wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)
            draft.rename(self.upload(key))
        finally:
            draft.unlink(missing_ok=True)
        return key

    def upload(self, key: str) -> Path:
        return self._folder / f"{key}.csv"

    def rejected(self, key: str) -> Path:
        return self._folder / f"{key}.rejected.csv"

    def begin_rejected(self, key: str) -> BinaryIO:
        """Anew, whatever an earlier try has left."""
        path = self.rejected(key)
        path.touch(mode=0o600)
        return path.open("wb")

    def is_here(self, key: str) -> bool:
        return bool(key) and self.upload(key).is_file()

    def throw_away(self, key: str, *, with_rejected: bool = False) -> None:
        """Doing it again does nothing."""
        self.upload(key).unlink(missing_ok=True)
        if with_rejected:
            self.rejected(key).unlink(missing_ok=True)

    def sweep(self, wanted: Collection[str], *, before: datetime) -> None:
        """What belongs to no import that is wanted and was not touched since then is deleted."""
        for path in self._folder.iterdir() if self._folder.is_dir() else ():
            if path.name.partition(".")[0] not in wanted and path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)
