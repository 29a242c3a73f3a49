"""Attachments are named as their sender named them, never opened, and never mistaken for the text of the mail."""

import base64
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.mail_attachments import Attachment, attachments, is_attached
from mailer.mail_text import body_text, parse_mail


def multipart(*parts: bytes, boundary: bytes = b"x") -> bytes:
    head = b"Content-Type: multipart/mixed; boundary=" + boundary + b"\r\n\r\n"
    lines = [b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts]
    return head + b"".join(lines) + b"--" + boundary + b"--\r\n"


def of(raw: bytes) -> list[Attachment]:
    return list(attachments(parse_mail(raw)))


@pytest.mark.parametrize(
    "line",
    [
        b'Content-Disposition: attachment; filename="=?ISO-2022-JP?B?GyRCPE8/PxsoQi5qcGc=?="',
        b"Content-Disposition: attachment; filename*=UTF-8''%E5%86%99%E7%9C%9F.jpg",
        b"Content-Disposition: attachment; filename*0*=UTF-8''%E5%86; filename*1*=%99%E7%9C%9F.jpg",
        b'X: y\r\nContent-Type: image/jpeg; name="\xe5\x86\x99\xe7\x9c\x9f.jpg"',
    ],
)
def test_a_japanese_name_is_read_however_it_was_written(line: bytes) -> None:
    kind = b"" if b"Content-Type" in line else b"\r\nContent-Type: image/jpeg"
    raw = multipart(line.replace(b"GyRCPE8/PxsoQi5qcGc=", _jis("写真.jpg")) + kind + b"\r\n\r\nzz")

    assert of(raw) == [Attachment("写真.jpg", "image/jpeg")]


def test_text_that_is_attached_is_named_and_left_out_of_the_text() -> None:
    message = EmailMessage()
    message.set_content("本文です。")
    message.add_attachment("a,b\n", subtype="csv", filename="list.csv")
    parsed = parse_mail(message.as_bytes())

    assert list(attachments(parsed)) == [Attachment("list.csv", "text/csv")]
    assert body_text(parsed, leave_out=is_attached) == "本文です。"
    assert "a,b" in body_text(parsed)


def test_a_mail_within_the_mail_is_one_attachment_and_stays_shut() -> None:
    inner = (
        multipart(b"Content-Type: application/pdf; name=inner.pdf\r\n\r\nzz")
        .replace(b"=x", b"=y")
        .replace(b"--x", b"--y")
    )

    assert of(multipart(b"Content-Type: message/rfc822\r\n\r\n" + inner)) == [Attachment("", "message/rfc822")]


def test_a_mail_that_is_one_text_has_nothing_attached() -> None:
    raw = b'Content-Type: text/plain; name="mail.txt"\r\nContent-Disposition: attachment\r\n\r\nhello'

    assert of(raw) == []
    assert body_text(parse_mail(raw), leave_out=is_attached) == "hello"


_HEADS = st.sampled_from(
    [
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\n",
        b"Content-Disposition: attachment; filename*=",
        b"Content-Disposition: attachment; filename*0*=",
        b"Content-Type: message/rfc822\n\n",
        b'Content-Type: text/plain; name="',
        b"--x\n",
        b"\n\n",
    ]
)


@given(pieces=st.lists(st.one_of(_HEADS, st.binary(max_size=20)), max_size=12))
@settings(max_examples=200)
def test_no_mail_breaks_it(pieces: list[bytes]) -> None:
    message = parse_mail(b"".join(pieces))

    for each in attachments(message):
        each.name.encode()
    body_text(message, leave_out=is_attached).encode()


def _jis(text: str) -> bytes:
    return base64.b64encode(text.encode("iso2022_jp"))
