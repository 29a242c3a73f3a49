"""Blank mails as telephones write them: each asks to be registered, and is answered."""

from itertools import islice

from bench.blank_shapes import ENTRY, shapes
from mailer.bounce_report.auto_reply import may_be_answered
from mailer.bounce_report.kind import Kind
from mailer.bounce_report.reading import read_mail
from mailer.mail_text import parse_mail

EVERY = 7  # of the shapes one; they vary fastest in what stands last


def test_a_blank_mail_of_any_shape_is_read_as_one() -> None:
    kinds = {
        read_mail(blank.raw, envelope_from=blank.sender, recipient=ENTRY).kind
        for blank in islice(shapes(), None, None, EVERY)
    }

    assert kinds == {Kind.BLANK_MAIL}


def test_a_blank_mail_of_any_shape_is_answered() -> None:
    refused = [
        blank
        for blank in islice(shapes(), None, None, EVERY)
        if may_be_answered(parse_mail(blank.raw), envelope_from=blank.sender, own_domains=("mail.example.jp",))
    ]

    assert refused == []
