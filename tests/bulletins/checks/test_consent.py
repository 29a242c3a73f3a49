"""What was told by telephone waits for the caller's consent."""

from dataclasses import replace

import pytest

from bulletins.calls import Consent
from bulletins.checks.draft import Level
from bulletins.checks.rules import blocks, run_checks
from tests.bulletins.samples import plain

TEXT = "楓町の一部で停電しています。復旧の見込みはまだ分かりません。"


@pytest.mark.parametrize("consent", [Consent.NO, Consent.ASKING])
def test_a_call_without_consent_blocks(consent: Consent) -> None:
    found = run_checks(replace(plain(text=TEXT), consent=consent))

    assert [(finding.rule, finding.level) for finding in found if finding.rule == "call-consent"] == [
        ("call-consent", Level.BLOCK)
    ]
    assert not blocks(run_checks(replace(plain(text=TEXT), consent=consent), {"call-consent": Level.WARN}))


@pytest.mark.parametrize("consent", [Consent.YES, None])
def test_a_consent_and_what_is_no_call_pass(consent: Consent | None) -> None:
    assert "call-consent" not in {f.rule for f in run_checks(replace(plain(text=TEXT), consent=consent))}
