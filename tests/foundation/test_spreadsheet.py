"""A file for a spreadsheet is read back as it was written, and carries nothing out."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.spreadsheet import as_csv, harmless


def read_back(octets: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(octets.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "　=1", "＝1+1", "＠SUM(A1)", '=HYPERLINK("x")'],
)
def test_a_text_that_would_be_a_formula_is_read_as_a_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["令和元年度", "1-1", "a=b", "", "【訓練】=", 0, 12_300, None])
def test_everything_else_stays_as_it_is(cell: str | int | None) -> None:
    assert harmless(cell) == cell


def test_excel_knows_it_by_its_mark_and_by_its_line_ends() -> None:
    octets = as_csv([("件名", "対象"), ("台風", 12), ('「"」、改\n行', None)])

    assert octets == '\ufeff件名,対象\r\n台風,12\r\n"「""」、改\n行",\r\n'.encode()


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2), min_size=1))
def test_no_cell_that_comes_back_begins_a_formula(rows: list[list[str]]) -> None:
    for row, written in zip(read_back(as_csv(rows)), rows, strict=True):
        assert [cell.removeprefix("'") for cell in row] == [cell.removeprefix("'") for cell in written]
        assert not any(cell.lstrip().startswith(tuple("=+-@")) for cell in row)
