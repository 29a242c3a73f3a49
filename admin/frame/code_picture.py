"""The QR code for a telephone's authenticator program, drawn on the server into the page."""

import qrcode
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage


def drawn(text: str) -> Markup:
    """An SVG element without scripts and styles; only what we encode stands in it, as squares."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=4, box_size=10)
    code.add_data(text)
    picture = bytes(code.make_image(image_factory=SvgPathImage).to_string()).decode()
    return Markup(picture.partition("?>")[2] if picture.startswith("<?xml") else picture)  # noqa: S704 -- made by us


def in_groups(secret: str) -> str:
    """For typing by hand."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
