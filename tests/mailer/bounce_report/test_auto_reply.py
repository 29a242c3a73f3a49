"""Whom the registration by blank mail must not answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.sample_reports import postfix_report
from mailer.bounce_report.auto_reply import MOST_RECEIVED, Refusal, may_be_answered
from mailer.mail_text import parse_mail

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
        "From: =?utf-8?B?5bGx55Sw?= <taro@docomo.ne.jp>",
        "From: taro@docomo.ne.jp (Taro Yamada)",
        'From: "Taro (Mail) Yamada" <taro@docomo.ne.jp>',
        "From: Taro",
        "Subject: Undeliverable?\n\nI had an error, please register me.\nAction: none\n",
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
        ("From: MAILER-DAEMON <>", Refusal.NULL_SENDER),
        ("From: Mail Delivery Subsystem <MAILER-DAEMON>", Refusal.DAEMON),
        ("From: MAILER-DAEMON@e4.example.com (Mail Delivery System)", Refusal.DAEMON),
        ("From: postmaster@example.com (postmaster@example.com)", Refusal.DAEMON),
        ("From: Mailer Daemon <poostmaster@example.com>", Refusal.DAEMON),
        ('From: "Mail Deliver System" <server@example.com>', Refusal.DAEMON),
        ("From: abuse-desk@example.com\nSubject: complaint about message from 192.0.2.1", Refusal.REPORT),
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


@pytest.mark.parametrize("kind", ["message/delivery-status", "message/feedback-report"])
def test_a_report_that_is_not_called_one_is_not_answered(kind: str) -> None:
    headers = (
        'From: taro@docomo.ne.jp\nContent-Type: multipart/mixed; boundary="B"\n\n'
        f"--B\nContent-Type: text/plain\n\nsee below\n--B\nContent-Type: {kind}\n\nVersion: 1\n--B--\n"
    )

    assert refusal(headers) is Refusal.REPORT


def test_a_report_handed_on_in_quotes_is_not_answered() -> None:
    quoted = "> Final-Recipient: rfc822; jiro@example.com\n> Action: failed\n"

    assert refusal(f"From: taro@docomo.ne.jp\nSubject: Fwd: Returned mail\n\n{quoted}") is Refusal.REPORT


def test_a_mail_that_encloses_a_whole_report_is_a_persons() -> None:
    enclosed = postfix_report("550 Unknown user").decode().replace("\r\n", "\n")
    headers = (
        'From: taro@docomo.ne.jp\nContent-Type: multipart/mixed; boundary="A"\n\n'
        f"--A\nContent-Type: text/plain\n\nregister me\n--A\nContent-Type: message/rfc822\n\n{enclosed}\n--A--\n"
    )

    assert refusal(headers) is None


def test_a_button_that_unsubscribes_in_its_users_name_is_obeyed() -> None:
    assert refusal("From: taro@docomo.ne.jp\n\nApple Mail sent this email to unsubscribe from the list\n") is None


@settings(max_examples=100)
@given(st.binary(max_size=200), st.text(max_size=40))
def test_no_mail_and_no_sender_raises(raw: bytes, envelope_from: str) -> None:
    may_be_answered(parse_mail(b"From: " + raw), envelope_from=envelope_from, own_domains=OWN)
