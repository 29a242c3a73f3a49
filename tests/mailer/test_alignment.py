"""Whether From can align with the domain that mail is checked by."""

import pytest

from mailer.alignment import may_align


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mail.example.jp", "mail.example.jp"),
        ("city.example.lg.jp", "mail.city.example.lg.jp"),
        ("Mail.Example.JP", "example.jp"),
    ],
)
def test_a_domain_aligns_with_itself_and_with_what_lies_under_it(one: str, other: str) -> None:
    assert may_align(one, other)
    assert may_align(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("city.example.lg.jp", "example.co.jp"),
        ("notexample.jp", "example.jp"),
        ("a.lg.jp", "b.lg.jp"),
        ("a.example.jp", "b.example.jp"),  # perhaps sisters of one house, perhaps two cities under one suffix
    ],
)
def test_strangers_and_sisters_do_not(one: str, other: str) -> None:
    assert not may_align(one, other)
    assert not may_align(other, one)
