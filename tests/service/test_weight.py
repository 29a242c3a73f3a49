"""What a residents' page weighs: light enough for a slow line, one style sheet, no script, nothing else to fetch."""

import gzip
import re
from collections.abc import Iterator

import httpx
import pytest

from tests.support.full_town import FullTown, full_town
from tests.support.served import NO_TLS

MOST_OCTETS = 30_000  # packed, without pictures
PAPER = ("/leaflet?place=library", "/poster", "/card")  # pages for a printer, which have what paper needs


# A liaison may copy a text by one button.
COPIES = '<script src="/style/copy.js" defer></script>'


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Every page of residents, and the one that finds a lot."""
    with (
        full_town(tmp_path_factory.mktemp("town")) as town,
        httpx.Client(trust_env=False, timeout=30, verify=NO_TLS) as client,
    ):
        yield {path: client.get(town.url + path).text for path in _paths(town)}


def _paths(town: FullTown) -> list[str]:
    narrowed = ["/bulletins?topic=weather&q=%E5%A4%A7%E9%9B%A8", "/bulletins?month=2026-11", "/bulletins?q=zzz"]
    read = ["/?lang=yasashii", "/bulletins?lang=en", "/help", "/lost"]
    return [*town.resident_pages(), *narrowed, *read, "/me/unknown", "/stop/unknown", "/leaflet?place=%00"]


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    with (
        full_town(tmp_path_factory.mktemp("sheets")) as town,
        httpx.Client(base_url=town.url, trust_env=False, timeout=30, verify=NO_TLS) as client,
    ):
        yield client


def _octets(text: str) -> int:
    return len(gzip.compress(text.encode(), 9))


def test_a_page_with_its_style_sheet_is_below_thirty_kilobytes(pages: dict[str, str], sheets: httpx.Client) -> None:
    heavy = {}
    for path, page in pages.items():
        octets = _octets(page) + sum(_octets(sheets.get(sheet).text) for sheet in _sheets(page))
        if octets >= MOST_OCTETS:
            heavy[path] = octets

    assert heavy == {}


def test_a_page_has_one_style_sheet_and_no_script(pages: dict[str, str]) -> None:
    for path, page in pages.items():
        if not path.startswith(PAPER):
            assert _sheets(page) == ["/style/hansho.css"], path
        alone = page.replace(COPIES, "") if path.startswith("/liaison/") else page
        assert not re.search(r"<script|<style|\son\w+=|javascript:|<iframe|<object|\sstyle=", alone), path


def test_nothing_comes_from_elsewhere_and_no_font_is_fetched(pages: dict[str, str], sheets: httpx.Client) -> None:
    for path, page in pages.items():
        alone = re.sub(r'<link rel="canonical"[^>]*>', "", page)  # says where it is, and is not fetched
        fetched = re.findall(r'<(?:link|img|source|video|audio|embed)[^>]*(?:href|src|srcset)="([^"]*)"', alone)
        assert all(each.startswith("/") and not each.startswith("//") for each in fetched), path
    for sheet in {sheet for page in pages.values() for sheet in _sheets(page)}:
        assert not re.search(r"@import|@font-face|url\(", sheets.get(sheet).text)


def _sheets(page: str) -> list[str]:
    return re.findall(r'<link rel="stylesheet" href="([^"?]*)', page)
