"""What `hansho serve` says when it starts."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from foundation.clock import SystemClock
from foundation.setting_values import SettingInvalid
from foundation.settings import load
from service.commands.serve import serve, where_to_look
from service.home import Home
from service.roles import RoleName

LIVE = {
    "HANSHO_MODE": "live",
    "HANSHO_SECRET": "0123456789abcdef",
    "HANSHO_RELAYS": "smtps://user:hush@relay.example.jp,smtp://10.0.0.2",
}
PRACTICE: dict[str, str] = {}
EVERY = list(RoleName)


@pytest.mark.parametrize(
    ("settings", "roles", "there", "not_there"),
    [
        (PRACTICE, EVERY, ["8000/admin/practice", "touroku@", "練習モード"], ["送信に使う"]),
        (LIVE, EVERY, ["8000/admin", "touroku@", "本番モード", "relay.example.jp:465、"], ["/practice", "hush"]),
        (LIVE, [RoleName.SEND], ["smtp://10.0.0.2:25"], ["8000", "touroku@", "hush"]),
        (LIVE, [RoleName.TIMETABLE], ["本番モード"], ["8000", "touroku@", "10.0.0.2"]),
    ],
)
def test_a_host_names_only_what_runs_there(
    settings: dict[str, str], roles: list[RoleName], there: list[str], not_there: list[str], tmp_path: Path
) -> None:
    home = Home(load({"HANSHO_DATA": str(tmp_path), **settings}), SystemClock())

    said = "\n".join(where_to_look(home, roles))

    assert [words for words in there if words not in said] == []
    assert [words for words in not_there if words in said] == []


def test_a_setting_whose_file_is_missing_stops_the_start_before_anything_is_said(tmp_path: Path) -> None:
    settings = {"HANSHO_DATA": str(tmp_path), "HANSHO_PACING": str(tmp_path / "none.toml")}

    result = CliRunner().invoke(serve, obj=Home(load(settings), SystemClock()), standalone_mode=False)

    assert isinstance(result.exception, SettingInvalid)
    assert "HANSHO_PACING" in str(result.exception)
    assert result.output == ""
