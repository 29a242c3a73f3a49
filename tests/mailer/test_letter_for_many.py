"""A letter cast once and spliced for each: the same as if it had been written for that one alone."""

import base64
import email
import email.policy
import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.addresses import Address
from foundation.clock import NaiveMoment
from foundation.tokens import Keyring
from mailer.header_lines import HeaderUnsafe
from mailer.letter import Composer, Letter, Letterhead, Recipient

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
DOMAIN = "mail.example.jp"
KEYRING = Keyring(["a secret for the tests"])
HEAD = Letterhead("こもれび市 安全・安心メール", f"anzen@{DOMAIN}", DOMAIN, f"oshirase.{DOMAIN}")
COMPOSER = Composer(HEAD, KEYRING)
LINKS = {
    "me": ("https://anzen.example.jp/me/", "me"),
    "stop": ("https://anzen.example.jp/stop/", "stop"),
    "stop_mail": ("kaijo-", "stop"),
}
BULLETIN = Letter("【防犯】不審な電話", "本文です。\n", "停止: {stop}\n変更: {me}\n", LINKS, unsubscribe=True)

texts = st.text(st.characters(codec="utf-8"), max_size=200) | st.text("あ \t\r\n.", max_size=200)
tails = st.lists(
    st.sampled_from(["{stop}", "{me}", "{stop_mail}", "{", "}", "{who}", "%b", "\\1", "\r", "\n", "尾", " ."]),
    max_size=12,
).map("".join)
letters = st.builds(
    Letter,
    subject=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=80),
    body=texts,
    tail=tails,
    links=st.just(LINKS),
    unsubscribe=st.booleans(),
    in_reply_to=st.sampled_from([None, "<1@example.jp>"]),
)
locals_ = st.text("abc.!#$%&'*+/=?^_`{|}~-09", min_size=1, max_size=64)
recipients = st.builds(
    lambda number, local, ref: Recipient(number, Address.parse(f"{local}@docomo.ne.jp").envelope, ref),
    st.integers(0, 2**63 - 1),
    locals_,
    st.integers(0, 2**63 - 1),
)
moments = st.timedeltas(timedelta(0), timedelta(days=9000)).map(AT.__add__)


def own_text(letter: Letter, to: Recipient) -> str:
    """The text as one would write it for this recipient alone."""
    assert to.ref is not None
    tail = letter.tail
    for name, (prefix, purpose) in letter.links.items():
        tail = tail.replace(f"{{{name}}}", prefix + KEYRING.sign(purpose, to.ref))
    return (letter.body + tail).replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")


@given(letters, st.lists(st.tuples(recipients, moments), min_size=1, max_size=3))
@settings(max_examples=150)
def test_each_reads_what_was_written_for_them(letter: Letter, to_each: list[tuple[Recipient, datetime]]) -> None:
    cast = COMPOSER.cast(letter)

    for to, at in to_each:
        raw = cast.octets(to, at=at)

        # The older reader takes an address as it stands, as most mail programs do.
        message = email.message_from_bytes(raw)
        assert not message.defects
        assert message["To"] == to.address
        assert parsedate_to_datetime(message["Date"]) == at.replace(microsecond=0)
        assert message["Message-ID"] == COMPOSER.message_id(to.number)
        assert message["In-Reply-To"] == (None if letter.unsubscribe else letter.in_reply_to)
        assert message.get_payload(decode=True) == own_text(letter, to).encode()
        assert email.message_from_bytes(raw, policy=email.policy.default)["Subject"].split() == letter.subject.split()


@given(letters, recipients)
@settings(max_examples=100)
def test_the_octets_can_travel_as_they_are(letter: Letter, to: Recipient) -> None:
    raw = COMPOSER.cast(letter).octets(to, at=AT)

    head, _, body = raw.partition(b"\r\n\r\n")
    encoded = base64.encodebytes(own_text(letter, to).encode()).replace(b"\n", b"\r\n")
    lines = raw.split(b"\r\n")
    assert body == encoded, "not padded within, in lines of 76"
    assert max(map(len, lines)) <= 998
    assert not {0x0A, 0x0D} & set(b"".join(lines))
    assert not [line for line in lines if line.startswith(b".")]
    assert raw.endswith(b"\r\n")
    assert head.isascii()


def test_what_one_is_sent_tells_nothing_of_another() -> None:
    cast = COMPOSER.cast(BULLETIN)
    first = cast.octets(Recipient(1, "a@example.jp", 11), at=AT)

    second = cast.octets(Recipient(2, "b@example.jp", 22), at=AT)
    again = cast.octets(Recipient(1, "a@example.jp", 11), at=AT)

    assert b"a@example.jp" not in second
    assert KEYRING.sign("stop", 11).encode() not in second
    assert again == first == COMPOSER.octets(BULLETIN, Recipient(1, "a@example.jp", 11), at=AT)


def test_the_date_is_the_letters_own_whoever_was_before() -> None:
    cast, to = COMPOSER.cast(BULLETIN), Recipient(1, "a@example.jp", 1)
    moments = [AT, AT.astimezone(ZoneInfo("Asia/Tokyo")), AT + timedelta(days=1), AT]

    dates = [email.message_from_bytes(cast.octets(to, at=at))["Date"] for at in moments]

    assert dates == [format_datetime(at.astimezone(UTC)) for at in moments]


@pytest.mark.parametrize("bad", ["a\nb", "a\r\nBcc: b@example.jp", "a\x00b", "a\tb", "a\x7fb", "a b", "あ", "a\u2028b"])
def test_an_address_that_would_break_a_header_is_refused_for_that_one_only(bad: str) -> None:
    cast = COMPOSER.cast(BULLETIN)

    with pytest.raises(HeaderUnsafe):
        cast.octets(Recipient(1, f"{bad}@example.jp", 1), at=AT)

    assert cast.octets(Recipient(2, "a@example.jp", 1), at=AT)


def test_a_moment_without_its_zone_is_refused() -> None:
    with pytest.raises(NaiveMoment):
        COMPOSER.cast(BULLETIN).octets(Recipient(1, "a@example.jp", 1), at=AT.replace(tzinfo=None))


def test_a_letter_that_was_once_sent_is_the_same_to_the_octet_for_ever() -> None:
    raw = COMPOSER.octets(BULLETIN, Recipient(12, "a@example.jp", 34), at=AT)

    assert hashlib.sha256(raw).hexdigest() == "f7c3cb8afd3ccb67e4d01b55e160395eba75cf678bc56fa00442b15e02ef9da4"
