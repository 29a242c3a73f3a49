"""The console script, as a mail server calls it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def hansho(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HANSHO_")}
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments],
        env={**kept, **environment},
        cwd=ROOT,
        input="",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_wrong_setting_is_one_line_and_status_2() -> None:
    done = hansho("settings", HANSHO_HOLD="a while")

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "HANSHO_HOLD" in done.stderr


def test_an_unknown_setting_is_told_by_its_name() -> None:
    done = hansho("settings", HANSHO_HOLDD="60")

    assert done.returncode == 2
    assert "HANSHO_HOLDD" in done.stderr


@pytest.mark.parametrize("setting", [{"HANSHO_HOLD": "a while"}, {"HANSHO_TOWN": "/nowhere.toml"}])
def test_whatever_is_wrong_on_our_side_a_mail_server_keeps_its_mail(setting: dict[str, str], tmp_path: Path) -> None:
    done = hansho(
        "deliver-mail", "--sender", "a@example.com", "touroku@mail.example.jp", HANSHO_DATA=str(tmp_path), **setting
    )

    assert done.returncode == 75


def test_a_module_missing_in_the_middle_of_an_upgrade_keeps_the_mail_too(tmp_path: Path) -> None:
    (tmp_path / "dotenv.py").write_text("raise ImportError('half installed')\n")

    done = hansho("deliver-mail", "--sender", "a@example.com", "touroku@mail.example.jp", PYTHONPATH=str(tmp_path))

    assert done.returncode == 75
    assert "Traceback" not in done.stderr


def test_errors_of_usage_are_one_line_and_status_2() -> None:
    done = hansho("no-such-command")

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
