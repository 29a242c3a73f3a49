"""From a telephone call to a submitted bulletin in a real browser, with every action counted."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.desk import MORNING_OF_SAMPLE_1, drafters_window, submitted
from tests.support.clock import HandClock
from tests.support.counted_page import CountedPage
from tests.support.house import House

pytestmark = pytest.mark.browser

CALLER = "こもれび警察署 生活安全課 佐藤"
WORDS = "自分は、かっこいい？\n自分は、何歳位に見える？\n6月28日に映画を見に行かない？"
FEATURES = "性別・男、年齢50歳代、身長165センチ位、体格太め、白色無地Tシャツ"
SENTENCE = "6月5日(火)、午前7時50分ごろ、こもれび市水車町1丁目の路上で、児童(女)が登校途中、男に声をかけられました。"
ANSWERS = (
    ("spot", "路上"),
    ("victim", "児童(女)"),
    ("situation", "登校途中"),
    ("offender", "男"),
    ("deed", "声をかけられました"),
)
MOST_ACTIONS = 20


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder: Path = tmp_path_factory.mktemp("listening")
    clock = HandClock(MORNING_OF_SAMPLE_1)
    with House(folder / "var", f"sqlite:///{folder / 'hansho.db'}", clock) as house:
        yield house


@pytest.fixture(params=[True, False], ids=["with-javascript", "without-javascript"])
def page(browser: Browser, house: House, request: pytest.FixtureRequest) -> Iterator[Page]:
    with drafters_window(browser, house, script=request.param) as page:
        yield page


def field(page: Page, name: str) -> Locator:
    return page.locator(f"[name='field-{name}']")


def pick(page: Page, name: str, value: str) -> Locator:
    return page.locator(f"label.pick:has([name='field-{name}'][value='{value}'])")


def take_down(counted: CountedPage, *, consent: str) -> None:
    """What the first printed bulletin tells, as it is told on the telephone."""
    page = counted.page
    counted.open("/admin/listen")
    counted.fill(field(page, "call.caller"), CALLER)
    counted.click(pick(page, "call.consent", consent))
    counted.fill(field(page, "happened_at"), "2018-06-05T07:50")
    counted.choose(field(page, "place"), "こもれび市水車町1丁目")
    for name, answer in ANSWERS:
        counted.click(pick(page, name, answer))
    counted.fill(field(page, "words"), WORDS)
    counted.fill(field(page, "features"), FEATURES)


def test_a_call_is_taken_down_and_submitted_within_twenty_actions(page: Page, house: House) -> None:
    counted = CountedPage(page)

    take_down(counted, consent="yes")
    told = submitted(counted)
    page.goto(page.url.split("?", maxsplit=1)[0] + "/sheet")

    assert counted.actions <= MOST_ACTIONS, counted.done
    assert counted.actions == 13
    for line in (SENTENCE, *(f"・{line}" for line in WORDS.splitlines()), f"・{FEATURES}"):
        assert line in told
    sheet = page.locator(".sheet").inner_text()
    assert CALLER in sheet
    assert "公表の同意：はい" in sheet


@pytest.mark.parametrize("consent", ["asking", "no"])
def test_without_consent_the_call_is_kept_as_a_draft_and_not_submitted(page: Page, house: House, consent: str) -> None:
    counted = CountedPage(page)
    take_down(counted, consent=consent)

    page.get_by_role("button", name="承認を依頼する").click()

    expect(page.locator("main")).to_contain_text("同意")
    expect(page).not_to_have_url(re.compile("done=submitted"))
    expect(field(page, "words")).to_have_value(WORDS)
    page.get_by_role("button", name="下書きを保存").click()
    expect(page).to_have_url(re.compile("done=saved"))


def test_the_keyboard_alone_goes_in_the_order_of_speech_and_enter_does_no_harm(browser: Browser, house: House) -> None:
    with drafters_window(browser, house) as page:
        take_down(CountedPage(page), consent="yes")
        before = len(house.home.bulletin_desk.listed())
        field(page, "call.caller").focus()
        page.keyboard.press("Enter")
        page.wait_for_load_state()
        expect(page.locator("#preview")).to_contain_text(SENTENCE)
        expect(field(page, "words")).to_have_value(WORDS)
        assert len(house.home.bulletin_desk.listed()) == before, "Enter saves nothing"

        page.goto("/admin/listen")
        field(page, "call.caller").focus()
        order = []
        for _ in range(60):
            page.keyboard.press("Tab")
            name = page.evaluate("document.activeElement.name || ''").removeprefix("other-").removeprefix("field-")
            if name and name not in order:
                order.append(name)

        told = ["call.at", "call.consent", "kind", "happened_at", "place", *(name for name, _ in ANSWERS)]
        assert [name for name in order if name in (*told, "words", "features", "contact")] == [
            *(*told, "words", "features", "contact")
        ]


def test_a_press_of_the_space_bar_answers(browser: Browser, house: House) -> None:
    with drafters_window(browser, house) as page:
        page.goto("/admin/listen")
        field(page, "call.consent").first.focus()
        page.keyboard.press("Space")

        expect(field(page, "call.consent").first).to_be_checked()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_the_listening_form_fits_the_window(browser: Browser, house: House, width: int) -> None:
    with drafters_window(browser, house) as page:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto("/admin/listen")

        assert page.evaluate("document.documentElement.scrollWidth") <= width
