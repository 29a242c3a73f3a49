"""The table of the benchmarks."""

from bench.table import Row, table


def test_a_row_shows_its_median_and_its_ratio() -> None:
    rows = [Row("relay", (3.0, 1.0, 2.0), "ms", compared_with=4.0), Row("letters", (60_000.0,), "a second")]

    assert table(rows).splitlines() == [
        "name     median  unit      ratio",
        "relay         2  ms         0.50",
        "letters  60,000  a second",
    ]
