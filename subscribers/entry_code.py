"""The entry address, and the QR code that opens a mail to it ready for sending."""

import io
import re
from dataclasses import dataclass
from urllib.parse import quote

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.pure import PyPNGImage
from qrcode.image.svg import SvgPathImage

from foundation.languages import Language

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
_QUIET_ZONE = 4  # modules, ISO/IEC 18004


class PlaceInvalid(ValueError):
    """配布・配置場所は、英小文字・数字・ハイフンの40文字までで書いてください。"""


def checked_place(text: str) -> str | None:
    """None for an empty text. Raises PlaceInvalid."""
    if not text:
        return None
    if not _PLACE.fullmatch(text):
        raise PlaceInvalid(PlaceInvalid.__doc__)
    return text


@dataclass(frozen=True)
class EntryCode:
    """For one place, or for none in particular, and for those who want to be answered in one language."""

    mail_domain: str
    place: str | None = None
    language: Language = Language.JAPANESE

    @property
    def address(self) -> str:
        language = None if self.language is Language.JAPANESE else self.language.value
        return f"{'-'.join(filter(None, ('touroku', language, self.place)))}@{self.mail_domain}"

    @property
    def link(self) -> str:
        """RFC 6068."""
        subject, body = quote(_SUBJECT[self.language], safe=""), quote(_BODY[self.language], safe="")
        return f"mailto:{self.address}?subject={subject}&body={body}"

    def svg(self) -> bytes:
        return bytes(self._code().make_image(image_factory=SvgPathImage).to_string())

    def png(self) -> bytes:
        picture = io.BytesIO()
        self._code().make_image(image_factory=PyPNGImage).save(picture)
        return picture.getvalue()

    def _code(self) -> "qrcode.QRCode[qrcode.image.base.BaseImage]":
        code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET_ZONE, box_size=8)
        code.add_data(self.link)
        return code
