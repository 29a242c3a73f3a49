"""Each shipped rule with words that meet it, and the words beside them that must not."""

import pytest

from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_report.evidence import Evidence, enhanced_status, reply_code
from mailer.bounce_report.phase import Phase
from mailer.bounce_report.rules import Rule, shipped_rules

RCPT, DATA, END = Phase.RCPT, Phase.DATA, Phase.END_OF_DATA
DOCOMO, AU, SOFTBANK, YAHOO_JAPAN, ELSEWHERE = "docomo.ne.jp", "au.com", "softbank.ne.jp", "yahoo.co.jp", "city.test"

# The rule, what was said, where in the dialogue, and the host that said it.
SAMPLES: list[tuple[str, str, Phase | None, str]] = [
    ("docomo-unknown-at-rcpt", "550 Unknown user taro@docomo.ne.jp", RCPT, DOCOMO),
    ("docomo-unknown-later", "550 Unknown user taro@docomo.ne.jp", END, DOCOMO),
    ("docomo-unknown-later", "550 Unknown user taro@docomo.ne.jp", None, DOCOMO),
    ("docomo-too-much-mail", "552 Too much mail data taro@docomo.ne.jp", RCPT, DOCOMO),
    ("docomo-too-many", "552 too many recipients", RCPT, DOCOMO),
    ("docomo-protocol", "500 Line Too Long", END, DOCOMO),
    ("au-refused-by-filter-mark", "X-SPASIGN: NG", None, AU),
    ("au-unknown-nobody", "550 : User unknown", RCPT, AU),
    ("au-unknown-after-data", "550 <taro@au.com>: User unknown", END, AU),
    ("au-unknown-at-rcpt", "550 <taro@au.com>: User unknown", RCPT, AU),
    ("au-unknown-named", "550 <taro@ezweb.ne.jp>: User unknown", None, "ezweb.ne.jp"),
    ("au-disabled", "The user(s) account is disabled.", None, "ezweb.ne.jp"),
    ("au-disabled", "The user(s) account is temporarily limited.", None, "ezweb.ne.jp"),
    ("au-filtered", "550 User unknown", None, AU),
    ("au-one-net-full", "The user(s) account is temporarily over quota", None, "ezweb.ne.jp"),
    ("au-one-net-full", "Could not be delivered: as their mailbox is full.", None, "dion.ne.jp"),
    ("au-too-late", "Your message was not delivered within 0 days and 1 hours.", None, "ezweb.ne.jp"),
    ("au-relay", "554 <taro@@au.com>: Relay access denied", RCPT, AU),
    ("softbank-recipient", "550 Invalid recipient: <taro@softbank.ne.jp>", RCPT, SOFTBANK),
    ("softbank-recipient", "550 Invalid recipient: <taro@t.vodafone.ne.jp>", RCPT, "t.vodafone.ne.jp"),
    ("softbank-our-domain", "553 mail.city.test does not exist", RCPT, SOFTBANK),
    ("i-softbank-recipient", "550 Invalid recipient: <taro@i.softbank.jp>", RCPT, "i.softbank.jp"),
    (
        "yahoo-japan-no-account",
        "554 delivery error: dd This user doesn't have a yahoo.co.jp account (taro@yahoo.co.jp) [-5]",
        END,
        YAHOO_JAPAN,
    ),
    (
        "yahoo-japan-disabled",
        "554 delivery error: dd Sorry, your message was not delivered. This account has been disabled or discontinued",
        END,
        YAHOO_JAPAN,
    ),
    ("m-filter-bare-unknown", "-server message 550 Unknown user taro@carrier.test", DATA, ELSEWHERE),
    ("resident-refuses", "550 5.7.1 message rejected by the recipient", END, ELSEWHERE),
    ("called-spam", "554 5.7.1 the letter was identified as spam", END, ELSEWHERE),
    ("gmail-rate", "450 4.2.1 The user you write to is receiving mail at a rate that is too high", RCPT, ELSEWHERE),
    ("authentication", "550 5.7.26 This mail is unauthenticated: SPF did not pass", END, ELSEWHERE),
    ("reverse-dns", "550 5.7.25 The address of the client has no PTR record", RCPT, ELSEWHERE),
    ("listed", "554 5.7.1 Service refused; client host [192.0.2.1] blocked using zen.spamhaus.org", RCPT, ELSEWHERE),
    (
        "exchange-online-no-recipient",
        "550 5.4.1 Recipient address rejected: Access denied. [X.prod.protection.outlook.com]",
        RCPT,
        ELSEWHERE,
    ),
    ("sender-refused", "550 5.1.8 Sender address rejected: Domain not found", RCPT, ELSEWHERE),
    ("google-groups", "You may learn more at https://support.google.com/a/city", None, "googlegroups.com"),
    ("relaying", "550 5.7.1 Unable to relay for taro@city.test", RCPT, ELSEWHERE),
    ("policy", "550 refused for policy reasons", END, ELSEWHERE),
    ("mailbox-full", "452 4.2.2 The mailbox is full", RCPT, ELSEWHERE),
    ("mailbox-full", "550 5.2.2 over quota", RCPT, ELSEWHERE),
    ("system-full", "452 4.3.1 Insufficient system storage", RCPT, ELSEWHERE),
    ("disabled", "525 5.7.13 The account of the user is disabled", RCPT, ELSEWHERE),
    ("too-big", "552 5.3.4 Message size exceeds fixed limit", RCPT, ELSEWHERE),
    ("spam-and-viruses", "554 5.7.1 a virus was found", END, ELSEWHERE),
    ("malformed-letter", "550 5.6.0 Lines in message were not complete: bare LF", END, ELSEWHERE),
    ("before-the-recipient", "554 5.0.0 no", Phase.MAIL, ELSEWHERE),
    ("loop", "554 5.4.6 Too many hops", END, ELSEWHERE),
    ("programme", "Command died with status 2: procmail", None, ELSEWHERE),
    ("messagelabs-unregistered", "542 taro@city.test Rejected", None, "server-1.bemta-2.messagelabs.com"),
    ("verizon-text-unknown", "550 - Requested action not taken: no such user here", None, "vtext.com"),
    ("x1-bracketed", "The following addresses had delivery errors--- taro@city.test [User unknown]", None, ELSEWHERE),
    ("unknown-after-data", "550 Unknown user taro@city.test", END, ELSEWHERE),
    ("unknown-without-proof", "550 taro@city.test... No such user", None, ELSEWHERE),
    ("unknown-against-its-code", "550 5.2.1 <taro@city.test>... User unknown", None, ELSEWHERE),
    ("unknown-by-policy", "550 5.7.1 <taro@city.test>: User unknown", RCPT, ELSEWHERE),
    ("perhaps-anything", "The account or domain may not exist, they may be blacklisted", None, ELSEWHERE),
    ("null-mx", "556 5.1.10 the domain does not accept mail (null MX)", RCPT, ELSEWHERE),
    ("host-unknown", "Host or domain name not found. Name service error for name=city.test", None, ELSEWHERE),
    ("moved", "551 5.1.6 the user has moved", RCPT, ELSEWHERE),
    ("user-unknown", "550 5.1.1 <taro@city.test>: User unknown in virtual mailbox table", RCPT, ELSEWHERE),
    ("user-unknown", "550 5.1.1 宛先が見つかりません", None, ELSEWHERE),
    ("expired", "451 4.4.1 Connection timed out", None, ELSEWHERE),
    ("system", "554 5.3.0 internal server error", END, ELSEWHERE),
]
CODES: list[tuple[str, str]] = [
    ("5.1.1", "550 5.1.3 so"),
    ("5.1.x sender", "550 5.1.7 so"),
    ("x.2.2", "452 4.2.2 so"),
    ("5.2.1", "550 5.2.1 so"),
    ("x.2.3", "552 5.2.3 so"),
    ("x.7", "550 5.7.1 so"),
    ("5.4.4", "550 5.4.4 so"),
    ("x.4", "450 4.4.2 so"),
    ("x.3", "550 5.3.5 so"),
    ("552", "552 so"),
    ("temporary", "450 so"),
    ("temporary status", "4.0.0"),
]


def evidence(text: str, phase: Phase | None = None, host: str = ELSEWHERE) -> Evidence:
    return Evidence(text, code=reply_code(text), status=enhanced_status(text), phase=phase, hosts=(host,))


def named(rule: Rule | None) -> str | None:
    return rule.name if rule else None


@pytest.mark.parametrize(("name", "text", "phase", "host"), SAMPLES)
def test_the_rule_speaks_for_words_that_mailers_say(name: str, text: str, phase: Phase | None, host: str) -> None:
    said = evidence(text, phase, host)

    found = shipped_rules().matching_report(said) or shipped_rules().matching(said)

    assert named(found) == name


@pytest.mark.parametrize(("name", "text"), CODES)
def test_the_code_speaks_where_no_words_do(name: str, text: str) -> None:
    said = evidence(text)

    assert named(shipped_rules().matching(said)) is None
    assert named(shipped_rules().matching_status(said)) == name


def test_every_shipped_rule_is_tried() -> None:
    rules = shipped_rules()

    assert {each.name for each in (*rules.by_report, *rules.by_words)} == {name for name, *_ in SAMPLES}
    assert {each.name for each in rules.by_status} == {name for name, _ in CODES}


@pytest.mark.parametrize(
    ("text", "phase", "host"),
    [
        ("550 Unknown user taro@docomo.ne.jp", END, DOCOMO),
        ("552 Too much mail data taro@docomo.ne.jp", END, DOCOMO),
        ("550 : User unknown", END, AU),
        ("550 <taro@au.com>: User unknown", END, AU),
        ("450 4.2.2 mailbox full", RCPT, AU),
        ("552 5.2.2 mailbox full", RCPT, SOFTBANK),
        ("553 mail.city.test does not exist", Phase.MAIL, SOFTBANK),
        ("550 Invalid recipient: <taro@softbank.ne.jp>", END, SOFTBANK),
        ("421 4.7.0 too many messages from your server", RCPT, SOFTBANK),
        ("550 5.7.1 refused for policy reasons", END, "ymobile.ne.jp"),
        ("554 5.7.9 Message not accepted for policy reasons", END, YAHOO_JAPAN),
        ("552 5.2.2 the mailbox of this user is over quota", RCPT, YAHOO_JAPAN),
        ("552-5.2.2 The email account that you tried to reach is over quota", RCPT, "gmail.com"),
        ("550-5.7.26 Unauthenticated email is not accepted due to domain's DMARC policy", END, "gmail.com"),
        ("550-5.7.1 Our system has detected that this message is likely unsolicited mail", END, "gmail.com"),
    ],
)
def test_no_filter_full_box_or_block_of_a_great_carrier_is_taken_for_a_dead_address(
    text: str, phase: Phase, host: str
) -> None:
    said = evidence(text, phase, host)
    rules = shipped_rules()

    found = rules.matching_report(said) or rules.matching(said) or rules.matching_status(said)

    assert found is None or found.result not in (BounceClass.GONE, BounceClass.DISABLED)
