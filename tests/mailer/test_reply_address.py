"""Where an answer goes: an address of each recipient's own, in a header that nobody can add another to."""

import email

import dkim  # type: ignore[import-untyped]  # ships no types of its own
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from mailer.dkim_key import DkimKey
from mailer.dkim_signature import DkimSigner
from mailer.header_lines import HeaderUnsafe
from mailer.letter import Composer, Letter, Recipient
from tests.mailer.test_dkim_signature import AT
from tests.support.mail_engine import DOMAIN, HEAD, KEYRING

LINKS = {
    "reply_mail": ("koe-", "koe"),
    "stop": ("https://anzen.example.jp/stop/", "stop"),
    "stop_mail": ("kaijo-", "stop"),
    "liaison": ("https://anzen.example.jp/liaison/", "liaison"),
}
EDITION = Letter("【防犯】不審な電話", "本文です。\n", "{liaison}\n{stop}\n", LINKS, unsubscribe=True)
ANSWER = Letter(
    "Re: 街灯", "", "{liaison}\n", {name: LINKS[name] for name in ("reply_mail", "liaison")}, in_reply_to="<1@x.jp>"
)
PLAIN = Letter("停止", "本文です。\n")
FIRST, SECOND = Recipient(1, "a@example.jp", 11), Recipient(2, "b@example.jp", 22)


@pytest.mark.parametrize("letter", [EDITION, ANSWER])
def test_each_recipient_answers_to_an_address_of_their_own(letter: Letter) -> None:
    cast = Composer(HEAD, KEYRING).cast(letter)

    for to in (FIRST, SECOND):
        message = email.message_from_bytes(cast.octets(to, at=AT))
        assert to.ref is not None
        assert message.get_all("Reply-To") == [f"<koe-{KEYRING.sign('koe', to.ref)}@{DOMAIN}>"]
        assert message["In-Reply-To"] == letter.in_reply_to
        assert f"https://anzen.example.jp/liaison/{KEYRING.sign('liaison', to.ref)}" in str(
            message.get_payload(decode=True)
        )
        stop = KEYRING.sign("stop", to.ref)
        assert (f"kaijo-{stop}@{DOMAIN}" in str(message["List-Unsubscribe"])) is letter.unsubscribe


def test_a_letter_that_names_no_such_address_has_no_such_header() -> None:
    assert b"reply-to" not in Composer(HEAD, KEYRING).octets(PLAIN, FIRST, at=AT).lower().replace(b"in-reply-to", b"")


def test_a_prefix_that_would_break_out_of_the_header_is_refused() -> None:
    bad = Letter("x", "x", links={"reply_mail": ("koe-\r\nBcc: x@example.jp, ", "koe")})

    with pytest.raises(HeaderUnsafe):
        Composer(HEAD, KEYRING).cast(bad)


@pytest.mark.parametrize("letter", [EDITION, ANSWER])
def test_the_signature_covers_it_and_a_second_one_breaks_the_signature(letter: Letter) -> None:
    key = DkimKey(rsa.generate_private_key(65537, 2048))
    signer = DkimSigner(key, "example.jp", "s")
    raw = Composer(HEAD, KEYRING, signer=signer).octets(letter, FIRST, at=AT)

    def holds(octets: bytes) -> bool:
        return bool(dkim.verify(octets, dnsfunc=lambda _name, **_: "".join(key.record()).encode()))

    assert holds(raw)
    assert not holds(raw.replace(b"Reply-To: <koe-", b"Reply-To: <koa-"))
    assert not holds(b"Reply-To: <thief@example.com>\r\n" + raw)
    assert not holds(raw.replace(b"\r\nReply-To:", b"\r\nReply-To: <thief@example.com>\r\nReply-To:", 1))
