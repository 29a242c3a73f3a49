"""`hansho subscribers`: what a script reads from it, and what it says when it could not."""

import json
from pathlib import Path

import pytest

from service.commands import run
from subscribers import register_imports
from subscribers.register_imports import Overtaken


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder with a service of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HANSHO_DATA", str(tmp_path / "var"))
    assert run(["migrate"]) == 0
    return tmp_path


def _list(folder: Path, text: str) -> str:
    path = folder / "list.csv"
    path.write_text(text, encoding="cp932")
    return str(path)


def test_a_list_comes_in_and_one_of_it_is_shown_stopped_and_written_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses = [
        run(["subscribers", "import", _list(folder, "address,topics\nhanako@example.jp,犯罪情報\nbad,\n"), "--json"]),
        run(["subscribers", "stop", "hanako@example.jp", "--why", "電話で依頼"]),
        run(["subscribers", "stop", "hanako@example.jp", "--why", "もう一度"]),
        run(["subscribers", "show", "HANAKO@example.jp", "--json"]),
        run(["subscribers", "export"]),
    ]

    lines = capsys.readouterr().out.splitlines()
    assert statuses == [0] * 5
    assert json.loads(lines[0])["line"] == 3
    assert (json.loads(lines[1])["added"], json.loads(lines[1])["rejected"]) == (1, 1)
    shown = json.loads(lines[4])
    assert (shown["state"], shown["reason"], shown["topics"]) == ("stopped", "staff", ["crime"])
    assert lines[5].startswith("address,topics,areas,language,state,place,registered_at")
    assert lines[6].startswith("hanako@example.jp,crime,,,stopped,,")


def test_an_unknown_address_is_an_empty_object(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = run(["subscribers", "show", "nobody@example.jp", "--json"])

    assert (status, capsys.readouterr().out) == (0, "{}\n")


def test_an_import_that_another_one_has_overtaken_says_why_it_ends(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*_: object, **__: object) -> None:
        raise Overtaken

    monkeypatch.setattr(register_imports, "move", overtaken)

    status = run(["subscribers", "import", _list(folder, "address\nhanako@example.jp\n"), "--yes"])

    assert status == 1
    assert str(Overtaken.__doc__) in capsys.readouterr().err


def test_rejected_lines_go_to_standard_error_with_their_numbers(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run(["subscribers", "import", _list(folder, "address\nbad\n"), "--dry-run"])

    assert status == 1  # not one line could be taken
    assert "2行目: メールアドレスには「@」が一つ必要です。" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["stop", "nobody@example.jp", "--why", "x"], 1),
        (["stop", "nobody@example.jp"], 2),
        (["show", "not an address"], 2),
        (["import", "missing.csv"], 2),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], expected: int
) -> None:
    status = run(["subscribers", *arguments])

    assert status == expected
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_list_without_header_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = run(["subscribers", "import", _list(folder, "hanako@example.jp\n")])

    assert status == 1
    assert "見出し" in capsys.readouterr().err
