"""Floors on the graded bounce mails, where they lie beside the project."""

import pytest

from bench.graded import GRADED, NO_BOUNCE, Graded, graded, mails
from mailer.bounce_report.auto_reply import may_be_answered
from mailer.bounce_report.kind import Kind
from mailer.bounce_report.reading import Mail, read_mail, read_message
from mailer.bounce_report.rules import shipped_rules
from mailer.mail_text import parse_mail

pytestmark = pytest.mark.skipif(
    not (GRADED / "expected.tsv").is_file(), reason=f"the graded bounce mails are not at {GRADED}"
)
CARRIERS = ("docomo.ne.jp", "ezweb.ne.jp", "au.com", "uqmobile.jp")


@pytest.fixture(scope="module")
def everything() -> list[Graded]:
    return list(graded())


@pytest.fixture(scope="module")
def bounces(everything: list[Graded]) -> list[Graded]:
    return [each for each in everything if each.reason not in NO_BOUNCE]


def test_ninety_seven_of_a_hundred_bounces_are_recognised(bounces: list[Graded]) -> None:
    missed = [each.file for each in bounces if each.reading.kind is not Kind.BOUNCE]

    assert len(missed) <= len(bounces) * 0.03, missed


def test_ninety_six_of_a_hundred_agree_on_whether_the_address_is_gone(bounces: list[Graded]) -> None:
    wrong = [each.file for each in bounces if each.hard is not each.called_gone]

    assert len(wrong) <= len(bounces) * 0.04, wrong


def test_ninety_five_of_a_hundred_recipients_are_found(bounces: list[Graded]) -> None:
    lost = [each.file for each in bounces if each.recipient not in each.reading.recipients]

    assert len(lost) <= len(bounces) * 0.05, lost


def test_no_filter_and_no_full_mailbox_of_a_carrier_is_taken_for_a_dead_address(everything: list[Graded]) -> None:
    theirs = [each for each in everything if any(name in each.recipient for name in ("docomo", *CARRIERS))]
    alive = [each for each in theirs if each.reason in {"filtered", "mailboxfull", "rejected"}]

    assert len(alive) >= 8
    assert [each.file for each in alive if each.called_gone or each.reading.counted] == []


def test_complaints_and_absences_never_count(everything: list[Graded]) -> None:
    others = [each for each in everything if each.reason in NO_BOUNCE]

    assert [each.file for each in others if each.reading.counted or each.reading.kind is Kind.BOUNCE] == []
    assert all(each.reading.kind is Kind.FEEDBACK for each in others if each.reason == "feedback")
    assert all(each.reading.kind is Kind.AUTO_REPLY for each in others if each.reason == "vacation")


def test_what_is_no_bounce_is_never_called_one() -> None:
    kinds = {name: read_mail(raw).kind for name, raw in mails("not-bounces").items()}

    assert len(kinds) >= 3
    assert Kind.BOUNCE not in kinds.values(), kinds


@pytest.mark.parametrize("envelope_from", ["taro@docomo.ne.jp", "<>"])
def test_no_report_complaint_or_absence_is_answered_whatever_the_envelope_says(envelope_from: str) -> None:
    answered = [
        name
        for name, raw in mails().items()
        if not may_be_answered(parse_mail(raw), envelope_from=envelope_from, own_domains=("mail.example.jp",))
    ]

    assert [name for name in answered if not name.startswith("not-bounces/")] == []


def test_no_mail_needs_the_fence() -> None:
    for path in sorted(GRADED.glob("*/*.eml")):
        whole = path.read_bytes()
        for raw in (whole, whole[: len(whole) // 2], whole.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")):
            read_message(Mail(parse_mail(raw)), shipped_rules())


def test_line_ends_change_nothing() -> None:
    for path in sorted(GRADED.glob("lhost-postfix/*.eml")):
        unix = path.read_bytes().replace(b"\r\n", b"\n")

        assert read_mail(unix) == read_mail(unix.replace(b"\n", b"\r\n")), path.name
