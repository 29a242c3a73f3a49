"""Our DKIM signatures, judged by dkimpy's verifier, which is nobody's of ours."""

import re
import types
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import dkim  # type: ignore[import-untyped]  # ships no types of its own
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.tokens import Keyring
from mailer.dkim_key import DkimKey
from mailer.dkim_signature import DkimSigner
from mailer.letter import Composer, Letter, Letterhead, Recipient

# Long past: a verifier looks at its own clock, and refuses what was signed in the future.
AT = datetime(2024, 11, 20, 1, 0, tzinfo=UTC)
DOMAIN = "mail.example.jp"
KEYRING = Keyring(["a secret for the tests"])
HEAD = Letterhead("こもれび市 安全・安心メール", "anzen@example.jp", DOMAIN, f"oshirase.{DOMAIN}")
LINKS = {
    "me": ("https://anzen.example.jp/me/", "me"),
    "stop": ("https://anzen.example.jp/stop/", "stop"),
    "stop_mail": ("kaijo-", "stop"),
}
BULLETIN = Letter(
    "【防犯】不審な電話がありました。ご注意ください", "本文です。\n" * 9, "停止: {stop}\n", LINKS, unsubscribe=True
)
REPLY = Letter("Re: touroku", "Hello\n", in_reply_to="<1@example.com>")
RESIDENT = Recipient(12, "a@docomo.ne.jp", 34)

letters = st.builds(
    Letter,
    subject=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=90)
    | st.text("a \t", max_size=90),
    body=st.text(st.characters(codec="utf-8"), max_size=90) | st.text("あ. \t\r\n", max_size=300),
    tail=st.lists(st.sampled_from(["{stop}", "{me}", " ", "\t", "\n", "尾", "."]), max_size=9).map("".join),
    links=st.just(LINKS),
    unsubscribe=st.booleans(),
    in_reply_to=st.sampled_from([None, "<1@example.jp>", "<a  b@example.jp> "]),
)


@pytest.fixture(scope="module")
def key() -> DkimKey:
    return DkimKey(rsa.generate_private_key(65537, 2048))


@pytest.fixture(scope="module")
def other_key() -> DkimKey:
    return DkimKey(rsa.generate_private_key(65537, 2048))


def composer(key: DkimKey, head: Letterhead = HEAD) -> Composer:
    return Composer(head, KEYRING, signer=DkimSigner(key, "example.jp", "hansho-2026"))


def signed(key: DkimKey, letter: Letter = BULLETIN, to: Recipient = RESIDENT, *, at: datetime = AT) -> bytes:
    return composer(key).octets(letter, to, at=at)


def holds(raw: bytes, key: DkimKey) -> bool:
    """What a receiver finds who asks DNS for our record."""

    def answer(name: bytes, timeout: int = 5) -> bytes | None:
        return "".join(key.record()).encode() if name == b"hansho-2026._domainkey.example.jp." else None

    return bool(dkim.verify(raw, dnsfunc=answer))


def changed(raw: bytes, find: bytes, put: bytes) -> bytes:
    assert raw.count(find) == 1, find
    return raw.replace(find, put)


def tags(raw: bytes) -> dict[str, str]:
    found = re.match(rb"DKIM-Signature: (.*(?:\r\n[ \t].*)*)\r\n", raw)
    assert found is not None
    text = re.sub(r"\s+", "", found[1].decode())
    return dict(tag.split("=", 1) for tag in text.split(";"))


@pytest.mark.parametrize("letter", [BULLETIN, REPLY, Letter("", "")])
def test_a_receiver_finds_our_signature_good(letter: Letter, key: DkimKey) -> None:
    assert holds(signed(key, letter), key)


def test_the_signature_says_what_it_covers(key: DkimKey) -> None:
    found = tags(signed(key))

    names = found["h"].split(":")
    assert (found["v"], found["a"], found["c"]) == ("1", "rsa-sha256", "relaxed/relaxed")
    assert (found["d"], found["s"], found["t"]) == ("example.jp", "hansho-2026", str(int(AT.timestamp())))
    assert {"from", "to", "subject", "date", "message-id", "list-id"} <= set(names)
    assert {"list-unsubscribe", "list-unsubscribe-post"} <= set(names), "RFC 8058 section 4"
    assert "in-reply-to" in tags(signed(key, REPLY))["h"].split(":")
    assert names.count("from") == 2
    assert "l" not in found


def test_the_letter_below_the_signature_is_the_letter_without_one(key: DkimKey) -> None:
    raw = signed(key)

    plain = Composer(HEAD, KEYRING).octets(BULLETIN, RESIDENT, at=AT)

    assert raw.startswith(b"DKIM-Signature: ")
    assert raw.endswith(b"\r\n" + plain)
    assert max(map(len, raw.split(b"\r\n"))) <= 78


@given(letters, st.integers(0, 2**63 - 1), st.timedeltas(timedelta(days=-9000), timedelta(0)))
@settings(max_examples=80)
def test_whatever_is_written_is_signed_well(key: DkimKey, letter: Letter, number: int, ago: timedelta) -> None:
    raw = signed(key, letter, Recipient(number, '"a..b"@docomo.ne.jp', number), at=AT + ago)

    assert holds(raw, key)


@pytest.mark.parametrize("name", ["x" * 70, 'The  "Bell"', "こ" * 40, " a\tb "])
def test_any_name_of_a_town_is_signed_well(name: str, key: DkimKey) -> None:
    head = Letterhead(name, "anzen@example.jp", DOMAIN, "x")

    assert holds(composer(key, head).octets(BULLETIN, RESIDENT, at=AT), key)


def test_each_of_many_has_a_signature_of_their_own(key: DkimKey) -> None:
    cast = composer(key).cast(BULLETIN)
    to_each = [Recipient(number, f"r{number}@docomo.ne.jp", number) for number in (1, 300, 70_000)]

    letters = [cast.octets(to, at=AT) for to in to_each]

    assert all(holds(raw, key) for raw in letters)
    assert len({tags(raw)["b"] for raw in letters}) == len({tags(raw)["bh"] for raw in letters}) == 3


def test_a_repeat_is_the_same_letter_to_the_octet(key: DkimKey) -> None:
    assert signed(key) == signed(key)
    assert composer(key).cast(BULLETIN).octets(RESIDENT, at=AT) == signed(key)


@pytest.mark.parametrize(
    ("find", "put"),
    [
        (b"\r\nTo: a@", b"\r\nTo: b@"),
        (b"<anzen@example.jp>", b"<anzen@example.com>"),
        (b"\r\nSubject: ", b"\r\nSubject: x"),
        (b"\r\nDate: Wed", b"\r\nDate: Thu"),
        (b"\r\nMessage-ID: <", b"\r\nMessage-ID: <x"),
        (b"\r\nList-Id: <", b"\r\nList-Id: <x"),
        (b"<https://anzen.example.jp/stop/", b"<https://anzen.example.com/stop/"),
        (b"<mailto:kaijo-", b"<mailto:x-"),
        (b"=One-Click", b"=None"),
        (b"\r\nMIME-Version: 1.0", b"\r\nMIME-Version: 1"),
        (b"text/plain", b"text/html"),
        (b"Encoding: base64", b"Encoding: 8bit"),
        (b"; t=17", b"; t=16"),
        (b"message-id:", b""),
    ],
)
def test_a_changed_header_breaks_it(find: bytes, put: bytes, key: DkimKey) -> None:
    assert not holds(changed(signed(key), find, put), key)


def test_any_changed_octet_of_the_text_breaks_it(key: DkimKey) -> None:
    raw = signed(key)
    start = raw.index(b"\r\n\r\n") + 4

    for place in (start, start + 100, len(raw) - 3):
        other = b"B" if raw[place : place + 1] == b"A" else b"A"
        assert not holds(raw[:place] + other + raw[place + 1 :], key)
    assert not holds(raw + b"QUJD\r\n", key)


@pytest.mark.parametrize("name", [b"From", b"To", b"Subject", b"Date", b"Content-Type"])
def test_nobody_can_add_a_second_one(name: bytes, key: DkimKey) -> None:
    raw = signed(key)

    assert not holds(name + b": x@example.com\r\n" + raw, key)
    assert not holds(changed(raw, b"\r\nMIME-Version", b"\r\n" + name + b": x@example.com\r\nMIME-Version"), key)


def test_what_servers_do_on_the_way_does_not_break_it(key: DkimKey) -> None:
    raw = b"Received: by mx.example.com;\r\n Wed, 20 Nov 2024\r\nReturn-Path: <b-x@example.jp>\r\n" + signed(key)

    refolded = changed(raw, b"\r\nTo: a@docomo", b"\r\nTO:  \r\n\ta@docomo")

    assert holds(refolded + b"\r\n\r\n", key)


def test_another_key_does_not_speak_for_us(key: DkimKey, other_key: DkimKey) -> None:
    assert holds(signed(other_key), other_key)
    assert not holds(signed(other_key), key)


class SodiumLike:
    """What dkimpy asks of PyNaCl, done by the library we have."""

    BadSignatureError = InvalidSignature
    ValueError = ValueError
    Base64Encoder = staticmethod(b64decode)

    def __init__(self, public: bytes, *, encoder: Callable[[bytes], bytes]) -> None:
        self._public = ed25519.Ed25519PublicKey.from_public_bytes(encoder(public))

    def verify(self, digest: bytes, signature: bytes) -> None:
        self._public.verify(signature, digest)


def test_an_ed25519_key_signs_as_rfc_8463_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    sodium = types.SimpleNamespace(
        signing=types.SimpleNamespace(VerifyKey=SodiumLike), encoding=SodiumLike, exceptions=SodiumLike
    )
    monkeypatch.setattr(dkim, "nacl", sodium, raising=False)
    key = DkimKey(ed25519.Ed25519PrivateKey.generate())

    raw = signed(key)

    assert tags(raw)["a"] == "ed25519-sha256"
    assert holds(raw, key)
    assert not holds(changed(raw, b"\r\nTo: a@", b"\r\nTo: b@"), key)
