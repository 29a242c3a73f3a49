"""What the counting sink wrote down, read again and compared with who was to get it."""

from pathlib import Path

from bench.records import Record, Taken, reconcile


def test_everybody_once_is_nothing_to_complain_of() -> None:
    taken = [Taken(1.0, "a@example.com", "<1>"), Taken(2.0, "b@example.com", "<2>")]

    found = reconcile(taken, ["a@example.com", "b@example.com"])

    assert (found.lost, found.repeats, found.strays, found.renamed) == (0, 0, 0, 0)


def test_the_lost_the_repeated_the_strays_and_the_renamed_are_told_apart() -> None:
    taken = [
        Taken(1.0, "twice@example.com", "<1>"),
        Taken(2.0, "twice@example.com", "<1>"),
        Taken(3.0, "renamed@example.com", "<2>"),
        Taken(4.0, "renamed@example.com", "<3>"),
        Taken(5.0, "stranger@example.com", "<4>"),
    ]

    found = reconcile(taken, ["twice@example.com", "renamed@example.com", "nobody@example.com"])

    assert (found.lost, found.repeats, found.strays, found.renamed) == (1, 2, 1, 1)


def test_a_record_is_read_on_from_where_it_was_and_a_half_line_waits(tmp_path: Path) -> None:
    path = tmp_path / "record"
    record = Record(path)
    nothing = record.new()
    path.write_text("1.5 a@example.com <1>\n2.5 b@exa")

    first = record.new()
    with path.open("a") as file:
        file.write("mple.com <2>\n")
    second = record.new()

    assert nothing == []
    assert first == [Taken(1.5, "a@example.com", "<1>")]
    assert second == [Taken(2.5, "b@example.com", "<2>")]
