"""Strangers' headers and bodies: Japanese as phones write it, and whatever else arrives."""

import base64
from email.message import Message

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.bounce_report.feedback import feedback_type
from mailer.mail_text import (
    body_text,
    decode_bytes,
    decode_header_text,
    header_text,
    header_texts,
    parameter,
    parse_mail,
)

# ① and 髙 stand in rows that only NEC and IBM defined; no codec of the standard library reads them from JIS.
NEC_JIS = b"\x1b$B-!|b\x1b(B"
HALF_KANA_JIS = b"\x1b(I6E\x1b(B"


def encoded(charset: str, raw: bytes) -> str:
    return f"=?{charset}?B?{base64.b64encode(raw).decode()}?="


def mail(*headers: str, body: bytes = b"") -> Message:
    return parse_mail("\r\n".join(headers).encode() + b"\r\n\r\n" + body)


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        ("ISO-2022-JP", "登録します".encode("iso2022_jp"), "登録します"),
        ("iso-2022-jp", NEC_JIS, "①髙"),
        ("cp50220", NEC_JIS, "①髙"),
        ("iso-2022-jp", HALF_KANA_JIS, "ｶﾅ"),
        ("iso-2022-jp", b"\x0e6E\x0fA", "ｶﾅA"),
        ("iso-2022-jp", b'\x1b$B$"$', "あ〓"),
        ("iso-2022-jp", b'\x1b$B$"\nplain', "あ\nplain"),
        ("iso-2022-jp", "丂".encode("iso2022_jp_1"), "丂"),
        ("Shift_JIS", "①髙～".encode("cp932"), "①髙～"),
        ("x-sjis", "髙".encode("cp932"), "髙"),
        ("windows-31j", "①".encode("cp932"), "①"),
        ("euc-jp", "登録".encode("euc_jp"), "登録"),
        ("utf-8", "避難".encode(), "避難"),
        ("iso-2022-jp", "避難".encode(), "避難"),
        ("iso-2022-jp", "送信できません".encode("euc_jp"), "送信できません"),
        ("", "送信できません".encode("euc_jp"), "送信できません"),
        ("utf-8", "避難".encode("cp932"), "避難"),
        ("no-such-charset", "避難".encode(), "避難"),
        ("punycode", b"abc-", "abc-"),
        ("base64", b"YQ==", "YQ=="),
        ("us-ascii", NEC_JIS, "①髙"),
        ("", "避難".encode(), "避難"),
        ("a\0b", b"x", "x"),
        ("utf-16", b"\x00", "\ufffd"),
    ],
)
def test_octets_are_read_by_their_charset_or_by_their_looks(charset: str, raw: bytes, text: str) -> None:
    assert decode_bytes(raw, charset) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (encoded("ISO-2022-JP", NEC_JIS), "①髙"),
        (encoded("x-unknown", "空".encode()), "空"),
        (NEC_JIS + b" <a@docomo.ne.jp>", "①髙 <a@docomo.ne.jp>"),
        (f"Re: {encoded('utf-8', '空'.encode())} x", "Re: 空 x"),
        (encoded("utf-8", b"\xe7\xa9") + "\r\n " + encoded("utf-8", b"\xba"), "空"),
        ("=?utf-8?Q?=E7=A9=BA_mail?=", "空 mail"),
        ("=?utf-8?B?5bqD5bq?=", "広\ufffd"),
        ("=?utf-8?B?A?=", ""),
        ("=?utf-8*ja?Q?a?=", "a"),
        ("folded\r\n\tline", "folded line"),
        ("\udce7\udca9\udcba", "空"),
        ("lone \ud83d surrogate", "lone \ufffd surrogate"),
        ("nul \0 here", "nul \ufffd here"),
        ("空メール".encode("cp932"), "空メール"),
    ],
)
def test_a_header_becomes_one_line_of_text(raw: bytes | str, text: str) -> None:
    assert decode_header_text(raw) == text


def test_a_raw_jis_name_does_not_swallow_the_address_behind_it() -> None:
    message = parse_mail(b"From: " + "山田".encode("iso2022_jp") + b" <a..b@docomo.ne.jp>\r\n\r\n")

    assert header_text(message, "From") == "山田 <a..b@docomo.ne.jp>"


def test_every_field_of_a_name_is_found_in_order() -> None:
    message = mail("Received: one", "Subject: x", "RECEIVED: two")

    assert header_texts(message, "received") == ("one", "two")
    assert header_text(message, "from") == ""


def test_the_line_that_an_mbox_puts_first_is_dropped() -> None:
    message = parse_mail(b"From MAILER-DAEMON Thu Apr 29 23:34:45 2010\nSubject: x\n\nbody\n")

    assert header_text(message, "subject") == "x"


def test_carriage_returns_alone_end_lines() -> None:
    message = parse_mail(b"Subject: x\rTo: y\r\rbody\r")

    assert (header_text(message, "to"), body_text(message)) == ("y", "body")


def test_of_an_alternative_only_the_plain_text_is_read() -> None:
    message = mail(
        "Content-Type: multipart/alternative; boundary=b",
        body=b"--b\nContent-Type: text/plain\n\nplain\n--b\nContent-Type: text/html\n\n<b>html</b>\n--b--\n",
    )

    assert body_text(message) == "plain"


def test_html_is_read_without_its_marks_scripts_and_comments() -> None:
    message = mail(
        "Content-Type: text/html; charset=utf-8",
        body="<style>p{x}</style><p>一&amp;二<br>三</p><!-- <p>no</p> --><script>a<b</script>".encode(),
    )

    assert body_text(message) == "一&二\n三"


def test_empty_html_is_a_blank_mail() -> None:
    message = mail("Content-Type: text/html", body=b"<html><body><div><br></div>&nbsp;</body></html>")

    assert body_text(message) == ""


def test_a_mail_enclosed_in_another_is_not_its_text() -> None:
    message = mail(
        "Content-Type: multipart/mixed; boundary=b",
        body=b"--b\n\nouter\n--b\nContent-Type: message/rfc822\n\nSubject: y\n\ninner\n--b--\n",
    )

    assert body_text(message) == "outer"


def test_a_thousand_nested_parts_are_survived() -> None:
    headers = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(1000))

    message = parse_mail(headers.encode())

    assert isinstance(body_text(message), str)


def test_a_parameter_that_breaks_the_parser_of_the_library_is_survived() -> None:
    message = parse_mail(b"Content-Type: multipart/mixed; boundary*" + b"9" * 5000 + b"=x\nSubject: s\n\nbody")

    assert header_text(message, "subject") == "s"


@settings(max_examples=150)
@given(st.binary(max_size=300), st.sampled_from(["", "iso-2022-jp", "shift_jis", "utf-7", "utf-16", "hz", "zlib"]))
def test_any_octets_give_text_that_can_be_stored(raw: bytes, charset: str) -> None:
    head = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode()

    for text in (
        decode_bytes(raw, charset),
        decode_header_text(raw),
        body_text(parse_mail(raw)),
        body_text(parse_mail(head + base64.b64encode(raw))),
        header_text(parse_mail(b"Subject: " + raw), "Subject"),
    ):
        assert "\0" not in text
        text.encode("utf-8")


@settings(max_examples=150)
@given(st.text(max_size=80).map(lambda text: f"=?utf-8?Q?{text}?= {text}") | st.text(max_size=80))
def test_any_header_gives_text_that_can_be_stored(text: str) -> None:
    decode_header_text(text).encode("utf-8")
    decode_header_text(text + "\udc80\ud800").encode("utf-8")


@pytest.mark.parametrize("name", ["charset", "report-type"])
def test_pieces_of_a_parameter_that_the_email_package_cannot_sort_break_no_reader(name: str) -> None:
    broken = mail(f"Content-Type: multipart/report; {name}*0=a; {name}=b; {name}*=c", body=b"hello")

    assert parameter(broken, name) in (None, "b")
    assert body_text(broken) == "hello"
    assert feedback_type(broken, "hello") is None
