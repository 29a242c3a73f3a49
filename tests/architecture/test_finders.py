"""The finders find: each is shown something bad and something good."""

from pathlib import Path

import pytest

from tests.architecture import finders, tree

GOOD = '"""A room."""\n\nimport os\nfrom mailer import retry\n\n\ndef go() -> None:\n    os.getcwd()\n'
DOCUMENTED = "def go():\n" + '    """One.\n' + "    word\n" * 60 + '    """\n' + "    x = 1\n" * 39


def function_of(lines: int) -> str:
    return "class Room:\n    async def go(self):\n" + "        x = 1\n" * (lines - 1)


def test_a_file_of_301_lines_is_too_long() -> None:
    assert list(finders.long_file("a.py", "x = 1\n" * 300)) == []
    assert list(finders.long_file("a.py", "x = 1\n" * 301)) == ["a.py:301 has 301 lines, at most 300"]


def test_a_function_of_41_lines_is_too_long_and_its_docstring_is_free() -> None:
    assert list(finders.long_functions("a.py", function_of(40))) == []
    assert list(finders.long_functions("a.py", DOCUMENTED)) == []
    assert list(finders.long_functions("a.py", function_of(41))) == ["a.py:2 go() has 41 lines, at most 40"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("def go():\n    import os\n", 2),
        ("async def go():\n    if True:\n        from os import path\n", 3),
        ("class A:\n    def go(self):\n        import os\n", 3),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import os\n", 3),
        ("import typing\nif typing.TYPE_CHECKING:\n    import os\n", 3),
        ("from typing import TYPE_CHECKING\nif not TYPE_CHECKING:\n    pass\nelse:\n    import os\n", 5),
    ],
)
def test_a_hidden_import_is_found(text: str, line: int) -> None:
    assert list(finders.hidden_imports("a.py", text)) == [f"a.py:{line} imports where no one sees it"]


def test_an_open_import_is_no_hidden_one() -> None:
    assert list(finders.hidden_imports("a.py", GOOD)) == []
    assert list(finders.relative_imports("a.py", GOOD)) == []


@pytest.mark.parametrize("text", ["from . import x\n", "from .. import x\n", "from .room import x\n"])
def test_a_relative_import_is_found(text: str) -> None:
    assert list(finders.relative_imports("a.py", text)) == ["a.py:1 imports relatively"]


@pytest.mark.parametrize(
    "name", ["admin/utils.py", "mailer/helpers/x.py", "core/x.py", "tests/common.py", "a/views.py"]
)
def test_a_name_that_attracts_everything_is_found(name: str) -> None:
    assert len(list(finders.forbidden_names(name, ""))) == 1


def test_a_name_of_the_trade_is_fine() -> None:
    assert list(finders.forbidden_names("service/common_law.py", "")) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"""A room."""\n', []),
        ('"""A room."""\n\nfrom mailer import retry\n', ["a:3 holds more than a docstring"]),
        (
            '"""A room."""\n\n__all__ = []\nx = 1\n',
            ["a:3 holds more than a docstring", "a:4 holds more than a docstring"],
        ),
        ("", ["a:1 has no docstring"]),
        ("import os\n", ["a:1 has no docstring", "a:1 holds more than a docstring"]),
    ],
)
def test_a_furnished_init_is_found(text: str, found: list[str]) -> None:
    assert list(finders.furnished_init("a", text)) == found


def test_a_module_without_a_docstring_is_found() -> None:
    assert list(finders.missing_docstring("a.py", GOOD)) == []
    assert list(finders.missing_docstring("a.py", "# A room.\nx = 1\n")) == ["a.py:1 has no docstring"]
    assert list(finders.missing_docstring("a.py", '"""  """\n')) == ["a.py:1 has no docstring"]


@pytest.mark.parametrize("top", ["work", "home", "root"])
def test_a_path_of_one_machine_is_found(top: str) -> None:
    text = f"x\nsee (/{top}/notes)\nhttps://example.jp/{top}/ and ../{top}/ are fine\n"

    assert list(finders.machine_paths("a.md", text)) == ["a.md:2 names a path of one machine"]


def test_a_loose_lock_is_found() -> None:
    good = "# by hand\nhttpx==0.28.1 \\\n    --hash=sha256:a \\\n    --hash=sha256:b\n\nq[png]==8.2 --hash=sha256:c\n"
    bad = "--index-url http://127.0.0.1/\nclick==8.3.0\nfastapi>=0.1 \\\n    --hash=sha256:aa\n"

    assert list(finders.loose_lock("l", good)) == []
    assert list(finders.loose_lock("l", bad)) == [
        "l:1 holds an address", "l:1 is not pinned", "l:1 has no hash", "l:2 has no hash", "l:3 is not pinned"
    ]  # fmt: skip


def migration(revision: str, before: str | None) -> str:
    return f'"""A step."""\n\nrevision: str = "{revision}"\ndown_revision = {before!r}\n'


def test_migrations_in_a_line_are_fine() -> None:
    files = [("v/0002_b.py", migration("0002", "0001")), ("v/0001_a.py", migration("0001", None))]

    assert list(finders.broken_sequence(files)) == []


@pytest.mark.parametrize(
    "files",
    [
        [("v/0002_a.py", migration("0002", None))],
        [("v/0001_a.py", migration("0001", None)), ("v/0003_b.py", migration("0003", "0001"))],
        [("v/0001_a.py", migration("0001", None)), ("v/0001_b.py", migration("0002", "0001"))],
        [("v/0001_a.py", migration("0001", None)), ("v/0002_b.py", migration("0002", None))],
        [("v/0001_a.py", migration("0001", "0000"))],
        [("v/first.py", migration("0001", None))],
        [("v/0001_a.py", "x = 1\n")],
    ],
)
def test_a_broken_line_of_migrations_is_found(files: list[tuple[str, str]]) -> None:
    assert len(list(finders.broken_sequence(files))) == 1


def test_settings_are_found_whole() -> None:
    text = "`HANSHO_MODE`, HANSHO_HOURS_GRACE=60m; hansho_mode XHANSHO_DATA HANSHO_"

    assert finders.settings_named(text) == {"HANSHO_MODE", "HANSHO_HOURS_GRACE"}


def test_the_tree_holds_this_file_and_no_environment() -> None:
    listed = tree.names()

    assert Path(__file__).relative_to(tree.ROOT).as_posix() in listed
    assert not [name for name in listed if name.startswith((".venv/", "var/"))]


def test_without_git_the_tree_is_walked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    listed = tree.names.__wrapped__()

    assert Path(__file__).relative_to(tree.ROOT).as_posix() in listed
    assert not [name for name in listed if "__pycache__" in name or name.startswith(".venv/")]
