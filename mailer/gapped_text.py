"""A text with gaps: what many letters share, written once, and filled for each."""

from collections.abc import Sequence


class GappedText:
    """Texts with one gap between any two."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        self._parts = [b""] * (2 * len(texts) - 1)
        self._parts[::2] = texts

    def filled(self, values: Sequence[bytes]) -> bytes:
        """Raises ValueError where there are not as many values as gaps."""
        parts = self._parts.copy()
        parts[1::2] = values
        return b"".join(parts)
