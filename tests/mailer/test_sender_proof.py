"""Whether our own mail server vouches for a sender, and what a stranger can write to look as if it did."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailer.mail_text import parse_mail
from mailer.sender_proof import FIELD, LONGEST_FIELD, is_proved

OURS = "mx.city.test"
TARO = "taro@docomo.test"


def proved(*fields: str, sender: str = TARO, author: str = TARO) -> bool:
    raw = "".join(f"{FIELD}: {field}\r\n" for field in fields) + f"From: {author}\r\n\r\n"
    return is_proved(parse_mail(raw.encode("utf-8", "surrogateescape")), by=OURS, sender=sender)


@pytest.mark.parametrize(
    "field",
    [
        "mx.city.test; spf=pass smtp.mailfrom=taro@docomo.test",
        "mx.city.test; spf=pass smtp.mailfrom=docomo.test",
        "MX.City.Test 1; SPF = Pass (sender SPF authorized) smtp.mailfrom=Taro@Docomo.Test; dkim=none",
        "mx.city.test; spf=softfail smtp.mailfrom=docomo.test; dkim=pass header.d=docomo.test header.s=1",
        'mx.city.test; dkim=pass (2048-bit key; unprotected) header.i="@docomo.test" header.b=abc',
        "mx.city.test;\r\n dkim=fail header.d=a.test;\r\n dmarc=pass (p=none dis=none) header.from=docomo.test",
        "mx.city.test; dkim=pass (a (nested; spf=fail) comment) header.d=docomo.test",
    ],
)
def test_a_pass_for_the_senders_domain_proves_the_sender(field: str) -> None:
    assert proved(field)


def test_a_pass_of_the_domain_above_proves_the_sender_by_signature_but_not_by_spf() -> None:
    assert proved(
        "mx.city.test; dkim=pass header.d=docomo.test", sender="taro@mail.docomo.test", author="taro@mail.docomo.test"
    )
    assert not proved("mx.city.test; spf=pass smtp.mailfrom=docomo.test", sender="taro@mail.docomo.test")
    assert not proved("mx.city.test; dkim=pass header.d=mail.docomo.test", sender=TARO)
    assert not proved("mx.city.test; dkim=pass header.d=test", sender=TARO)


@pytest.mark.parametrize(
    "field",
    [
        "",
        "mx.city.test; none",
        "mx.city.test; spf=fail smtp.mailfrom=docomo.test",
        "mx.city.test; spf=pass",
        "mx.city.test; spf=pass smtp.mailfrom=attacker.test",
        "mx.city.test; spf=pass smtp.helo=docomo.test",
        "mx.city.test; iprev=pass policy.iprev=192.0.2.1; auth=pass smtp.auth=docomo.test",
        "mx.city.test; dkim=pass header.d=attacker.test",
        "mx.city.test; dkim=passed header.d=docomo.test",
        "mx.city.test.attacker.test; spf=pass smtp.mailfrom=docomo.test",
        "attacker.test; spf=pass smtp.mailfrom=docomo.test",
        "mx.city.test; spf=fail (reason; spf=pass smtp.mailfrom=docomo.test) smtp.mailfrom=docomo.test",
        'mx.city.test; spf=fail smtp.mailfrom="x; spf=pass smtp.mailfrom=docomo.test"@docomo.test',
        'mx.city.test; dkim=pass header.i="(; dkim=pass header.d=docomo.test"@a.test; spf=fail reason=")"',
        "mx.city.test; spf=fail ) ( ; spf=pass smtp.mailfrom=docomo.test",
        "mx.city.test; spf=none (helo=x);dkim=pass/header.d=docomo.test( ) smtp.mailfrom=a.test",
        "mx.city.test; spf=none smtp.helo=x;dkim=pass/header.d=docomo.test",
        "mx.city.test; spf=fail ((; spf=pass smtp.mailfrom=docomo.test",
        'mx.city.test; spf=fail reason="; spf=pass smtp.mailfrom=docomo.test',
        "mx.city.test; spf=pass smtp.mailfrom=docomo.test" + "; x" * LONGEST_FIELD,
    ],
)
def test_anything_else_proves_nothing(field: str) -> None:
    assert not proved(field)


@pytest.mark.parametrize(
    "authors",
    ["From: attacker@docomo.test\r\n", f"From: {TARO}\r\nFrom: {TARO}\r\n", "", f"From: <{TARO}>, <x@a.test>\r\n"],
)
def test_a_signed_mail_sent_once_more_under_another_envelope_proves_nothing(authors: str) -> None:
    signed = f"{FIELD}: mx.city.test; dkim=pass header.d=docomo.test; dmarc=pass header.from=docomo.test\r\n"

    assert not is_proved(parse_mail(f"{signed}{authors}\r\n".encode()), by=OURS, sender=TARO)
    assert is_proved(parse_mail(f"{signed}From: Taro <{TARO}>\r\n\r\n".encode()), by=OURS, sender=TARO)


def test_a_field_of_ours_that_cannot_be_read_is_not_passed_over_for_one_below_it() -> None:
    below = "mx.city.test; spf=pass smtp.mailfrom=docomo.test"

    assert not proved("mx.city.test; spf=fail (", below)
    assert not proved("mx.city.test; none" + "; x" * LONGEST_FIELD, below)


def test_only_the_topmost_field_of_our_server_is_believed() -> None:
    theirs = "mx.city.test; spf=pass smtp.mailfrom=docomo.test"

    assert not proved("mx.city.test; spf=fail smtp.mailfrom=docomo.test", theirs)
    assert proved("other.test; spf=fail smtp.mailfrom=docomo.test", theirs)


@pytest.mark.parametrize(
    "sender", ["", '"x; spf=pass"@docomo.test', "a(b)@docomo.test", "a b@docomo.test", "docomo.test"]
)
def test_a_sender_that_could_write_a_result_of_its_own_is_never_proved(sender: str) -> None:
    assert not proved("mx.city.test; spf=pass smtp.mailfrom=docomo.test", sender=sender)


@given(st.text(st.characters(blacklist_characters="\r\n", codec="utf-8"), max_size=200))
def test_whatever_stands_there_it_is_read_without_an_error(text: str) -> None:
    assert proved(f"mx.city.test; {text}") in (True, False)
