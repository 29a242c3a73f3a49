"""The command line of the benchmarks, and the results that it keeps."""

import json
from pathlib import Path

import pytest

from bench import __main__ as command
from bench.catalogue import CATALOGUE
from bench.findings import Findings, NotMeasured
from bench.plan import Plan
from bench.table import Row


def quick(plan: Plan) -> Findings:
    return Findings([Row("quick", (2.0, 3.0, 4.0), "s", at_most=3.5)], [{"letters": plan.letters(100_000)}])


def broken(_plan: Plan) -> Findings:
    raise NotMeasured("nothing is there")


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "CATALOGUE", {"quick": quick, "broken": broken})


def test_every_benchmark_is_listed_with_what_it_measures(capsys: pytest.CaptureFixture[str]) -> None:
    status = command.main(["--list"])

    lines = capsys.readouterr().out.splitlines()
    assert status == 0
    assert [line.split()[0] for line in lines] == list(CATALOGUE)
    assert all(len(line.split()) > 3 for line in lines)


@pytest.mark.usefixtures("catalogue")
def test_what_was_found_is_printed_and_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = command.main(["quick", "--size", "0.5", "--results", str(tmp_path), "--longest", "0"])

    kept = json.loads((tmp_path / "quick.json").read_text())
    assert status == 0
    assert "quick" in capsys.readouterr().out
    assert kept["figures"] == [
        {"figure": "quick", "median": 3.0, "unit": "s", "target": "≤ 3.5", "reached": True, "values": [2.0, 3.0, 4.0]}
    ]
    assert kept["runs"] == [{"letters": 50_000}]
    assert kept["machine"]["cores"] >= 1


@pytest.mark.usefixtures("catalogue")
def test_one_that_cannot_be_measured_does_not_keep_the_others_from_it(capsys: pytest.CaptureFixture[str]) -> None:
    status = command.main(["broken", "quick", "--small", "--longest", "0"])

    printed = capsys.readouterr().out
    assert status == 1
    assert "not measured: nothing is there" in printed
    assert "3.5" in printed


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(SystemExit) as refusal:
        command.main(["nothing"])

    assert refusal.value.code == 2


def test_a_small_run_has_still_some_letters() -> None:
    assert Plan(size=0.01).letters(200_000) == 2_000
    assert Plan(size=0.01).letters(10) == 200
    assert Plan().letters(1_000_000) == 1_000_000
