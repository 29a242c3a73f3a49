"""The phase of a refusal, in the words of many mailers."""

import pytest

from mailer.bounce_report.dialogue import answers_in, hosts_in, phase_in
from mailer.bounce_report.evidence import enhanced_status, reply_code


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("550 Unknown user a@b (in reply to end of DATA\n    command)", "end_of_data"),
        ("550 Unknown user (in reply to RCPT\n    TO command)", "rcpt"),
        ("450 x (in reply to MAIL FROM command)", "mail"),
        ("lost connection while performing the EHLO handshake", "greeting"),
        ("host mx[192.0.2.1] refused to talk to me: 554 no", "connect"),
        (">>> DATA\n<<< 550 : User unknown\n554 5.0.0 Service unavailable", "data"),
        (">>> RCPT To:<a@b.jp>\n<<< 550 no", "rcpt"),
        (">>> MAIL From:<a@b.jp>\n<<< 250 ok\n>>> RCPT To:<a@b.jp>\n<<< 550 no\n>>> QUIT", "rcpt"),
        (">>> DATA\n<<< 550 <a@b.jp>... User unknown\n<<< 503 5.0.0 Need RCPT (recipient)", "rcpt"),
        ("SMTP error from remote mail server after RCPT TO:<a@b.jp>: 550 no", "rcpt"),
        ("SMTP error from remote mail server after end of data: 550 no", "end_of_data"),
        ("192.0.2.1 does not like recipient.\nRemote host said: 550 no", "rcpt"),
        ("192.0.2.1 failed after I sent the message.\nRemote host said: 550 no", "end_of_data"),
        ("Remote host said: 550 no [RCPT_TO]", "rcpt"),
        ("mx.example.jp [192.0.2.1] did not like our final DATA:\n550 no", "end_of_data"),
        ("-------server message\n550 no\n\n-------SMTP command\nDATA", "data"),
        ("550 nothing is told", None),
    ],
)
def test_the_phase_is_read_from_folded_text_and_transcripts(text: str, phase: str | None) -> None:
    assert phase_in(text) == phase


def test_the_refusals_of_a_transcript_come_in_their_order() -> None:
    assert answers_in(">>> RCPT\n<<< 250 ok\n<<< 550 one\n <<< 451 two\n") == ("550 one", "451 two")


def test_the_hosts_that_were_talked_to_are_found() -> None:
    text = "<a@b.jp>: host mfsmax.docomo.ne.jp[192.0.2.1]\n said\n... while talking to LSEAN.ezweb.ne.jp.:"

    assert hosts_in(text) == ("mfsmax.docomo.ne.jp", "lsean.ezweb.ne.jp")


@pytest.mark.parametrize(
    ("text", "code", "status"),
    [
        ("550 5.1.1 <a@b.jp>: no", 550, "5.1.1"),
        ("550-5.7.26 long", 550, "5.7.26"),
        ("250 ok then 451 4.3.0 no", 451, "4.3.0"),
        ("554: no", 554, None),
        ("host 192.0.2.1 port 25 id 550123", None, None),
        ("Sorry. (#5.1.1)", None, "5.1.1"),
        ("sent 2.0.0 ok", None, None),
        ("version 5.1.1.2", None, None),
    ],
)
def test_codes_are_told_from_other_numbers(text: str, code: int | None, status: str | None) -> None:
    assert (reply_code(text), enhanced_status(text)) == (code, status)
