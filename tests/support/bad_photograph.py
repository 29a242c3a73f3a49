"""A photograph of paper as people take it: askew, shaken, in bad light, by an old telephone. Always the same one."""

import io
import random

from PIL import Image, ImageFilter

_TABLE = 205  # grey around the paper


def photograph(paper: Image.Image, *, seed: int) -> Image.Image:
    """Of a picture of paper in greys: turned, seen from the side, blurred, grey on grey, noisy, kept as JPEG."""
    chance = random.Random(seed)
    seen = _on_a_table(paper.convert("L"))
    seen = seen.rotate(chance.uniform(-12, 12), Image.Resampling.BICUBIC, expand=True, fillcolor=_TABLE)
    seen = _from_the_side(seen, chance)
    seen = seen.filter(ImageFilter.GaussianBlur(chance.uniform(1.0, 1.4)))
    # Black is a dark grey and white a lighter one: 80 of the 256 steps remain between them.
    seen = seen.point([90 + level * 80 // 255 for level in range(256)])
    noise = Image.frombytes("L", seen.size, chance.randbytes(seen.width * seen.height))
    return _as_kept(Image.blend(seen, noise, 0.12))


def _as_kept(seen: Image.Image) -> Image.Image:
    """Every camera smooths its noise, and keeps less than it saw."""
    kept = io.BytesIO()
    seen.filter(ImageFilter.GaussianBlur(0.8)).save(kept, "JPEG", quality=40)
    return Image.open(kept)


def _on_a_table(paper: Image.Image) -> Image.Image:
    edge = max(paper.size) // 6
    table = Image.new("L", (paper.width + 2 * edge, paper.height + 2 * edge), _TABLE)
    table.paste(paper, (edge, edge))
    return table


def _from_the_side(picture: Image.Image, chance: random.Random) -> Image.Image:
    """The far edge is up to a fifth shorter: each corner of the picture is taken from a little within it or beyond."""
    width, height = picture.size
    x, y = width * 0.08, height * 0.08

    def shift(size: float) -> float:
        return chance.uniform(-size, size)

    corners = (
        (shift(x), shift(y)),
        (shift(x), height + shift(y)),
        (width + shift(x), height + shift(y)),
        (width + shift(x), shift(y)),
    )
    flat = tuple(value for corner in corners for value in corner)
    # A quadrilateral by thirds is not a true perspective, but bends straight lines no more than a lens does.
    return picture.transform(picture.size, Image.Transform.QUAD, flat, Image.Resampling.BICUBIC, fillcolor=_TABLE)
