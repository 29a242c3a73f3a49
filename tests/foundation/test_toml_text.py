"""What is written as TOML is read back the same by the standard library."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.toml_text import written

_KEYS = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_VALUES = st.one_of(_TEXTS, st.booleans(), st.integers(-(2**40), 2**40), st.lists(_TEXTS, max_size=4))
_TABLES = st.dictionaries(_KEYS, _VALUES, max_size=5)
_FILES = st.dictionaries(_KEYS, st.one_of(_VALUES, _TABLES, st.lists(_TABLES, min_size=1, max_size=3)), max_size=6)


@given(_FILES)
def test_whatever_is_written_reads_back_the_same(table: dict[str, object]) -> None:
    assert tomllib.loads(written(table)) == table


def test_what_is_no_text_number_truth_or_table_is_refused() -> None:
    with pytest.raises(TypeError):
        written({"a": 1.5})
