"""A report about several mailboxes, or about another one than ours: what it says of our own recipient counts."""

import pytest

from bench.sample_reports import two_refused
from mailer.bounce_report.reading import read_mail


@pytest.mark.parametrize(
    ("about", "expected"),
    [("a@town.test", "full"), ("b@town.test", "gone"), (None, "full"), ("c@town.test", "full")],
)
def test_of_a_report_about_several_it_counts_what_is_said_of_ours(about: str | None, expected: str) -> None:
    found = read_mail(two_refused(), about=about)

    assert found.bounce_class == expected
    assert set(found.recipients) == {"a@town.test", "b@town.test"}


def forwarded(blocks: str) -> bytes:
    return (
        "From: MAILER-DAEMON@relay.test\r\nSubject: Undelivered Mail\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\r\n\r\n'
        "--x\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n"
        "--x\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.home.test\r\n\r\n"
        f"{blocks}\r\n--x--\r\n"
    ).encode()


DEAD = "Final-Recipient: rfc822; old@dead.test\r\nAction: failed\r\nStatus: 5.1.1\r\n"


@pytest.mark.parametrize(
    "blocks",
    [
        DEAD,
        "Original-Recipient: rfc822; taro@home.test\r\n" + DEAD,
        DEAD + "\r\nFinal-Recipient: rfc822; taro@home.test\r\nAction: delivered\r\nStatus: 2.0.0\r\n",
    ],
)
def test_a_mailbox_that_works_and_passes_a_copy_on_to_a_dead_one_is_not_counted(blocks: str) -> None:
    assert not read_mail(forwarded(blocks), envelope_from="", about="taro@home.test").counted


def test_a_mailbox_of_the_same_domain_is_counted_under_another_name() -> None:
    assert read_mail(forwarded(DEAD), envelope_from="", about="alias@dead.test").counted
