"""Imports run down: the contracts of the pyproject, kept in the test run too."""

import subprocess
import sys

from tests.architecture import tree


def test_every_import_contract_is_kept() -> None:
    lint = "from importlinter.cli import lint_imports_command; lint_imports_command()"

    run = subprocess.run(
        [sys.executable, "-c", lint, "--no-cache"],
        cwd=tree.ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip

    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


def test_every_production_package_stands_under_the_contracts() -> None:
    tops = {name.split("/")[0] for name in tree.names() if name.endswith("/__init__.py")}

    assert tops - {"tests", "bench", "migrations"} == set(tree.PRODUCTION)
