"""The machine's part of a report, whole and broken."""

from mailer.bounce_report.delivery_status import DeliveryStatus, delivery_statuses, statuses_in_text
from mailer.mail_text import parse_mail

FIRST = "Final-Recipient: rfc822; a@example.jp\nAction: failed\nStatus: 5.1.1 (bad)\n"
FIRST += "Remote-MTA: dns; mx.example.jp (192.0.2.1)"
SECOND = (
    "Original-Recipient: rfc822;b@example.jp\nAction: delayed\nStatus: 4.2.2\nDiagnostic-Code: smtp; 450 4.2.2\n  Full"
)


def report(*parts: str, kind: str = "message/delivery-status") -> tuple[DeliveryStatus, ...]:
    body = "".join(f"--B\nContent-Type: {kind}\n\n{part}\n\n" for part in parts)
    return delivery_statuses(parse_mail(f"Content-Type: multipart/report; boundary=B\n\n{body}--B--\n".encode()))


def test_every_recipient_of_every_part_is_read() -> None:
    found = report(f"Reporting-MTA: dns; mail.example.jp\n\n{FIRST}\n\n{SECOND}", FIRST.replace("a@", "c@"))

    assert [status.recipient for status in found] == ["a@example.jp", "b@example.jp", "c@example.jp"]
    assert found[0] == DeliveryStatus("a@example.jp", "failed", "5.1.1", "", "mx.example.jp")
    assert found[1] == DeliveryStatus("b@example.jp", "delayed", "4.2.2", "450 4.2.2 Full", "")


def test_a_report_without_the_block_of_the_mailer_is_read() -> None:
    assert [status.recipient for status in report(FIRST)] == ["a@example.jp"]


def test_a_report_on_international_addresses_is_read() -> None:
    found = report(f"Reporting-MTA: dns; x\n\n{FIRST}\n\n{SECOND}", kind="message/global-delivery-status")

    assert {status.recipient for status in found} == {"a@example.jp", "b@example.jp"}


def test_japanese_in_a_diagnostic_code_is_read() -> None:
    raw = b"Final-Recipient: rfc822; a@example.jp\nDiagnostic-Code: X-Notes; " + "見つかりません".encode("iso2022_jp")

    found = delivery_statuses(parse_mail(b"Content-Type: message/delivery-status\n\n" + raw + b"\n"))

    assert found[0].diagnostic == "見つかりません"


def test_the_fields_are_found_in_plain_text() -> None:
    text = f"Technical report:\n\nReporting-MTA: dsn; x\n\n{FIRST}\n\nsee you\n{SECOND}\n"

    assert [status.status for status in statuses_in_text(text)] == ["5.1.1", "4.2.2"]


def test_text_without_fields_gives_nothing() -> None:
    assert statuses_in_text("Hello.\nReporting-MTA is a field.\n") == ()
