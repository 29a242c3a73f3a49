"""HANSHO_CHECK_LEVELS reaches the checks, and a check that does not exist stops the start with one line."""

import pytest

from bulletins.checks.draft import Level
from foundation.setting_values import SettingInvalid
from foundation.settings import load
from service.home import Home
from tests.admin.conftest import MORNING
from tests.support.clock import HandClock


def home(levels: str) -> Home:
    return Home(load({"HANSHO_CHECK_LEVELS": levels}), HandClock(MORNING))


def test_each_named_check_has_the_level_that_was_set() -> None:
    levels = home("call-consent=warn, place-too-fine=block").drafting.levels

    assert levels == {"call-consent": Level.WARN, "place-too-fine": Level.BLOCK}


def test_a_check_that_does_not_exist_is_named_with_those_that_do() -> None:
    with pytest.raises(SettingInvalid) as problem:
        _ = home("call-konsent=warn").drafting

    told = str(problem.value)
    assert "HANSHO_CHECK_LEVELS" in told
    assert "call-konsent" in told
    assert "call-consent" in told
    assert "\n" not in told
