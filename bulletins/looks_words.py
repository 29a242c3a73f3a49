"""How somebody looks, in other languages: 「性別・男、身長170センチ位、黒色の上着」, piece by piece."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from bulletins.phrases import LooksPhrases

_PIECES = re.compile("[、,]")


@dataclass(frozen=True)
class LooksWords:
    """`word` says a piece that is no garment."""

    phrases: LooksPhrases
    word: Callable[[str], str | None]

    def said(self, japanese: str) -> str | None:
        """None where a single piece is not known: half a description is none."""
        said = [self._piece(piece.strip()) for piece in _PIECES.split(unicodedata.normalize("NFKC", japanese))]
        known = [piece for piece in said if piece is not None]
        return self.phrases.between.join(known) if len(known) == len(said) else None

    def _piece(self, japanese: str) -> str | None:
        found = self._garment.fullmatch(japanese)
        if found is None:
            return self.phrases.words.said(japanese) or self.word(japanese)
        way = self.phrases.solid if found["solid"] else self.phrases.way
        colour, garment = self.phrases.colours[found["colour"]], self.phrases.garments[found["garment"]]
        return way.replace("{colour}", colour).replace("{garment}", garment)

    @cached_property
    def _garment(self) -> re.Pattern[str]:
        colours, garments = (
            "|".join(sorted(map(re.escape, names), key=len, reverse=True))
            for names in (self.phrases.colours, self.phrases.garments)
        )
        return re.compile(f"(?P<colour>{colours})(?:い|色い|色の?|の)?(?P<solid>無地の?)?(?P<garment>{garments})")
