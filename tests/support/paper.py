"""What a browser prints: the PDF, its sheets, its letters, and how it looks."""

import re
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from tests.support.outside_tool import told

PACKAGE = "poppler-utils"
MM_A_POINT = 25.4 / 72
_WORD = re.compile(r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">')
_FONT_HEAD = 2  # lines


@dataclass(frozen=True)
class Paper:
    """`path` is of a PDF file."""

    path: Path

    @property
    def sheets(self) -> int:
        return int(self._info("Pages"))

    @property
    def size(self) -> tuple[int, int]:
        """Across and down, in whole millimetres."""
        across, down = (round(float(each) * MM_A_POINT) for each in re.findall(r"[\d.]+", self._info("Page size"))[:2])
        return across, down

    def fonts_not_embedded(self) -> list[str]:
        """An assertion where it has no letters at all."""
        lines = told("pdffonts", str(self.path), package=PACKAGE).splitlines()[_FONT_HEAD:]
        assert lines, "a paper without letters"
        return [line for line in lines if line.split()[-5] != "yes"]

    def text(self) -> str:
        """Without spaces and line breaks."""
        return "".join(told("pdftotext", "-raw", str(self.path), "-", package=PACKAGE).split())

    def margins(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom in mm: how far the nearest letter of all sheets keeps from the edge."""
        words = _WORD.findall(told("pdftotext", "-bbox", str(self.path), "-", package=PACKAGE))
        boxes = [[float(each) * MM_A_POINT for each in word] for word in words]
        across, down = self.size
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return min(lefts), min(tops), across - max(rights), down - max(bottoms)

    def picture(self, sheet: int, *, dpi: int = 150) -> Image.Image:
        """In greys, as a black-and-white printer has it."""
        stem = self.path.with_suffix(f".{sheet}.{dpi}")
        number = ("-f", str(sheet), "-l", str(sheet))
        told(
            "pdftoppm",
            "-gray",
            "-png",
            "-singlefile",
            "-r",
            str(dpi),
            *number,
            str(self.path),
            str(stem),
            package=PACKAGE,
        )
        with Image.open(f"{stem}.png") as picture:
            return picture.convert("L")

    def _info(self, name: str) -> str:
        found = re.search(rf"^{name}:\s+(.*)$", told("pdfinfo", str(self.path), package=PACKAGE), re.MULTILINE)
        assert found is not None
        return found[1]
