"""Every note that sets a mail aside has plain words for staff; what is not known has some, too."""

import pytest

from admin.residents.inbound_words import inbound_words
from mailer.bounce_report.auto_reply import Refusal


@pytest.mark.parametrize(
    ("note", "said", "again"),
    [
        ("postmaster: to be read by a person", "postmaster・abuse あてのメールです。", False),
        ("feedback: to be read by a person", "苦情を受けるアドレス", False),
        ("the reader failed: RecursionError", "内容を読み取れませんでした。", True),
        ("a notice of Amazon SES: delivery", "Amazon SES", True),
        ("ZeroDivisionError", "予期しない不具合", True),
        ("AddressInvalid", "予期しない不具合", True),
        ("a report that is not understood", "読み取れませんでした。", True),
        ("550 5.1.1 something nobody has seen before", "読み取れませんでした。", True),
        (str(Refusal.DAEMON), "読み取れませんでした。", True),
        ("", "理由の記録がありません。", True),
        (None, "理由の記録がありません。", True),
    ],
)
def test_a_note_is_told_in_plain_words(note: str | None, said: str, again: bool) -> None:  # noqa: FBT001
    why = inbound_words(note)

    assert said in why.reason
    assert why.advice.endswith("。")
    assert why.again is again
