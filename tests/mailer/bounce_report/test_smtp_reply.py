"""Refusals in our own dialogue, where the phase is known."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_report.smtp_reply import Phase, is_permanent, read_reply


@pytest.mark.parametrize(
    ("code", "permanent"),
    [
        *[(250, False), (354, False), (421, False), (450, False), (452, False), (500, True), (550, True)],
        *[(551, True), (552, False), (553, True), (554, True), (599, True), (600, False)],
    ],
)
def test_permanent_or_temporary_is_one_table(code: int, *, permanent: bool) -> None:
    assert is_permanent(code) is permanent


@pytest.mark.parametrize(
    ("code", "text", "phase", "domain", "expected"),
    [
        (550, "Unknown user a@docomo.ne.jp", Phase.RCPT, "docomo.ne.jp", "gone"),
        (550, "Unknown user a@docomo.ne.jp", Phase.END_OF_DATA, "docomo.ne.jp", "filtered"),
        (552, "Too much mail data <a@docomo.ne.jp>", Phase.END_OF_DATA, "docomo.ne.jp", "full"),
        (552, "too many recipients", Phase.RCPT, "docomo.ne.jp", "blocked"),
        (500, "Line Too Long", Phase.END_OF_DATA, "docomo.ne.jp", "system"),
        (550, "<a@ezweb.ne.jp>: User unknown", Phase.RCPT, "ezweb.ne.jp", "gone"),
        (550, "<a@au.com>: User unknown", Phase.RCPT, "au.com", "gone"),
        (550, ": User unknown", Phase.END_OF_DATA, "ezweb.ne.jp", "filtered"),
        (550, "<a@au.com>: User unknown", Phase.END_OF_DATA, "AU.com", "filtered"),
        (550, "Invalid recipient: <a@i.softbank.jp>", Phase.RCPT, "i.softbank.jp", "gone"),
        (553, "mail.example.jp does not exist", Phase.MAIL, "softbank.ne.jp", "blocked"),
        (
            554,
            "delivery error: dd This user doesn't have a yahoo.co.jp account",
            Phase.END_OF_DATA,
            "yahoo.co.jp",
            "gone",
        ),
        (550, "5.1.1 The email account that you tried to reach does not exist.", Phase.RCPT, "gmail.com", "gone"),
        (452, "4.2.2 The email account that you tried to reach is over quota.", Phase.RCPT, "gmail.com", "full"),
        (550, "5.7.26 Unauthenticated email", Phase.END_OF_DATA, "gmail.com", "blocked"),
        (450, "4.1.1 User unknown", Phase.RCPT, "example.jp", "expired"),
        (421, "Try again later", Phase.CONNECT, "example.jp", "expired"),
        (554, "No thanks", Phase.GREETING, "example.jp", "blocked"),
        (550, "5.1.1 unknown user", Phase.MAIL, "example.jp", "blocked"),
        (550, "No", Phase.RCPT, "example.jp", "unknown"),
    ],
)
def test_a_reply_is_read_with_its_phase_and_domain(
    code: int, text: str, phase: Phase, domain: str, expected: str
) -> None:
    assert read_reply(code=code, text=text, phase=phase, domain=domain) == expected


@settings(max_examples=150)
@given(st.integers(100, 999), st.text(max_size=80), st.sampled_from(Phase), st.sampled_from(["docomo.ne.jp", "x.jp"]))
def test_only_a_permanent_reply_to_rcpt_or_later_can_say_that_an_address_is_gone(
    code: int, text: str, phase: Phase, domain: str
) -> None:
    found = read_reply(code=code, text=f"User unknown {text}", phase=phase, domain=domain)

    if not is_permanent(code) or phase in {Phase.CONNECT, Phase.GREETING, Phase.MAIL}:
        assert found not in {BounceClass.GONE, BounceClass.DISABLED}
