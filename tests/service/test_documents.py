"""The documents say what the code does."""

import re
from dataclasses import fields
from pathlib import Path

from foundation.settings import Settings

PROJECT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `(HANSHO_[A-Z_]+)` \| (?:`([^`]*)`|none) \|", re.MULTILINE)
FILE = re.compile(
    r"`((?:foundation|mailer|subscribers|bulletins|admin|service|templates|tests|docs)/[\w./-]+\.(?:py|toml|md|txt))`"
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
