"""The register of rules."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulletins.checks.draft import Level
from bulletins.checks.rules import RULES, UnknownRule, blocks, run_checks
from bulletins.filling import FieldsInvalid
from tests.bulletins.samples import draft, koganei, plain, printed

INVITATION = "明日、駅前の広場で防犯の催しがあります。どなたでもどうぞ。お気軽にお越しください。"


def test_every_rule_has_a_name_of_its_own() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)


def test_a_plain_invitation_is_not_blocked() -> None:
    assert not blocks(run_checks(draft("plain", {"subject": "防犯の催し", "text": INVITATION})))


@pytest.mark.parametrize("name", ["suspicious-person", "fraud-call", "weather"])
def test_the_printed_bulletins_are_not_blocked_and_only_the_first_is_at_odds_with_its_place(name: str) -> None:
    sample = printed(name)

    found = run_checks(draft(name, sample.fields, town=koganei(), category=sample.category, at=sample.at))

    assert not blocks(found)
    assert ("outside-with-own-town" in {finding.rule for finding in found}) == (name == "suspicious-person")


def test_what_blocks_comes_first() -> None:
    found = run_checks(plain(text="①〇〇さん 090-1234-5678"))

    assert [finding.level for finding in found][:2] == [Level.BLOCK, Level.WARN]


def test_the_office_may_change_a_level() -> None:
    dirty = plain(text="連絡は090-1234-5678へ")

    assert blocks(run_checks(dirty, {"phone-number": Level.BLOCK}))
    assert not blocks(run_checks(dirty))


def test_a_level_for_a_rule_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownRule, match="fone-number"):
        run_checks(plain(), {"fone-number": Level.BLOCK})


@settings(max_examples=40)
@given(st.text(min_size=1, max_size=80))
def test_no_text_makes_a_check_fail(text: str) -> None:
    try:
        odd = draft("plain", {"subject": "お知らせ", "text": text}, category="市内－身近な犯罪－その他")
    except FieldsInvalid:
        return

    found = run_checks(odd)

    assert all(finding.message.endswith("。") or "：" in finding.message for finding in found)
