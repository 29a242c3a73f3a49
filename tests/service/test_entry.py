"""The console script, as a mail server calls it."""

import os
import sqlite3
import subprocess
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from sqlalchemy import select

from foundation.database import Database
from mailer.inbound import InboundRow
from service.commands import run
from tests.support import ready_file

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


@pytest.mark.parametrize(
    ("command", "name", "value"),
    [
        ("settings", "HANSHO_TOWN", "/nowhere.toml"),
        ("settings", "HANSHO_HOURS", "now and then"),
        ("settings", "HANSHO_CHECK_LEVELS", "no-such=warn"),
        ("serve", "HANSHO_TOWN", "/nowhere.toml"),
        ("serve", "HANSHO_CHECK_LEVELS", "no-such=warn"),
        ("serve", "HANSHO_DATA", "/dev/null/here"),
    ],
)
def test_what_only_the_assembly_finds_wrong_stops_as_every_wrong_setting_does(
    command: str,
    name: str,
    value: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("HANSHO_DATA", str(tmp_path))
    monkeypatch.setenv(name, value)

    status = run([command])

    said = capsys.readouterr()
    assert (status, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith(f"hansho: {name}: ")


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


def test_a_sender_in_octets_that_are_no_text_loses_no_mail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ready_file.make(tmp_path / "hansho.db")
    monkeypatch.setenv("HANSHO_DATA", str(tmp_path))
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(b"Subject: \n\n\xff\x00")))
    odd = os.fsdecode(b"\xe9t\xe9@example.com")

    assert run(["deliver-mail", "--sender", odd, "touroku@mail.example.jp", "Touroku@mail.example.jp"]) == 0

    with Database(f"sqlite:///{tmp_path / 'hansho.db'}").read() as session:
        kept = list(session.execute(select(InboundRow.envelope_from, InboundRow.recipient)).tuples())
    assert kept == [("?t?@example.com", "touroku@mail.example.jp")]


def test_an_older_program_says_that_the_database_is_newer_and_not_to_migrate(tmp_path: Path) -> None:
    ready_file.make(tmp_path / "hansho.db")
    with sqlite3.connect(tmp_path / "hansho.db") as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")

    done = [hansho(command, HANSHO_DATA=str(tmp_path)) for command in ("migrate", "serve")]

    assert [(each.returncode, each.stderr.count("\n")) for each in done] == [(1, 1)] * 2
    assert all("newer version of Hansho" in each.stderr for each in done)


def test_a_column_that_is_not_there_yet_asks_for_a_migration(tmp_path: Path) -> None:
    ready_file.make(tmp_path / "hansho.db")
    with sqlite3.connect(tmp_path / "hansho.db") as file:
        file.execute("ALTER TABLE bulletins RENAME COLUMN subject TO former")

    done = hansho("bulletins", "list", HANSHO_DATA=str(tmp_path))

    assert (done.returncode, done.stderr) == (1, "hansho: the database is not ready: run hansho migrate\n")


def test_a_file_that_cannot_be_written_asks_about_the_disk(tmp_path: Path) -> None:
    (tmp_path / "hansho.db").mkdir()

    done = hansho("migrate", HANSHO_DATA=str(tmp_path))

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "is the disk full, or may this user not write there?" in done.stderr


@pytest.mark.parametrize("number", ["0", "9223372036854775808", "9" * 40])
def test_a_number_that_no_row_can_have_is_told_in_one_line(number: str, tmp_path: Path) -> None:
    ready_file.make(tmp_path / "hansho.db")

    done = hansho("bulletins", "show", number, HANSHO_DATA=str(tmp_path))

    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
