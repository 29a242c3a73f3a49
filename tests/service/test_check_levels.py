"""HANSHO_CHECK_LEVELS reaches the checks, and a check that does not exist stops the start with one line."""

from pathlib import Path

from click.testing import CliRunner

from bulletins.checks.draft import Level
from foundation.setting_values import SettingInvalid
from foundation.settings import load
from service.checks import Verdict, findings
from service.commands.serve import serve
from service.home import Home
from tests.admin.morning import MORNING
from tests.support.clock import HandClock

MISSPELT = "call-konsent=warn"


def home(folder: Path, levels: str) -> Home:
    return Home(load({"HANSHO_DATA": str(folder), "HANSHO_CHECK_LEVELS": levels}), HandClock(MORNING))


def test_each_named_check_has_the_level_that_was_set(tmp_path: Path) -> None:
    levels = home(tmp_path, "call-consent=warn, place-too-fine=block").drafting.levels

    assert levels == {"call-consent": Level.WARN, "place-too-fine": Level.BLOCK}


def test_a_check_that_does_not_exist_stops_the_start_before_anything_is_said(tmp_path: Path) -> None:
    result = CliRunner().invoke(serve, obj=home(tmp_path, MISSPELT), standalone_mode=False)

    assert isinstance(result.exception, SettingInvalid)
    assert result.output == ""


def test_a_check_that_does_not_exist_is_named_with_those_that_do(tmp_path: Path) -> None:
    failed = [found.words for found in findings(home(tmp_path, MISSPELT)) if found.verdict is Verdict.FAILED]

    told = next(words for words in failed if "HANSHO_CHECK_LEVELS" in words)
    assert "call-konsent" in told
    assert "call-consent" in told
    assert "\n" not in told
