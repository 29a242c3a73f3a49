"""The verdict: what each answer means for the letter, or for the relay, as a table."""

import pytest

from mailer.bounce_report.phase import Phase
from mailer.courier import Deferred, Refused
from mailer.relay_verdict import Answer, Fault, Trouble, heard, is_over, lost, without_addresses

FIRST, KEPT = True, False


def verdict(phase: Phase, code: int, text: str = "x", *, is_first: bool = True) -> object:
    found = heard(Answer(phase, code, text, is_first), "example.jp")
    return found.fault if isinstance(found, Trouble) else type(found)


@pytest.mark.parametrize(
    ("code", "first", "kept"),
    [
        (421, Fault.TOO_MUCH, Fault.LOST),
        (450, Fault.TOO_MUCH, Fault.TOO_MUCH),
        (452, Fault.TOO_MUCH, Fault.TOO_MUCH),
        (503, Fault.SENDER_REFUSED, Fault.LOST),
        (530, Fault.SENDER_REFUSED, Fault.SENDER_REFUSED),
        (535, Fault.SENDER_REFUSED, Fault.SENDER_REFUSED),
        (550, Fault.SENDER_REFUSED, Fault.SENDER_REFUSED),
        (552, Fault.SENDER_REFUSED, Fault.SENDER_REFUSED),
        (553, Fault.SENDER_REFUSED, Fault.SENDER_REFUSED),
        (0, Fault.LOST, Fault.LOST),
        (354, Fault.LOST, Fault.LOST),
    ],
)
def test_what_is_said_to_mail_is_said_to_us(code: int, first: Fault, kept: Fault) -> None:
    assert verdict(Phase.MAIL, code, is_first=FIRST) is first
    assert verdict(Phase.MAIL, code, is_first=KEPT) is kept


@pytest.mark.parametrize("phase", [Phase.RCPT, Phase.DATA, Phase.END_OF_DATA])
@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        (421, Deferred),
        (450, Deferred),
        (451, Deferred),
        (452, Deferred),
        (552, Deferred),
        (550, Refused),
        (554, Refused),
        (530, Fault.SENDER_REFUSED),
        (535, Fault.SENDER_REFUSED),
        (538, Fault.SENDER_REFUSED),
        (503, Fault.SENDER_REFUSED),
    ],
)
def test_what_is_said_later_is_said_of_the_letter_unless_it_wants_a_sign_in(
    phase: Phase, code: int, meaning: object
) -> None:
    assert verdict(phase, code) is meaning


@pytest.mark.parametrize(
    ("phase", "first", "kept"),
    [
        (Phase.MAIL, Trouble, Trouble),
        (Phase.RCPT, Deferred, Trouble),
        (Phase.DATA, Deferred, Trouble),
        (Phase.END_OF_DATA, Deferred, Deferred),
    ],
)
def test_a_lost_connection_puts_off_only_what_may_have_arrived_or_broke_a_new_one(
    phase: Phase, first: type, kept: type
) -> None:
    assert isinstance(lost(phase, "gone", is_first=FIRST), first)
    assert isinstance(lost(phase, "gone", is_first=KEPT), kept)


@pytest.mark.parametrize(("phase", "may_have"), [(Phase.RCPT, False), (Phase.DATA, False), (Phase.END_OF_DATA, True)])
def test_only_what_was_lost_after_its_content_may_have_arrived(phase: Phase, *, may_have: bool) -> None:
    assert lost(phase, "gone", is_first=FIRST) == Deferred("gone", unanswered=may_have)


def test_the_connection_is_over_after_421_and_after_what_is_no_answer() -> None:
    assert [is_over(code) for code in (421, 0, 199, 354, 600)] == [True] * 5
    assert [is_over(code) for code in (450, 550, 552)] == [False] * 3


@pytest.mark.parametrize(
    "text",
    ["<b-token@mail.example.jp>: refused", "a@b", "mail from b-token@mail.example.jp,a.b+c@docomo.ne.jp refused"],
)
def test_no_address_is_told(text: str) -> None:
    assert "@" not in without_addresses(text)
