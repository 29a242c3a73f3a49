"""The yearly report and the delivery statement in a real browser: on a telephone, and on paper."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from admin.people.roles import Role
from tests.admin.conftest import PASSWORD
from tests.admin.morning import MORNING
from tests.admin.whole_console import Console, whole_console
from tests.bulletins import forty
from tests.bulletins.office import Office

pytestmark = pytest.mark.browser

REPORT = "/admin/statistics/2019"


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """With the forty bulletins of 令和元年度."""
    folder: Path = tmp_path_factory.mktemp("reports")
    with whole_console(folder) as console:
        forty.send_all(Office(console.home.database, console.clock, console.home, console.home.publisher))
        console.clock.set(MORNING)
        yield console


@pytest.fixture
def page(browser: Browser, console: Console) -> Iterator[Page]:
    context = browser.new_context(base_url=console.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/admin/sign-in")
    page.get_by_label("メールアドレス").fill(console.people[Role.VIEWER].address)
    page.get_by_label("パスワード").fill(PASSWORD)
    page.get_by_role("button", name="サインイン").click()
    expect(page).to_have_url(re.compile("/admin$"))
    yield page
    context.close()


@pytest.fixture
def statement(console: Console) -> str:
    number = console.desk.listed(limit=1)[0].id
    return f"/admin/bulletins/{number}/statement"


def sheets_of_paper(page: Page) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


def test_the_report_of_forty_bulletins_is_two_sheets_of_a4_at_most(page: Page) -> None:
    page.goto(REPORT)

    assert sheets_of_paper(page) <= 2
    assert re.search(rb"/MediaBox\s*\[0 0 59[45]\S* 84[12]\S*\]", page.pdf(prefer_css_page_size=True))


def test_paper_has_title_town_and_date_and_borders_but_no_menu_and_no_buttons(page: Page) -> None:
    page.goto(REPORT)
    page.emulate_media(media="print")

    expect(page.get_by_role("heading", name="令和元年度 配信実績")).to_be_visible()
    expect(page.locator(".report__head")).to_contain_text("こもれび市地域安全課　令和8年11月24日 作成")
    expect(page.locator(".report__head .paper").first).to_be_visible()
    expect(page.get_by_role("navigation", name="おもなメニュー")).to_be_hidden()
    expect(page.get_by_role("navigation", name="年度")).to_be_hidden()
    expect(page.get_by_role("link", name="集計（CSV）")).to_be_hidden()
    expect(page.locator(".table--months td").first).to_have_css("border-left-style", "solid")


def test_the_definition_of_each_figure_stands_below_its_table_on_paper_too(page: Page) -> None:
    page.goto(REPORT)
    page.emulate_media(media="print")

    tables, notes = page.locator(".report section .table"), page.locator(".report section .note")
    assert tables.count() == notes.count() == 6
    for note in notes.all():
        expect(note).to_be_visible()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_both_pages_fit_the_screen(page: Page, statement: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})

    for path in (REPORT, "/admin/statistics", statement):
        page.goto(path)
        for table in page.locator("main table").all():
            box = table.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= width, path


def test_the_statement_of_an_ordinary_bulletin_is_one_sheet_and_has_no_menu(page: Page, statement: str) -> None:
    page.goto(statement)

    assert sheets_of_paper(page) == 1
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="おもなメニュー")).to_be_hidden()
    expect(page.get_by_text("配信結果報告", exact=False).first).to_be_visible()


def test_a_click_brings_the_file_onto_the_clerks_machine(page: Page) -> None:
    page.goto(REPORT)

    with page.expect_download() as coming:
        page.get_by_role("link", name="お知らせの一覧（CSV）").click()

    assert coming.value.suggested_filename == "bulletins-2019.csv"
