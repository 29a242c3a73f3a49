"""The table of the benchmarks."""

from bench.table import Missing, Row, table


def test_a_row_shows_its_median_its_runs_its_target_and_whether_it_was_reached() -> None:
    rows: list[Row | Missing] = [
        Row("relay", (3.0, 1.0, 2.0), "s", at_most=4.0),
        Row("letters", (60_000.0,), "letters/s"),
        Row("ratio", (2.9, 2.0), at_least=3.0),
        Missing("far", "no proxy"),
    ]

    assert table(rows).splitlines() == [
        "figure   median  unit       runs   target  reached",
        "relay         2  s          1–3    ≤ 4     yes",
        "letters  60,000  letters/s",
        "ratio      2.45             2–2.9  ≥ 3     NO",
        "far           –                            not measured: no proxy",
    ]


def test_a_bound_is_kept_when_the_median_lies_on_it() -> None:
    assert Row("repeats", (1.0,), at_most=1.0).reached is True
    assert Row("ratio", (3.0,), at_least=3.0).reached is True
    assert Row("lost", (1.0,), at_most=0).reached is False
    assert Row("rate", (1.0,)).reached is None
