"""The entry address, and the QR code that opens a mail to it ready for sending.

How large a code is printed, quiet zone included, and what that makes of one module (its smallest square). With a town
and a place of usual length a code has 57 modules across at level M, 65 at level Q.

    ============== ===== ===== ===========
    print          level mm    mm a module
    ============== ===== ===== ===========
    card, 91 × 55  M     30    0.52
    leaflet, back  M     38    0.67
    leaflet, front M     56    0.98
    poster, A4     Q     86    1.32
    poster, A3     Q     121   1.86
    ============== ===== ===== ===========

Telephones read 0.4 mm at arm's length, so a card's code falls back to level L where M would be finer. A poster hangs
in the sun and is read from afar: a quarter of it may be lost (ISO/IEC 18004: L 7 %, M 15 %, Q 25 %).
"""

import io
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import quote

import qrcode
from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.image.pure import PyPNGImage
from qrcode.image.svg import SvgPathImage

from foundation.languages import Language

LEAST_MODULE = 0.4  # mm
CARD_CODE = 30  # mm, as templates/style/card.css has it
_PLACE = re.compile(r"[a-z0-9-]{1,40}")
# Some phones refuse to send a mail without subject or text; what stands there is ignored.
_SUBJECT = {
    Language.JAPANESE: "登録",
    Language.PLAIN_JAPANESE: "登録",
    Language.ENGLISH: "Register",
    Language.CHINESE: "登记",
}
_BODY = {
    Language.JAPANESE: "このまま送信してください",
    Language.PLAIN_JAPANESE: "このまま おくって ください",
    Language.ENGLISH: "Please send this mail just as it is",
    Language.CHINESE: "请直接发送此邮件",
}
_PICTURES_KEPT = 256  # to draw one takes longer than a page may
_QUIET_ZONE = 4  # modules, ISO/IEC 18004
_PIXELS = 16  # a module; a PNG of 57 modules is 77 mm at 300 dpi
# From so many characters on, what QR knows as alphanumeric (the escaped Japanese is) takes 5.5 bits a character
# instead of 8: two versions less.
_ALPHANUMERIC_FROM = 16


class PlaceInvalid(ValueError):
    """配布・配置場所は、英小文字・数字・ハイフンの40文字までで書いてください。"""


def checked_place(text: str) -> str | None:
    """None for an empty text. Raises PlaceInvalid."""
    if not text:
        return None
    if not _PLACE.fullmatch(text):
        raise PlaceInvalid(PlaceInvalid.__doc__)
    return text


class PrintedOn(StrEnum):
    """The value stands in the addresses of the pictures: `/entry.svg?place=P&on=poster`."""

    LEAFLET = "leaflet"
    POSTER = "poster"
    CARD = "card"

    @classmethod
    def of(cls, word: str) -> "PrintedOn":
        return cls(word) if word in set(cls) else cls.LEAFLET


@dataclass(frozen=True)
class EntryCode:
    """For one place, one circle, or none in particular, and for those who want to be answered in one language."""

    mail_domain: str
    place: str | None = None
    language: Language = Language.JAPANESE
    circle: str | None = None

    @property
    def address(self) -> str:
        language = None if self.language is Language.JAPANESE else self.language.value
        where = f"c-{self.circle}" if self.circle else self.place
        return f"{'-'.join(filter(None, ('touroku', language, where)))}@{self.mail_domain}"

    @property
    def link(self) -> str:
        """RFC 6068."""
        subject, body = quote(_SUBJECT[self.language], safe=""), quote(_BODY[self.language], safe="")
        return f"mailto:{self.address}?subject={subject}&body={body}"

    def svg(self, on: PrintedOn = PrintedOn.LEAFLET) -> bytes:
        return _svg(self, on)

    def png(self, on: PrintedOn = PrintedOn.LEAFLET) -> bytes:
        return _png(self, on)

    def modules(self, on: PrintedOn) -> int:
        """Across, quiet zone included."""
        return _across(self.drawn(on))

    def drawn(self, on: PrintedOn) -> "qrcode.QRCode[qrcode.image.base.BaseImage]":
        if on is PrintedOn.POSTER:
            return _drawn(self.link, ERROR_CORRECT_Q)
        code = _drawn(self.link, ERROR_CORRECT_M)
        if on is PrintedOn.CARD and CARD_CODE / _across(code) < LEAST_MODULE:
            return _drawn(self.link, ERROR_CORRECT_L)
        return code


@lru_cache(maxsize=_PICTURES_KEPT)
def page_svg(link: str) -> bytes:
    """The code of a page of ours, for a leaflet."""
    return bytes(_drawn(link, ERROR_CORRECT_M).make_image(image_factory=SvgPathImage).to_string())


@lru_cache(maxsize=_PICTURES_KEPT)
def page_png(link: str) -> bytes:
    picture = io.BytesIO()
    _drawn(link, ERROR_CORRECT_M).make_image(image_factory=PyPNGImage).save(picture)
    return picture.getvalue()


@lru_cache(maxsize=_PICTURES_KEPT)
def _svg(code: EntryCode, on: PrintedOn) -> bytes:
    return bytes(code.drawn(on).make_image(image_factory=SvgPathImage).to_string())


@lru_cache(maxsize=_PICTURES_KEPT)
def _png(code: EntryCode, on: PrintedOn) -> bytes:
    picture = io.BytesIO()
    code.drawn(on).make_image(image_factory=PyPNGImage).save(picture)
    return picture.getvalue()


def _drawn(link: str, level: int) -> "qrcode.QRCode[qrcode.image.base.BaseImage]":
    code = qrcode.QRCode(error_correction=level, border=_QUIET_ZONE, box_size=_PIXELS)
    code.add_data(link, optimize=_ALPHANUMERIC_FROM)
    code.make(fit=True)
    return code


def _across(code: "qrcode.QRCode[qrcode.image.base.BaseImage]") -> int:
    return int(code.modules_count) + 2 * _QUIET_ZONE
