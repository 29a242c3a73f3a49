"""Mails broken in every way; and each way that once broke or stopped the reader, by its name."""

from time import process_time

import pytest

from bench.mutations import SLOWEST_SECONDS, Found, again, hunt, unstorable
from bench.sample_reports import plain, postfix_report
from mailer.bounce_report.auto_reply import may_be_answered
from mailer.bounce_report.kind import Kind
from mailer.bounce_report.reading import LONGEST_READ, Mail, Reading, read_message
from mailer.bounce_report.rules import shipped_rules
from mailer.mail_text import body_text, parse_mail

PIECES = 4  # of 500 mails
SLOW_MACHINE = 4
REPORT = postfix_report("550 Unknown user hanako.s@docomo.ne.jp", command="RCPT TO")
BODY = b"This is the mail system at host mail.example.jp.\r\n"


def unfenced(raw: bytes) -> Reading:
    """As the post-room reads it; raises what is raised, and fails when it takes long."""
    begun = process_time()
    message = parse_mail(raw[:LONGEST_READ])
    reading = read_message(Mail(message), shipped_rules())
    may_be_answered(message, envelope_from="taro@docomo.ne.jp", own_domains=("mail.example.jp",))
    assert process_time() - begun < SLOWEST_SECONDS * SLOW_MACHINE
    assert unstorable(reading) is None
    return reading


def test_two_thousand_broken_mails_are_read_in_time_and_can_be_stored() -> None:
    found = Found()

    for piece in range(PIECES):
        found.add(hunt(piece))

    assert found.read == 2000
    assert (found.raised, found.unstorable) == ([], [])
    assert found.slowest < SLOWEST_SECONDS * SLOW_MACHINE, found.slowest_at


def test_a_broken_mail_can_be_made_again_from_its_place() -> None:
    assert again("3/17") == again("3/17") != again("3/18")


@pytest.mark.parametrize("text", ["a\x00b", "a\ud800b"])
def test_what_cannot_be_stored_is_noticed(text: str) -> None:
    assert unstorable(Reading(Kind.OTHER, evidence=text)) == text


@pytest.mark.parametrize("charset", ["idna", "undefined", "punycode", "unicode_escape", "zlib", "mbcs"])
def test_a_codec_that_raises_does_not_keep_a_report_from_being_read(charset: str) -> None:
    raw = REPORT.replace(b"us-ascii", charset.encode()).replace(BODY, BODY + b"\xad\xff\\x" + b"\r\n")

    assert unfenced(raw).bounce_class == "gone"


@pytest.mark.parametrize("charset", ["idna", "undefined", "punycode"])
def test_a_blank_mail_in_a_codec_that_raises_may_be_answered(charset: str) -> None:
    message = parse_mail(b"Content-Type: text/plain; charset=" + charset.encode() + b"\r\n\r\n\xe3\x81\xad\r\n")

    assert may_be_answered(message, envelope_from="taro@docomo.ne.jp", own_domains=()) is None
    assert body_text(message) == "ね"


@pytest.mark.parametrize("piece", ["a.", "a-", "1.", "host a.", "mx.example.jp ", "mx.example.jp[1", "[::"])
def test_host_names_without_end_cost_no_more_than_they_are_long(piece: str) -> None:
    assert unfenced(plain("could not be delivered\n" + piece * (19_000 // len(piece)))).kind is Kind.BOUNCE


@pytest.mark.parametrize("piece", [b"--B\r\n", b"\r\n--B\r\nContent-Type: message/rfc822\r\n\r\n"])
def test_a_mail_in_thousands_of_parts_is_read_as_one_text(piece: bytes) -> None:
    unfenced(REPORT.replace(BODY, BODY + piece * (LONGEST_READ // len(piece))))


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r"])
def test_a_status_in_thousands_of_blocks_is_read_as_one_text(end: bytes) -> None:
    blank = end * LONGEST_READ

    unfenced(REPORT.replace(b"Reporting-MTA", blank + b"Reporting-MTA"))


@pytest.mark.parametrize("piece", [b";", b"; a=b", b";\r\n a=b", b"; a*0*=b"])
def test_a_type_with_thousands_of_parameters_is_cut(piece: bytes) -> None:
    raw = REPORT.replace(b"; charset=us-ascii", piece * (100_000 // len(piece)))

    assert unfenced(raw).kind is Kind.BOUNCE


def test_a_reason_without_end_is_cut() -> None:
    unfenced(REPORT.replace(b"smtp; 550", b"smtp; 550 " + b"not " * 30_000))
    unfenced(b"X-SPASIGN: " + b"NG " * 40_000 + b"\r\n" + REPORT)


@pytest.mark.parametrize("piece", [b"a: b\r\n", b"To: a@b.jp\r\n", b"Received: x\r\n"])
def test_a_head_without_end_is_read_in_time(piece: bytes) -> None:
    unfenced(piece * (LONGEST_READ // len(piece)))


def test_a_japanese_mail_of_empty_lines_is_read_in_time() -> None:
    raw = plain("宛先不明\n" + "\n" * 60_000, charset="iso-2022-jp").replace(b"\n", b"\r\n")

    assert unfenced(raw).kind is Kind.BOUNCE
