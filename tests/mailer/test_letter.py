"""The letter on the wire: headers of the contract, a body that reads as written, and nothing that breaks out."""

import email
import email.policy
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.addresses import Address
from foundation.tokens import Keyring
from mailer.header_lines import HeaderUnsafe
from mailer.letter import BOUNCE_PURPOSE, Composer, Letter, Letterhead, Recipient
from tests.support.mail_engine import AT, DOMAIN, HEAD, KEYRING

COMPOSER = Composer(HEAD, KEYRING)
LINKS = {
    "me": ("https://anzen.example.jp/me/", "me"),
    "stop": ("https://anzen.example.jp/stop/", "stop"),
    "stop_mail": ("kaijo-", "stop"),
}
BULLETIN = Letter("【防犯】不審な電話", "本文です。\n", "停止: {stop}\n変更: {me}\n", LINKS, unsubscribe=True)
RESIDENT = Recipient(12, "a@example.jp", 34)

subjects = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=120)
bodies = st.text(st.characters(codec="utf-8", exclude_characters="\r\x00"), max_size=300)


def octets(letter: Letter = BULLETIN, to: Recipient = RESIDENT, *, at: datetime = AT) -> bytes:
    return COMPOSER.octets(letter, to, at=at)


def read(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def text_of(message: EmailMessage) -> str:
    return str(message.get_content()).replace("\r\n", "\n")


def decoded(value: str) -> str:
    return str(make_header(decode_header(value)))


def lines_of(raw: bytes) -> list[bytes]:
    return raw.split(b"\r\n")


def test_a_bulletin_has_the_headers_of_the_contract_and_no_others() -> None:
    message = read(octets())

    token = KEYRING.sign("stop", 34)
    assert message.keys() == [
        *("From", "To", "Subject", "Date", "Message-ID", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"),
        *("Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"),
    ]
    assert message["From"].addresses[0].addr_spec == HEAD.from_address
    assert message["From"].addresses[0].display_name == HEAD.from_name
    assert message["To"] == "a@example.jp"
    assert message["Subject"] == "【防犯】不審な電話"
    assert message["Date"].datetime == AT
    assert message["Message-ID"] == COMPOSER.message_id(12)
    assert message["List-Id"] == f"<oshirase.{DOMAIN}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    unsubscribe = f"<https://anzen.example.jp/stop/{token}>, <mailto:kaijo-{token}@{DOMAIN}>"
    assert message["List-Unsubscribe"] == unsubscribe


def test_the_unsubscribe_lines_are_readable_as_they_stand() -> None:
    head = octets().partition(b"\r\n\r\n")[0].decode()

    unsubscribe = re.search(r"^List-Unsubscribe: (.*(?:\r\n .*)*)", head, re.MULTILINE)
    assert unsubscribe is not None
    assert "=?" not in unsubscribe[1]
    assert "\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in head


def test_a_reply_names_what_it_answers_and_no_list() -> None:
    message = read(octets(Letter("件名", "本文", in_reply_to="<1@example.jp>"), Recipient(1, "a@example.jp", None)))

    assert message["In-Reply-To"] == "<1@example.jp>"
    assert message["Auto-Submitted"] == "auto-replied"
    assert not [name for name in message if name.startswith("List-")]


def test_the_body_is_what_was_written_with_the_recipients_own_links() -> None:
    content = text_of(read(octets()))

    assert content == (
        "本文です。\n"
        f"停止: https://anzen.example.jp/stop/{KEYRING.sign('stop', 34)}\n"
        f"変更: https://anzen.example.jp/me/{KEYRING.sign('me', 34)}\n"
    )


def test_braces_in_a_bulletins_own_text_are_never_replaced() -> None:
    letter = Letter("{stop}", "合言葉は {stop} と {me}\n", "{stop}\n", LINKS, unsubscribe=True)

    message = read(octets(letter))

    assert message["Subject"] == "{stop}"
    assert text_of(message).startswith("合言葉は {stop} と {me}\n")


@given(subjects, bodies)
@settings(max_examples=60)
def test_whatever_is_written_arrives_in_lines_that_mail_can_carry(subject: str, body: str) -> None:
    raw = octets(Letter(subject, body))

    message = read(raw)
    head = raw.partition(b"\r\n\r\n")[0]
    assert message["Subject"].split() == subject.split()
    assert text_of(message).rstrip("\n") == body.rstrip("\n")
    assert max(map(len, lines_of(raw))) <= 78
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^?]+\?.\?[^?]*\?=", head))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize("subject", ["x" * 200, "=?utf-8?B?44GC?=", " spaced ", 'Re: 5 < 6 & "7"'])
def test_an_odd_subject_reads_as_it_was_written(subject: str) -> None:
    assert read(octets(Letter(subject, "")))["Subject"] == subject


@pytest.mark.parametrize("name", ['The "Bell"', "a\\b", "Komorebi City, Safety", "こ" * 40, "Bell", "x" * 70])
def test_any_name_of_a_town_can_stand_in_from(name: str) -> None:
    raw = Composer(Letterhead(name, HEAD.from_address, DOMAIN, "x"), KEYRING).octets(BULLETIN, RESIDENT, at=AT)

    # The modern policy of Python 3.11 puts a space between two encoded words of a name, so the older reader is asked.
    display_name, address = parseaddr(email.message_from_bytes(raw)["From"])
    assert (decoded(display_name), address) == (name, HEAD.from_address)
    assert max(map(len, lines_of(raw))) <= 78


@pytest.mark.parametrize("line_end", ["\r\n", "\r", "\n"])
def test_line_ends_of_any_kind_become_crlf_once(line_end: str) -> None:
    content = read(octets(Letter("x", f"one{line_end}two{line_end}"))).get_payload(decode=True)

    assert content == b"one\r\ntwo\r\n"


@pytest.mark.parametrize("bad", ["a\nb", "a\r\nBcc: b@example.jp", "a\rb", "a\x00b", "a\r\n b", "あ\nb", "a\x7fb"])
def test_a_line_break_or_control_character_never_reaches_a_header(bad: str) -> None:
    unsafe = [
        (Letter(bad, ""), RESIDENT, HEAD),
        (Letter("x", "", in_reply_to=bad), RESIDENT, HEAD),
        (BULLETIN, Recipient(1, f"{bad}@example.jp", 1), HEAD),
        (BULLETIN, RESIDENT, Letterhead(bad, HEAD.from_address, DOMAIN, "x")),
        (BULLETIN, RESIDENT, Letterhead("x", HEAD.from_address + bad, DOMAIN, "x")),
        (BULLETIN, RESIDENT, Letterhead("x", HEAD.from_address, DOMAIN + bad, "x")),
        (BULLETIN, RESIDENT, Letterhead("x", HEAD.from_address, DOMAIN, "x" + bad)),
    ]

    for letter, to, head in unsafe:
        with pytest.raises(HeaderUnsafe):
            Composer(head, KEYRING).octets(letter, to, at=AT)


@pytest.mark.parametrize("bad", ["あ", "a" * 901])
def test_what_cannot_stand_in_a_header_as_it_is_never_reaches_one(bad: str) -> None:
    unsafe = [
        (Letter("x", "", in_reply_to=bad), HEAD),
        (BULLETIN, Letterhead("x", HEAD.from_address + bad, DOMAIN, "x")),
        (BULLETIN, Letterhead("x", HEAD.from_address, DOMAIN, bad)),
        (Letter("x", "", "", {**LINKS, "stop": (bad, "stop")}, unsubscribe=True), HEAD),
    ]

    for letter, head in unsafe:
        with pytest.raises(HeaderUnsafe):
            Composer(head, KEYRING).cast(letter)


def test_a_carrier_address_is_quoted_in_to() -> None:
    raw = octets(to=Recipient(1, Address.parse("a..b.@docomo.ne.jp").envelope, 1))

    assert b'\r\nTo: "a..b."@docomo.ne.jp\r\n' in raw


def test_each_try_is_the_same_letter_to_the_octet() -> None:
    japan = AT.astimezone(ZoneInfo("Asia/Tokyo"))

    assert octets() == octets()
    assert octets(at=AT) == octets(at=japan.astimezone(UTC))
    assert Composer(HEAD, KEYRING).octets(BULLETIN, RESIDENT, at=AT) == octets()


def test_message_id_and_return_path_name_the_delivery_and_nobody() -> None:
    local, _, domain = COMPOSER.return_path(12).partition("@")

    assert domain == DOMAIN
    assert KEYRING.read(BOUNCE_PURPOSE, local.removeprefix("b-")) == 12
    assert Keyring(["another secret of ours"]).read(BOUNCE_PURPOSE, local.removeprefix("b-")) is None
    assert COMPOSER.message_id(12) != COMPOSER.message_id(13)


def test_a_letter_with_links_needs_somebody_to_name() -> None:
    with pytest.raises(ValueError, match="recipient"):
        octets(to=Recipient(1, "a@example.jp", None))
