"""Numbers to call in a text are links, and nothing else becomes one."""

import pytest
from markupsafe import Markup

from foundation.telephone_links import with_calls


@pytest.mark.parametrize("number", ["042-000-0110", "03-1234-5678", "0120-000-000", "080-1234-5678", "04992-0-0000"])
def test_a_number_is_called_by_a_touch(number: str) -> None:
    text = with_calls(f"★見かけた方は、{number} へ。電話{number}（内線2162）")

    link = f'<a class="nowrap" href="tel:{number}">{number}</a>'
    assert text == f"★見かけた方は、{link} へ。電話{link}（内線2162）"


@pytest.mark.parametrize(
    "text",
    [
        *("2026-11-27", "2026-01-02-03", "110", "0-1-2", "01-02-2026", "012345-678-9012", "1042-000-0110"),
        *("https://example.jp/042-000-0110", "a042-000-0110", "042-000-0110-1", "０４２-000-0110", "042-000-0110x"),
    ],
)
def test_what_is_no_number_of_the_telephone_stays_as_it_is(text: str) -> None:
    assert with_calls(text) == text


def test_a_strangers_markup_is_escaped_and_ours_is_kept() -> None:
    assert with_calls('<b onclick="x">042-000-0110') == (
        '&lt;b onclick=&#34;x&#34;&gt;<a class="nowrap" href="tel:042-000-0110">042-000-0110</a>'
    )
    assert with_calls(Markup("<ruby>電話<rt>でんわ</rt></ruby>")) == "<ruby>電話<rt>でんわ</rt></ruby>"
