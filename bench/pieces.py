"""Many rows in several statements, so that no single one holds them all."""

from collections.abc import Iterator, Sequence
from typing import Any

STEP = 20_000


def pieces(rows: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    return (rows[begin : begin + STEP] for begin in range(0, len(rows), STEP))
