"""Leaflet, poster and card in English and Chinese: the same sheets, nothing cut, codes that ask for the language."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from foundation.languages import Language
from subscribers.entry_code import EntryCode
from tests.browser.test_paper import CUT, LONGEST_KEY, PAPERS, Print, console, page, printed
from tests.support.code_reader import codes_in
from tests.support.foreign_reader import ForeignReader

pytestmark = pytest.mark.browser
__all__ = ["console", "page", "printed"]
ABROAD = [Language.ENGLISH, Language.CHINESE]


@pytest.mark.parametrize("language", ABROAD)
@pytest.mark.parametrize(("way", "sheets"), list(zip(PAPERS, (2, 1, 1, 1), strict=True)))
def test_a_paper_in_another_language_is_whole_and_its_code_asks_for_that_language(
    page: Page, printed: Print, tmp_path: Path, way: str, sheets: int, language: Language
) -> None:
    asked = f"{way.format(LONGEST_KEY)}&lang={language}"
    paper = printed(asked)

    assert paper.sheets == sheets
    assert min(paper.margins()) >= 5
    assert set(codes_in(paper.picture(1), tmp_path)) == {EntryCode("mail.example.jp", LONGEST_KEY, language).link}
    page.goto(asked)
    page.set_viewport_size({"width": 1500, "height": 1000})
    page.emulate_media(media="print")
    cut = page.evaluate(CUT)
    page.emulate_media(media="null")
    assert cut == []
    reader = ForeignReader(page.content())
    assert (reader.languages[0], reader.japanese) == (language.tag, [])


def test_plain_japanese_has_the_japanese_paper(page: Page) -> None:
    page.goto("/poster?place=library&lang=yasashii")

    assert "touroku-library@" in "".join(page.locator("main").inner_text().split())
    assert page.locator("ruby").count() == 0
