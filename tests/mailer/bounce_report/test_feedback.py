"""Complaints of mail services, and the notices of Amazon SES."""

import json

import pytest

from bench.sample_reports import plain
from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_report.kind import Kind
from mailer.bounce_report.reading import Mail, Reading, read_message
from mailer.bounce_report.rules import shipped_rules
from mailer.mail_text import parse_mail


def read(raw: bytes) -> Reading:
    return read_message(Mail(parse_mail(raw)), shipped_rules())


def arf(fields: str) -> bytes:
    return (
        "From: abuse@example.com\nTo: feedback@mail.example.jp\nSubject: report\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=B\n\n"
        "--B\nContent-Type: text/plain\n\nThis is a report.\n"
        f"--B\nContent-Type: message/feedback-report\n\n{fields}\n"
        "--B\nContent-Type: message/rfc822\n\nSubject: notice\n\nbody\n--B--\n"
    ).encode()


@pytest.mark.parametrize(
    ("stated", "expected"),
    [("abuse", "abuse"), ("Opt-Out", "opt-out"), ("auth-failure", "auth-failure"), ("not-spam", "not-spam")],
)
def test_a_feedback_report_says_its_type(stated: str, expected: str) -> None:
    found = read(arf(f"Feedback-Type: {stated}\nUser-Agent: x/1\nVersion: 1\n"))

    assert (found.kind, found.feedback_type, found.counted) == (Kind.FEEDBACK, expected, False)


def test_a_feedback_report_names_all_its_recipients() -> None:
    found = read(arf("Feedback-Type: abuse\nOriginal-Rcpt-To: <a@example.jp>\nOriginal-Rcpt-To: b@example.jp\n"))

    assert found.recipients == ("a@example.jp", "b@example.jp")


def test_a_redacted_recipient_is_no_address() -> None:
    assert read(arf("Feedback-Type: abuse\nOriginal-Rcpt-To: redacted\n")).recipients == ()


def test_hotmail_complains_in_a_plain_mail() -> None:
    raw = plain("x", sender="staff@hotmail.com", subject="complaint about message from 192.0.2.1", headers="")

    assert read(raw).feedback_type == "abuse"


def test_apples_unsubscribe_button_is_an_opt_out() -> None:
    raw = plain(
        "Apple Mail sent this email to unsubscribe from the message “notice”.", sender="a@icloud.com", headers=""
    )

    assert (read(raw).kind, read(raw).feedback_type) == (Kind.FEEDBACK, "opt-out")


def bounce_notice(diagnostic: str, *, kind: str = "Permanent") -> str:
    recipient = {"emailAddress": "a@example.jp", "status": "5.1.1", "diagnosticCode": diagnostic}
    return json.dumps(
        {"notificationType": "Bounce", "bounce": {"bounceType": kind, "bouncedRecipients": [recipient]}}, indent=1
    )


def test_a_notice_of_ses_is_read_like_a_report() -> None:
    found = read(plain(bounce_notice("smtp; 550 5.1.1 user unknown"), sender="no-reply@sns.amazonaws.com", headers=""))

    assert (found.kind, found.bounce_class, found.counted) == (Kind.BOUNCE, BounceClass.GONE, True)
    assert found.recipients == ("a@example.jp",)


def test_a_transient_notice_of_ses_does_not_say_that_the_address_is_gone() -> None:
    found = read(plain(bounce_notice("user unknown", kind="Transient"), sender="x@amazonaws.com", headers=""))

    assert (found.kind, found.counted) == (Kind.BOUNCE, False)


def test_a_notice_wrapped_by_sns_and_folded_anywhere_is_read() -> None:
    wrapped = json.dumps({"Type": "Notification", "Message": bounce_notice("smtp; 550 5.1.1 user unknown")})
    folded = "\n".join(wrapped[at : at + 70] for at in range(0, len(wrapped), 70))

    assert read(plain(folded, sender="no-reply@sns.amazonaws.com", headers="")).bounce_class is BounceClass.GONE


@pytest.mark.parametrize(("event", "kind"), [("complaint", Kind.FEEDBACK), ("delivery", Kind.OTHER)])
def test_other_notices_of_ses_are_no_bounces(event: str, kind: Kind) -> None:
    notice = {"notificationType": event.title(), event: {"recipients": ["a@example.jp"]}}

    found = read(plain(json.dumps(notice), sender="no-reply@sns.amazonaws.com", headers=""))

    assert (found.kind, found.counted) == (kind, False)


@pytest.mark.parametrize(
    "text", ['{"notificationType": "Bounce"', '{"notificationType": "Bounce"}', '{"notificationType":[]}']
)
def test_a_broken_notice_is_other_mail(text: str) -> None:
    assert read(plain(text, sender="a@example.jp", subject="x", headers="")).kind is Kind.OTHER
