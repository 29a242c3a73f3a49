"""From the police's text to a submitted bulletin in a real browser, with every action counted."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.desk import MORNING_OF_SAMPLE_1, drafters_window, submitted
from tests.bulletins.police_text.reading_of import texts
from tests.support.clock import HandClock
from tests.support.counted_page import CountedPage
from tests.support.house import House

pytestmark = pytest.mark.browser

SAMPLE = str(texts()["sample-1-approach"]["text"])
# The same with the names of the service's own town, so that its category 市外 is at odds with its place.
OURS = SAMPLE.replace("小金井市本町", "こもれび市水車町").replace("小金井", "こもれび")
FIXED = "市内－子どもの安全－その他"
MOST_ACTIONS = 12


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("pasting")
    clock = HandClock(MORNING_OF_SAMPLE_1)
    with House(folder / "var", f"sqlite:///{folder / 'hansho.db'}", clock) as house:
        yield house


@pytest.fixture(params=[True, False], ids=["with-javascript", "without-javascript"])
def window(browser: Browser, house: House, request: pytest.FixtureRequest) -> Iterator[tuple[Page, bool]]:
    with drafters_window(browser, house, script=request.param) as page:
        yield page, request.param


def read(counted: CountedPage, text: str, *, script: bool) -> None:
    """With a script the pasting alone is enough."""
    page = counted.page
    counted.open("/admin/write")
    counted.paste(page.get_by_label("警察などの文章を貼り付ける"), text) if script else counted.fill(
        page.get_by_label("警察などの文章を貼り付ける"), text
    )
    if not script:
        counted.click(page.get_by_role("button", name="読み取って欄に入れる"))
    expect(page.locator("h1")).to_contain_text("不審者・声かけ")


def test_the_first_printed_bulletin_is_submitted_within_twelve_actions_and_its_odd_category_mended(
    window: tuple[Page, bool],
) -> None:
    page, script = window
    counted = CountedPage(page)

    read(counted, OURS, script=script)
    expect(page.locator("#preview")).to_contain_text("配信内容は「市外」ですが")
    counted.choose(page.get_by_label("配信内容"), FIXED)
    if script:
        expect(page.locator("#preview")).not_to_contain_text("配信内容は「市外」ですが")
    told = submitted(counted)

    assert counted.actions <= MOST_ACTIONS, counted.done
    assert counted.actions == (4 if script else 5)
    assert FIXED in told
    for line in OURS.strip().splitlines()[4:-3]:
        assert line.strip() in told


def test_the_text_as_it_was_printed_is_submitted_within_twelve_actions(window: tuple[Page, bool]) -> None:
    page, script = window
    counted = CountedPage(page)

    read(counted, SAMPLE, script=script)
    told = submitted(counted)

    assert counted.actions <= MOST_ACTIONS, counted.done
    assert counted.actions == (3 if script else 4)
    assert (
        "6月5日(火)、午前7時50分ごろ、小金井市本町1丁目の路上で、児童(女)が登校途中、男に声をかけられました。" in told
    )
    assert "市外－子どもの安全－その他" in told


def test_a_mark_stands_until_its_field_is_touched_and_does_not_come_back(browser: Browser, house: House) -> None:
    with drafters_window(browser, house) as page:
        counted = CountedPage(page)
        read(counted, OURS, script=True)
        marked = page.locator(".from-paste:has([name=field-victim])")
        expect(marked).to_contain_text("貼り付けから")
        others = page.locator(".from-paste").count()

        page.locator("[name=field-victim]").press("End")
        page.locator("[name=field-victim]").press_sequentially("。")
        page.locator("[name=field-victim]").press("Backspace")
        expect(marked).to_have_count(0)
        page.get_by_role("button", name="プレビューを更新").last.click()

        expect(page.locator("[name=field-victim]")).to_have_value("児童(女)")
        expect(page.locator(".from-paste")).to_have_count(others - 1)


def test_another_kind_is_one_press_away_and_reads_the_same_text_anew(window: tuple[Page, bool]) -> None:
    page, script = window
    counted = CountedPage(page)
    read(counted, OURS, script=script)

    counted.click(page.get_by_role("button", name=re.compile("身近な犯罪")))

    expect(page.locator("h1")).to_contain_text("身近な犯罪")
    expect(page.locator("[name=field-event]")).to_have_value("児童(女)が登校途中、男に声をかけられました")
    expect(page.locator(".pasted__text")).to_contain_text("自分は、かっこいい？")


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_filled_form_fits_the_window(browser: Browser, house: House, width: int) -> None:
    with drafters_window(browser, house) as page:
        page.set_viewport_size({"width": width, "height": 800})
        read(CountedPage(page), OURS, script=True)

        assert page.evaluate("document.documentElement.scrollWidth") <= width
