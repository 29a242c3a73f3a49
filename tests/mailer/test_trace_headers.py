"""The envelope that our own mail server wrote above a message: its word counts, and nothing below it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.trace_headers import recipients_of, sender_of

RECEIVED = b"Received: from phone.example.net\r\n\tby mx.example.jp; Fri, 20 Nov 2026 10:00:00 +0900\r\n"


def mail(*lines: str, body: bytes = b"text\r\n") -> bytes:
    return b"".join(line.encode() + b"\r\n" for line in lines) + b"\r\n" + body


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        ("<taro@docomo.ne.jp>", "taro@docomo.ne.jp"),
        ('<"a..b"@docomo.ne.jp>', "a..b@docomo.ne.jp"),
        ("Taro.@EZWEB.ne.jp", "taro.@ezweb.ne.jp"),
        ("<>", ""),
        ("", ""),
        ("<MAILER-DAEMON>", ""),
        ("<no address>", "no address"),
        ("<\x00@\x01>", "@"),
        (f"<{'x' * 300}@example.jp>", "x" * 254),
    ],
)
def test_the_sender_is_what_return_path_says(written: str, sender: str) -> None:
    assert sender_of(mail(f"Return-Path: {written}", "Subject: x")) == sender


def test_without_a_return_path_nobody_is_answered() -> None:
    assert sender_of(mail("From: taro@example.com", "Subject: x")) == ""


def test_what_stands_below_came_with_the_message_and_is_not_believed() -> None:
    raw = mail("Return-Path: <true@example.jp>", "Delivered-To: touroku@mail.example.jp") + RECEIVED
    forged = b"Return-Path: <forged@example.com>\r\nDelivered-To: forged@mail.example.jp\r\nX-Original-To: b-x@d\r\n"
    whole = raw.replace(b"\r\n\r\ntext\r\n", b"\r\n") + forged + b"\r\ntext\r\n"

    assert (sender_of(whole), recipients_of(whole)) == ("true@example.jp", ("touroku@mail.example.jp",))


def test_headers_in_the_body_are_text() -> None:
    raw = mail("Subject: x", body=b"Return-Path: <a@example.jp>\r\nDelivered-To: touroku@mail.example.jp\r\n")

    assert (sender_of(raw), recipients_of(raw)) == ("", ())


@pytest.mark.parametrize(
    ("lines", "recipients"),
    [
        (["Delivered-To: Touroku@Mail.example.jp"], ("touroku@mail.example.jp",)),
        (["DELIVERED-TO:<touroku@d>", "Envelope-To: other@d"], ("touroku@d",)),
        (["Envelope-To: b@d", "X-Original-To: a@d"], ("a@d",)),
        (["Envelope-to: a@d,\r\n b@d, a@d"], ("a@d", "b@d")),
        (['Delivered-To: "touroku"@d'], ("touroku@d",)),
        (["Delivered-To:", "X-Original-To: a@d"], ()),
        (["To: touroku@d"], ()),
    ],
)
def test_the_recipient_is_where_it_was_delivered(lines: list[str], recipients: tuple[str, ...]) -> None:
    assert recipients_of(mail(*lines)) == recipients


@given(st.binary(max_size=400))
def test_whatever_comes_is_read_without_raising(octets: bytes) -> None:
    for raw in (octets, b"Return-Path: " + octets, b"Delivered-To:" + octets, b"Return-Path: <" + octets + b">\n\n"):
        sender, recipients = sender_of(raw), recipients_of(raw)

        assert sender.isprintable()
        assert len(sender) <= 254
        assert all(recipient.isprintable() for recipient in recipients)


@given(st.binary(max_size=200))
def test_nothing_below_changes_what_our_server_wrote(octets: bytes) -> None:
    raw = b"Return-Path: <a@example.jp>\r\nDelivered-To: touroku@d\r\nReceived: by us\r\n" + octets

    assert (sender_of(raw), recipients_of(raw)) == ("a@example.jp", ("touroku@d",))
