"""Whom the registration by blank mail must not answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.bounce_report.auto_reply import MOST_RECEIVED, Refusal, may_be_answered
from mailer.mail_text import parse_mail
from tests.mailer.bounce_report.samples import postfix_report

OWN = ("mail.example.jp",)


def refusal(headers: str, *, envelope_from: str = "taro@docomo.ne.jp") -> Refusal | None:
    return may_be_answered(parse_mail(f"{headers}\n\n".encode()), envelope_from=envelope_from, own_domains=OWN)


@pytest.mark.parametrize(
    "headers",
    [
        "From: taro@docomo.ne.jp",
        "Subject:",
        "Auto-Submitted: no\nFrom: taro@docomo.ne.jp",
        # A wish that we do not answer by machine is no mark of a machine: Exchange sets it on good mail.
        "X-Auto-Response-Suppress: All\nFrom: taro@docomo.ne.jp",
        "Precedence: normal",
        "Received: hop\n" * MOST_RECEIVED + "Subject: x",
    ],
)
def test_a_resident_is_answered(headers: str) -> None:
    assert refusal(headers) is None


def test_a_carriers_address_with_dots_is_answered() -> None:
    assert refusal("From: a..b.@docomo.ne.jp", envelope_from='"a..b."@docomo.ne.jp') is None


@pytest.mark.parametrize("envelope_from", ["", "<>", "MAILER-DAEMON", " <> "])
def test_the_null_sender_is_never_answered(envelope_from: str) -> None:
    assert refusal("From: taro@docomo.ne.jp", envelope_from=envelope_from) is Refusal.NULL_SENDER


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ("Auto-Submitted: auto-replied", Refusal.AUTO_SUBMITTED),
        ("auto-submitted: Auto-Generated (failure)", Refusal.AUTO_SUBMITTED),
        ("Content-Type: multipart/report; report-type=delivery-status; boundary=b", Refusal.REPORT),
        ("X-Failed-Recipients: a@example.jp", Refusal.REPORT),
        ("List-Id: <residents.example.jp>", Refusal.LIST),
        ("List-Unsubscribe: <mailto:x@example.jp>", Refusal.LIST),
        ("Precedence: bulk", Refusal.PRECEDENCE),
        ("Precedence: auto_reply", Refusal.PRECEDENCE),
        ("X-Autoreply: yes", Refusal.AUTO_REPLY),
        ("X-Apple-Action: VACATION", Refusal.AUTO_REPLY),
        ("Subject: 自動返信: 不在です", Refusal.AUTO_REPLY),
        ("From: <>", Refusal.NULL_SENDER),
        ("From: Mail Delivery <mailer-daemon@example.com>", Refusal.DAEMON),
        ("From: post_master@vtext.example.com", Refusal.DAEMON),
        ("From: no-reply@example.com", Refusal.NO_REPLY),
        ("From: shop.noreply@example.com", Refusal.NO_REPLY),
        ("From: touroku@mail.example.jp", Refusal.OWN_DOMAIN),
        ("Received: hop\n" * (MOST_RECEIVED + 1) + "Subject: x", Refusal.LOOP),
        ("X-Loop: somewhere", Refusal.LOOP),
    ],
)
def test_a_machine_is_not_answered_and_the_reason_is_kept(headers: str, expected: Refusal) -> None:
    assert refusal(headers) is expected


@pytest.mark.parametrize(
    ("envelope_from", "expected"),
    [
        ("postmaster@example.com", Refusal.DAEMON),
        ("owner-list@example.com", Refusal.DAEMON),
        ("list-request@example.com", Refusal.DAEMON),
        ("bounces+12=a@example.com", Refusal.DAEMON),
        ("do-not-reply@example.com", Refusal.NO_REPLY),
        ("b-token@MAIL.example.jp", Refusal.OWN_DOMAIN),
    ],
)
def test_the_envelope_tells_a_machine_too(envelope_from: str, expected: Refusal) -> None:
    assert refusal("Subject: x", envelope_from=envelope_from) is expected


@pytest.mark.parametrize("local", ["noriko", "notary", "rootsman", "postmasters", "noreplica"])
def test_a_persons_name_is_not_taken_for_a_machine(local: str) -> None:
    assert refusal("Subject: x", envelope_from=f"{local}@docomo.ne.jp") is None


def test_a_bounce_is_not_answered_even_under_a_forged_sender() -> None:
    message = parse_mail(postfix_report("550 Unknown user"))

    assert may_be_answered(message, envelope_from="taro@docomo.ne.jp", own_domains=OWN) is not None


@settings(max_examples=100)
@given(st.binary(max_size=200), st.text(max_size=40))
def test_no_mail_and_no_sender_raises(raw: bytes, envelope_from: str) -> None:
    may_be_answered(parse_mail(b"From: " + raw), envelope_from=envelope_from, own_domains=OWN)
