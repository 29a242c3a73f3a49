"""The rules of the house, over every file of the project."""

from collections.abc import Callable, Iterator

import pytest

from foundation.settings import load, shown
from tests.architecture import finders, tree

Finder = Callable[[str, str], Iterator[str]]

# The console script enters here, so this one holds `main`.
ENTRANCE = "service/commands/__init__.py"


def offenders(finder: Finder, files: list[tuple[str, str]]) -> list[str]:
    assert files, "there is nothing to look at, so the rule proves nothing"
    return [offence for name, text in files for offence in finder(name, text)]


def told(found: list[str]) -> str:
    return "\n" + "\n".join(found)


@pytest.mark.parametrize(
    "finder", [finders.long_file, finders.relative_imports, finders.forbidden_names], ids=lambda finder: finder.__name__
)
def test_every_python_file_keeps_to_the_house_card(finder: Finder) -> None:
    found = offenders(finder, tree.texts(tree.PACKAGES, ending=".py"))

    assert not found, told(found)


@pytest.mark.parametrize(
    "finder",
    [finders.long_functions, finders.hidden_imports, finders.missing_docstring],
    ids=lambda finder: finder.__name__,
)
def test_every_production_module_keeps_to_the_house_card(finder: Finder) -> None:
    found = offenders(finder, tree.texts(tree.PRODUCTION, ending=".py"))

    assert not found, told(found)


def test_an_init_holds_one_docstring() -> None:
    inits = [file for file in tree.texts(tree.PACKAGES, ending="/__init__.py") if file[0] != ENTRANCE]

    found = offenders(finders.furnished_init, inits)

    assert not found, told(found)


def test_migrations_are_numbered_with_one_head() -> None:
    files = [
        file
        for file in tree.texts(["migrations"], ending=".py")
        if file[0].startswith("migrations/versions/") and not file[0].endswith("__init__.py")
    ]
    if not files:
        pytest.skip("there are no migrations yet")

    found = list(finders.broken_sequence(files))

    assert not found, told(found)


def test_locked_dependencies_carry_hashes_and_no_addresses() -> None:
    locks = [file for file in tree.texts(ending=".lock") if file[0].startswith("requirements")]

    found = offenders(finders.loose_lock, locks)

    assert not found, told(found)


def test_no_file_names_a_path_of_one_machine() -> None:
    found = offenders(finders.machine_paths, tree.texts())

    assert not found, told(found)


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    files = dict(tree.texts(["foundation", "docs"]))
    if "docs/settings.md" not in files:
        pytest.skip("docs/settings.md is not written yet")
    read = set(shown(load({})))

    documented = finders.settings_named(files["docs/settings.md"])

    assert sorted(read - documented) == [], "missing in docs/settings.md"
    assert sorted(documented - read) == [], "documented, but nobody reads it"


def test_settings_are_called_by_names_that_exist() -> None:
    read = set(shown(load({})))

    found = [
        f"{name}:{number} speaks of {setting}"
        for name, text in tree.texts(tree.PRODUCTION, ending=".py")
        for number, line in enumerate(text.splitlines(), start=1)
        for setting in finders.settings_named(line) - read
    ]

    assert not found, told(found)
