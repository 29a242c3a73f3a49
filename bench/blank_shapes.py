"""The blank mails by which people register, in the many shapes that telephones and mail programs give to nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

ENTRY = "touroku@mail.example.jp"
SENDERS = (
    *("taro@docomo.ne.jp", "a..b@docomo.ne.jp", "-hana-@ezweb.ne.jp", "jiro.@au.com", "info@softbank.ne.jp"),
    *("saburo@yahoo.co.jp", "noriko.root@gmail.com", "shiro+touroku@example.com", "office@school.example.ed.jp"),
)
SUBJECTS = (
    *(b"", b"Subject:\r\n", b"Subject: \r\n", b"Subject: Re:\r\n", b"Subject: touroku\r\n", b"Subject: FW: \r\n"),
    b"Subject: =?iso-2022-jp?B?GyRCRVBPPxsoQg==?=\r\n",
    b"Subject: =?utf-8?B?6YWN5L+h44Gn44GN44G+44Gb44KT?=\r\n",
    "Subject: 登録\r\n".encode("cp932"),
    b"Subject: \x1b$BEPO?\x1b(B\r\n",
)
_EMPTY_HTML = b"<html><body><div><br></div></body></html>\r\n"
_PLAIN, _HTML = b"--B\r\nContent-Type: text/plain\r\n\r\n", b"--B\r\nContent-Type: text/html\r\n\r\n"
_ALTERNATIVE = b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="B"\r\n\r\n'
_DECORATED = b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="B"\r\n\r\n'
_PICTURE = b"--B\r\nContent-Type: image/gif\r\nContent-Transfer-Encoding: base64\r\n\r\nR0lGODlhAQABAAAAACw=\r\n"
BODIES = (
    b"\r\n",
    b"\r\n\r\n\r\n",
    b"\r\n \r\n",
    b"\r\n.\r\n",
    b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n",
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n",
    b"Content-Type: text/html\r\n\r\n" + _EMPTY_HTML,
    _ALTERNATIVE + _PLAIN + b"\r\n" + _HTML + _EMPTY_HTML + b"--B--\r\n",
    _ALTERNATIVE + _PLAIN,
    _DECORATED + _HTML + _EMPTY_HTML + _PICTURE + b"--B--\r\n",
    b"\r\niPhone" + "から送信\r\n".encode(),
    b"\r\n-- \r\nTaro Yamada\r\ntaro@example.com\r\n",
)
MORE = (
    b"",
    b"Message-ID: <1@example.com>\r\nDate: Fri, 20 Nov 2026 10:00:00 +0900\r\n",
    b"X-Auto-Response-Suppress: All\r\nX-Mailer: Phone 1.0\r\nImportance: Normal\r\n",
    b"Received: from phone by relay.example.com; Fri, 20 Nov 2026 10:00:00 +0900\r\nMIME-Version: 1.0\r\n",
    b"Auto-Submitted: no\r\nReply-To: <>\r\n",
)


@dataclass(frozen=True, slots=True)
class BlankMail:
    """A mail as the door takes it in."""

    sender: str
    raw: bytes


def shapes() -> Iterator[BlankMail]:
    """Every sender with every subject, body and set of further headers, with and without From and To."""
    for sender, subject, body, more in product(SENDERS, SUBJECTS, BODIES, MORE):
        yield BlankMail(sender, more + f"From: {sender}\r\nTo: {ENTRY}\r\n".encode() + subject + body)
    for sender, subject, body in product(SENDERS, SUBJECTS, BODIES):
        yield BlankMail(sender, subject + body)
