"""The keyboard that the promises of the console without a mouse rest on."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.keyboard import Keyboard

pytestmark = pytest.mark.browser

PAGE = """<style>:focus-visible { outline: 4px solid black }</style>
<a href="#x">一つめ</a> <label>名前 <input value="前"></label> <textarea aria-label="文章"></textarea>
<select aria-label="種類"><option>甲</option><option>乙</option><option>丙</option></select>
<button onclick="document.title = 'pressed'">送る</button>"""


@pytest.fixture
def keys(browser: Browser) -> Iterator[Keyboard]:
    context = browser.new_context()
    page = context.new_page()
    page.set_content(PAGE)
    yield Keyboard(page)
    context.close()


def test_tab_goes_on_to_the_name_and_each_press_counts(keys: Keyboard) -> None:
    keys.write("名前", "後")
    keys.to("種類", "combobox")
    keys.choose("丙")
    keys.enter("送る", "button")

    assert keys.stops == 5
    assert keys.page.locator("input").input_value() == "後"
    assert keys.page.locator("select").input_value() == "丙"
    assert keys.page.title() == "pressed"


def test_back_goes_the_other_way(keys: Keyboard) -> None:
    keys.to("送る")
    keys.to("名前", back=True)

    assert keys.focus().value == "前"


def test_what_is_pasted_is_told_to_the_page_and_stands_there_as_it_was(keys: Keyboard) -> None:
    keys.page.evaluate("document.querySelector('textarea').onpaste = () => { document.title = 'pasted' }")
    keys.to("文章")

    keys.paste("一行め <b>&amp;\n二行め")

    assert keys.page.locator("textarea").input_value().strip() == "一行め <b>&amp;\n二行め"
    assert keys.page.title() == "pasted"


def test_what_cannot_be_reached_is_told_with_all_that_was_passed(keys: Keyboard) -> None:
    with pytest.raises(AssertionError, match=r"no button '消す' within 3 presses of Tab: .*一つめ.*名前.*文章"):
        keys.to("消す", "button", most=3)


def test_another_thing_of_the_same_name_is_passed_by(keys: Keyboard) -> None:
    with pytest.raises(AssertionError, match="no link '送る'"):
        keys.to("送る", "link", most=7)


def test_a_value_that_the_list_does_not_have_is_told(keys: Keyboard) -> None:
    keys.to("種類")

    with pytest.raises(AssertionError, match="no '丁' in the list"):
        keys.choose("丁", most=4)


@pytest.mark.parametrize(
    ("style", "why"),
    [
        ("button:focus { outline: none }", "cannot be seen"),
        ("button:focus { outline-width: 1px }", "cannot be seen"),
        ("body::after { content: ''; position: fixed; inset: 0; background: white }", "is hidden behind something"),
        ("button:focus { position: fixed; left: -99rem }", "is hidden behind something"),
    ],
)
def test_a_focus_that_nobody_sees_fails(keys: Keyboard, style: str, why: str) -> None:
    keys.page.add_style_tag(content=style)

    with pytest.raises(AssertionError, match=why):
        keys.to("送る")
