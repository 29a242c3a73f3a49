"""What the counting sink wrote down, read again."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Taken:
    """One letter that was answered with 250, at a moment of the monotonic clock."""

    at: float
    recipient: str
    message_id: str


class Record:
    """A sink's file, read piece by piece as it grows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0

    def new(self) -> list[Taken]:
        """What came since the last call; whole lines only."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._read)
            piece = file.read()
        whole = piece[: piece.rfind(b"\n") + 1]
        self._read += len(whole)
        return list(_lines(whole.decode().splitlines()))


@dataclass(frozen=True)
class Reconciled:
    """Who got how many: `strays` are letters to people who are not in the audience, `renamed` those who got the same
    letter under two Message-IDs."""

    lost: int
    repeats: int
    strays: int
    renamed: int


def reconcile(taken: Iterable[Taken], expected: Sequence[str]) -> Reconciled:
    """Every expected address once, and nothing else, is all zeros."""
    letters: Counter[str] = Counter()
    names: dict[str, set[str]] = {}
    for each in taken:
        letters[each.recipient] += 1
        names.setdefault(each.recipient, set()).add(each.message_id)
    wanted = set(expected)
    return Reconciled(
        lost=len(wanted - letters.keys()),
        repeats=sum(number - 1 for address, number in letters.items() if address in wanted),
        strays=sum(number for address, number in letters.items() if address not in wanted),
        renamed=sum(len(found) > 1 for found in names.values()),
    )


def _lines(lines: Iterable[str]) -> Iterator[Taken]:
    for line in lines:
        at, recipient, *number = line.split(" ")
        yield Taken(float(at), recipient, number[0] if number else "")
