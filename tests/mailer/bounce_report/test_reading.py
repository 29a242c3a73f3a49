"""What a mail says about an address: the words and the phase together, and doubt counts for nobody."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.sample_reports import plain, postfix_report, sendmail_report
from mailer.bounce_report import reading
from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_report.kind import Kind
from mailer.bounce_report.reading import Mail, Reading, read_mail, read_message
from mailer.bounce_report.rules import shipped_rules
from mailer.mail_text import parse_mail


def unfenced(raw: bytes) -> Reading:
    return read_message(Mail(parse_mail(raw)), shipped_rules())


def test_docomo_says_unknown_user_at_rcpt_of_an_address_that_is_gone() -> None:
    found = unfenced(postfix_report("550 Unknown user hanako.s@docomo.ne.jp", command="RCPT TO"))

    assert (found.kind, found.bounce_class, found.counted) == (Kind.BOUNCE, BounceClass.GONE, True)
    assert found.recipients == ("hanako.s@docomo.ne.jp",)


def test_docomo_says_the_same_after_data_of_a_filter_which_is_never_counted() -> None:
    found = unfenced(postfix_report("550 Unknown user hanako.s@docomo.ne.jp", command="end of DATA"))

    assert (found.kind, found.bounce_class, found.counted) == (Kind.BOUNCE, BounceClass.FILTERED, False)


def test_docomo_without_a_phase_keeps_the_benefit_of_the_doubt() -> None:
    raw = postfix_report("550 Unknown user hanako.s@docomo.ne.jp").replace(b"in reply to", b"somewhere in")

    assert unfenced(raw).bounce_class is BounceClass.FILTERED


@pytest.mark.parametrize("local", ["a..b", "a.", ".a"])
def test_addresses_that_carriers_issued_are_found_in_a_report(local: str) -> None:
    found = unfenced(postfix_report("550 Unknown user", command="RCPT TO", recipient=f"{local}@docomo.ne.jp"))

    assert found.recipients == (f"{local}@docomo.ne.jp",)


@pytest.mark.parametrize(
    ("transcript", "reply", "status", "expected"),
    [
        (">>> DATA\n<<< 550 : User unknown\n554 5.0.0 Service unavailable", "550 : User unknown", "5.2.0", "filtered"),
        (
            ">>> RCPT To:<taro@ezweb.ne.jp>\n<<< 550 <taro@ezweb.ne.jp>: User unknown",
            "550 <taro@ezweb.ne.jp>: User unknown",
            "5.1.1",
            "gone",
        ),
        (
            # Pipelined: the answer to RCPT comes after DATA was said.
            ">>> DATA\n<<< 550 <taro@ezweb.ne.jp>: User unknown\n<<< 554 Error: no valid recipients",
            "550 <taro@ezweb.ne.jp>: User unknown",
            "5.1.1",
            "gone",
        ),
        (
            ">>> DATA\n<<< 550 <taro@ezweb.ne.jp>: User unknown\n554 5.0.0 Service unavailable",
            "550 <taro@ezweb.ne.jp>: User unknown",
            "5.2.0",
            "filtered",
        ),
    ],
)
def test_au_is_read_by_the_transcript_of_sendmail(transcript: str, reply: str, status: str, expected: str) -> None:
    raw = sendmail_report(
        transcript, recipient="taro@ezweb.ne.jp", host="lsean.ezweb.ne.jp", status=status, reply=reply
    )

    assert unfenced(raw).bounce_class == expected


def test_yahoo_japan_tells_a_missing_account_after_data() -> None:
    reply = "554 delivery error: dd This user doesn't have a yahoo.co.jp account (a@yahoo.co.jp) [-5]"

    found = unfenced(postfix_report(reply, recipient="a@yahoo.co.jp", host="mx1.mail.yahoo.co.jp"))

    assert (found.bounce_class, found.counted) == (BounceClass.GONE, True)


@pytest.mark.parametrize(
    ("text", "expected", "counted"),
    [
        (
            "The user(s) account is disabled.\n\n<a@ezweb.ne.jp>: 550 user unknown (in reply to RCPT TO command)",
            "disabled",
            True,
        ),
        ("The user(s) account is temporarily over quota.\n\n<a@ezweb.ne.jp>", "full", False),
        (
            "rejected by a remote\nmail server.\n>>> RCPT TO:<a@ezweb.ne.jp>\n<<< 550 <a@ezweb.ne.jp>: User unknown",
            "gone",
            True,
        ),
        ("Your message was not delivered within 0 days and 1 hours.\n\n<a@ezweb.ne.jp>", "expired", False),
    ],
)
def test_ezwebs_own_returned_mail_is_read_in_its_own_words(text: str, expected: str, *, counted: bool) -> None:
    raw = plain(text, sender="Postmaster@ezweb.ne.jp", subject="Mail System Error - Returned Mail")

    found = unfenced(raw)

    assert (found.kind, found.bounce_class, found.counted) == (Kind.BOUNCE, expected, counted)
    assert found.recipients == ("a@ezweb.ne.jp",)


def test_kddi_reports_a_full_mailbox_without_any_mark_of_a_report() -> None:
    text = "Your mail sent on: Thu, 19 Nov 2026 09:00:00 +0900\n     Could not be delivered to: <a@dion.ne.jp>\n"
    raw = plain(f"{text}     As their mailbox is full.\n", sender="no-reply@x01.dion.ne.jp", subject="", headers="")

    found = unfenced(raw)

    assert (found.kind, found.bounce_class, found.counted) == (Kind.BOUNCE, BounceClass.FULL, True)


def test_m_filter_names_the_command_under_a_heading() -> None:
    text = "以下のメールアドレスへの送信に失敗しました。\na@example.jp\n\n\n"
    text += "-------server message\n{}\n\n-------SMTP command\nDATA\n"

    bare = unfenced(plain(text.format("550 unknown user <a@example.jp>"), charset="iso-2022-jp"))
    coded = unfenced(plain(text.format("550 5.1.1 <a@example.jp>: User unknown in local table"), charset="iso-2022-jp"))

    assert (bare.bounce_class, coded.bounce_class) == (BounceClass.FILTERED, BounceClass.GONE)


def test_a_delay_warning_is_a_bounce_without_a_class_and_never_counts() -> None:
    found = unfenced(postfix_report("450 4.1.1 User unknown", command="RCPT TO", status="4.1.1", action="delayed"))

    assert (found.kind, found.bounce_class, found.delayed, found.counted) == (Kind.BOUNCE, None, True, False)


def test_what_expired_on_a_temporary_refusal_does_not_say_that_the_address_is_gone() -> None:
    found = unfenced(postfix_report("450 4.1.1 User unknown", command="RCPT TO", status="4.1.1"))

    assert (found.bounce_class, found.counted) == (BounceClass.EXPIRED, False)


def test_a_mailbox_still_full_when_the_tries_ended_counts() -> None:
    found = unfenced(postfix_report("452 4.2.2 Mailbox full", command="RCPT TO", status="4.2.2"))

    assert (found.bounce_class, found.counted) == (BounceClass.FULL, True)


def test_a_robots_notice_that_only_guesses_at_a_reason_is_no_bounce() -> None:
    notice = plain(
        "Your message was rejected and discarded.\nYou may want to wait some time (i.e. mailbox full).\n",
        sender="postmaster@example.org",
        subject="email bounce notification",
        headers="Return-Path: <>\nAuto-Submitted: auto-replied\n",
    )

    assert unfenced(notice).kind is Kind.AUTO_REPLY


def test_a_full_mailbox_without_a_word_that_the_tries_ended_does_not_count() -> None:
    found = unfenced(plain("The message could not be delivered.\nReason: mailbox full\nAddress: a@example.jp\n"))

    assert (found.bounce_class, found.counted) == (BounceClass.FULL, False)


@pytest.mark.parametrize(
    ("reply", "command", "expected"),
    [
        (
            "550 5.7.26 Unauthenticated email from example.jp is not accepted due to DMARC policy",
            "end of DATA",
            "blocked",
        ),
        ("554 5.7.1 Client host [192.0.2.9] blocked using zen.spamhaus.org", "RCPT TO", "blocked"),
        ("550 5.1.1 User unknown", "MAIL FROM", "blocked"),
        ("552 5.3.4 Message size exceeds fixed limit", "MAIL FROM", "content"),
        ("550 5.7.1 Message content rejected, UBE", "end of DATA", "content"),
        ("421 4.3.0 Temporary system problem", "end of DATA", "system"),
        ("421 4.7.0 Try again later", "RCPT TO", "expired"),
        ("550 5.1.1 The email account that you tried to reach does not exist", "RCPT TO", "gone"),
        ("550 5.2.1 The email account that you tried to reach is disabled", "RCPT TO", "disabled"),
        ("550 A reply without any sense", "RCPT TO", "unknown"),
    ],
)
def test_refusals_of_the_world_fall_into_their_class(reply: str, command: str, expected: str) -> None:
    raw = postfix_report(reply, command=command, recipient="a@example.com", host="mx.example.com")

    assert unfenced(raw).bounce_class == expected


def test_the_letter_that_is_given_back_is_no_evidence() -> None:
    text = (
        "Your mail could not be delivered.\na@example.jp\n\n--- Original message follows.\n\n550 5.1.1 User unknown\n"
    )

    assert unfenced(plain(text)).bounce_class is BounceClass.UNKNOWN


def test_a_person_who_writes_about_a_bounce_is_no_bounce() -> None:
    text = "Look what I got:\n> 550 5.1.1 <a@example.jp>: User unknown\n> Action: delivered\n"
    raw = plain(
        text, sender="taro@example.jp", subject="Re: Undelivered Mail", headers="Return-Path: <taro@example.jp>\n"
    )

    found = unfenced(raw)

    assert (found.kind, found.counted) == (Kind.OTHER, False)


def test_a_report_of_success_is_no_bounce() -> None:
    found = unfenced(postfix_report("250 2.0.0 Ok", action="relayed", status="2.0.0"))

    assert (found.kind, found.counted) == (Kind.OTHER, False)


@pytest.mark.parametrize(
    ("raw", "envelope_from", "kind"),
    [
        (b"", "a@docomo.ne.jp", Kind.BLANK_MAIL),
        (b"Received: x\r\n", "a@docomo.ne.jp", Kind.BLANK_MAIL),
        (plain("", sender="a@docomo.ne.jp", subject="", headers=""), None, Kind.BLANK_MAIL),
        (plain("", sender="a@docomo.ne.jp", subject="", headers=""), "<>", Kind.AUTO_REPLY),
        (plain("I am away.", subject="Out of office: x", sender="a@example.jp", headers=""), None, Kind.AUTO_REPLY),
        (plain("x", sender="a@example.jp", headers="Auto-Submitted: auto-replied\n"), None, Kind.AUTO_REPLY),
        (plain("x", sender="a@example.jp", headers="List-Id: <l.example.jp>\n"), None, Kind.OTHER),
        (plain("いつもありがとう", sender="a@example.jp", subject="お礼", headers=""), None, Kind.OTHER),
    ],
)
def test_other_mail_is_told_apart(raw: bytes, envelope_from: str | None, kind: Kind) -> None:
    found = read_mail(raw, envelope_from=envelope_from)

    assert (found.kind, found.bounce_class, found.counted) == (kind, None, False)


def test_whatever_is_written_to_the_entry_address_is_a_blank_mail() -> None:
    raw = plain("登録お願いします", sender="a@docomo.ne.jp", subject="登録", headers="")

    assert read_mail(raw, recipient="touroku-library@mail.example.jp").kind is Kind.BLANK_MAIL
    assert read_mail(raw, recipient="koe-token@mail.example.jp").kind is Kind.OTHER


def test_a_mail_that_breaks_the_reader_is_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: object) -> str:
        raise RecursionError

    monkeypatch.setattr(reading, "report_text", broken)

    found = read_mail(postfix_report("550 Unknown user", command="RCPT TO"))

    assert (found.kind, found.counted) == (Kind.OTHER, False)
    assert "RecursionError" in found.evidence


@settings(max_examples=100)
@given(st.binary(max_size=400))
def test_no_octets_raise_even_without_the_fence(noise: bytes) -> None:
    whole = postfix_report("550 Unknown user", command="RCPT TO")

    for raw in (noise, whole[: len(noise) * 4] + noise, whole.replace(b"550 Unknown user", noise)):
        unfenced(raw)


def test_a_mebibyte_of_empty_status_blocks_takes_no_long_time() -> None:
    head = b"Content-Type: multipart/report; boundary=B\n\n--B\nContent-Type: message/delivery-status\n\n"

    begun = process_time()
    read_mail(head + b"\n" * 1_000_000)

    assert process_time() - begun < 20, "more than a line's work a line"
