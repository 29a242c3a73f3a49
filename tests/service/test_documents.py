"""The documents say what the code does."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from foundation.settings import Settings
from tests.architecture import tree

PROJECT = Path(__file__).parents[2]
CODE = re.compile(r"`([^`]+)`")
ROW = re.compile(r"^\| `(HANSHO_[A-Z_]+)` \| (?:`([^`]*)`|none) \|", re.MULTILINE)
FILE = re.compile(
    r"`((?:foundation|mailer|subscribers|bulletins|liaisons|admin|service|migrations|bench|templates|tests|docs)/[\w./-]+\.(?:py|toml|md|txt))`"
)


def test_settings_md_gives_every_setting_its_own_default() -> None:
    documented = dict(ROW.findall((PROJECT / "docs" / "settings.md").read_text(encoding="utf-8")))

    assert documented == {f.metadata["name"]: f.metadata["default"] for f in fields(Settings)}


def test_every_file_that_a_document_names_exists() -> None:
    documents = [PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")]

    missing = [
        f"{document.name}: {name}"
        for document in documents
        for name in FILE.findall(document.read_text(encoding="utf-8"))
        if not (PROJECT / name).exists()
    ]

    assert missing == []


def test_the_flow_of_a_message_is_read_in_one_go() -> None:
    assert len((PROJECT / "docs" / "flow.md").read_text(encoding="utf-8").splitlines()) <= 80


def test_what_is_printed_for_postfix_is_what_the_tests_run_it_with() -> None:
    printed = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    files = sorted((PROJECT / "docs" / "postfix").iterdir())

    assert [file.name for file in files] == ["main.cf", "master.cf", "transport"]
    assert [file.name for file in files if f"```\n{file.read_text(encoding='utf-8')}```" not in printed] == []


def test_every_line_of_the_log_is_told_to_who_reads_it() -> None:
    printed = (PROJECT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = printed[printed.index("## What the log lines mean") : printed.index("## Backup")]
    told = [_pattern(line) for line in CODE.findall(section)]

    untold = [f"{name}: {line}" for name, line in _logged() if not any(each.match(line) for each in told)]

    assert told
    assert untold == []


def _pattern(told: str) -> re.Pattern[str]:
    """`relay R is left out: …`: a word in capitals or a number stands for a value, dots for whatever follows."""
    return re.compile(re.sub(r"…|\b(?:[A-Z]+|\d+)\b", ".+", re.escape(told)))


def _logged() -> Iterator[tuple[str, str]]:
    for name, text in tree.texts(tree.PRODUCTION, ending=".py"):
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.Call(ast.Attribute(ast.Name("log")), [ast.Constant(str(line)), *_]):
                    yield name, line
