"""The slips of a circle as a browser prints them: one sheet, nothing cut, and codes that lead to the circle's page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from liaisons import circles
from liaisons.personal_link import LIAISON
from liaisons.tables import Liaison
from tests.admin.whole_console import Console, whole_console
from tests.liaisons.network import enter
from tests.support.code_reader import codes_in
from tests.support.paper import Paper

pytestmark = pytest.mark.browser

A4 = (210, 297)
NAMES = (
    "若葉町三丁目自治会",
    "こもれび市立若葉野第二小学校の児童を見守る地域安全ボランティア連絡協議会連合会の分会"[:60],
)
# As whoever prints has it: letters within the slip, beside the code.
CUT = """() => [...document.querySelectorAll(".slip")].flatMap((box) => {
  const edge = box.getBoundingClientRect();
  return [...box.querySelectorAll("*")].filter((each) => {
    const it = each.getBoundingClientRect();
    const beyond = Math.max(it.right - edge.right, it.bottom - edge.bottom, edge.left - it.left, edge.top - it.top);
    return it.width && beyond > 1;
  }).map((each) => each.outerHTML.slice(0, 120));
})"""


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with whole_console(tmp_path_factory.mktemp("slips"), residents=True) as console:
        yield console


@pytest.mark.parametrize("organisation", NAMES)
def test_each_of_the_four_slips_leads_to_the_circles_page_and_nothing_is_cut(
    console: Console, browser: Browser, tmp_path: Path, organisation: str
) -> None:
    with console.home.database.write() as session:
        liaison = enter(session, organisation[:3], at=console.clock.now())
        session.get_one(Liaison, liaison.id).organisation = organisation
        circle = circles.open_circle(session, liaison.id, at=console.clock.now())
        assert circle is not None
        token = console.home.keyring.sign(LIAISON, liaison.subscriber_id or 0)
    page = browser.new_page(base_url=console.url, java_script_enabled=False)

    page.goto(f"/liaison/{token}/circle/sheet")
    page.emulate_media(media="print")
    cut = page.evaluate(CUT)
    path = tmp_path / "slips.pdf"
    page.pdf(path=path, prefer_css_page_size=True, print_background=False)
    paper = Paper(path)

    assert (paper.sheets, paper.size, cut) == (1, A4, [])
    assert min(paper.margins()) >= 5
    assert codes_in(paper.picture(1), tmp_path) == [f"{console.url}/c/{circle.code}"] * 4
    assert paper.text().count(organisation) == 4 * 2
    page.close()
