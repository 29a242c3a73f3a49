"""`hansho classify`, as the contract has it."""

import json
from pathlib import Path

from click.testing import CliRunner

from bench.sample_reports import postfix_report, two_refused
from service.commands.classify import classify


def mail(folder: Path, raw: bytes, name: str = "mail.eml") -> str:
    path = folder / name
    path.write_bytes(raw)
    return str(path)


def test_each_file_is_one_object_a_line(tmp_path: Path) -> None:
    gone = mail(tmp_path, postfix_report("550 Unknown user", command="RCPT TO"), "gone.eml")
    blank = mail(tmp_path, b"From: a@docomo.ne.jp\n\n", "blank.eml")

    result = CliRunner().invoke(classify, ["--json", gone, blank])

    first, second = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert first["file"] == gone
    assert (first["kind"], first["class"], first["counted"]) == ("bounce", "gone", True)
    assert (first["recipients"], first["status"]) == (["hanako.s@docomo.ne.jp"], "5.0.0")
    assert "Unknown user" in first["evidence"]
    assert (second["kind"], second["class"], second["counted"], second["status"]) == ("blank-mail", None, False, None)


def test_of_a_report_about_several_each_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(classify, ["--json", mail(tmp_path, two_refused())])

    [said] = [json.loads(line) for line in result.stdout.splitlines()]
    assert said["class"] == "full"
    assert [(each["recipient"], each["class"], each["counted"]) for each in said["each"]] == [
        ("a@town.test", "full", True),
        ("b@town.test", "gone", True),
    ]


def test_without_json_a_line_can_be_read_by_a_person(tmp_path: Path) -> None:
    result = CliRunner().invoke(classify, [mail(tmp_path, postfix_report("550 Unknown user"))])

    assert result.exit_code == 0
    assert "bounce · filtered · not counted · hanako.s@docomo.ne.jp" in result.stdout
    assert len(result.stdout.splitlines()) == 1


def test_a_damaged_file_never_fails(tmp_path: Path) -> None:
    damaged = [mail(tmp_path, raw, f"{n}.eml") for n, raw in enumerate([b"", b"\0\xff" * 999, b"\x1b$B" * 50])]

    result = CliRunner().invoke(classify, ["--json", *damaged])

    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == len(damaged)


def test_a_file_that_is_not_there_is_one_line_and_the_others_are_read(tmp_path: Path) -> None:
    there = mail(tmp_path, b"From: a@docomo.ne.jp\n\n")

    result = CliRunner().invoke(classify, [str(tmp_path / "none.eml"), there])

    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1
    assert "blank-mail" in result.stdout


def test_no_file_is_wrong_usage() -> None:
    assert CliRunner().invoke(classify, []).exit_code == 2
