"""Pages lead to paper that there is, and paper to pages that there are."""

import html
import re

import pytest

from foundation.languages import Language
from tests.support.page_reader import PageReader


@pytest.mark.parametrize("place", ["library", "unknown", "w" * 40, "<b>", "%00", "x' OR 1=1"])
def test_the_front_page_of_any_place_leads_to_a_leaflet_that_there_is(client: PageReader, place: str) -> None:
    page = client.get(f"/?place={place}&lang=en").text
    [leaflet] = re.findall(r'href="(/leaflet[^"]*)"', page)

    assert client.get(html.unescape(leaflet)).status_code == 200
    assert ("place=" in leaflet) == (place == "library")


def test_a_leaflet_for_no_place_is_offered_in_the_same_language(client: PageReader) -> None:
    page = client.get("/leaflet?place=unknown&lang=en")

    assert page.status_code == 404
    assert 'href="/leaflet?lang=en"' in page.text


@pytest.mark.parametrize("language", [each for each in Language if each is not Language.PLAIN_JAPANESE])
def test_the_leaflet_says_where_help_for_who_waits_is(client: PageReader, language: Language) -> None:
    leaflet = client.get(language.link("/leaflet?place=library")).text
    [address] = re.findall(r'<strong class="whole">(http[^<]*/help[^<]*)</strong>', leaflet)

    page = client.get(html.unescape(address).partition("example.jp")[2])
    assert page.status_code == 200
    assert f'<html lang="{language.tag}"' in page.text


@pytest.mark.parametrize("open_hours", ["always", "mon-fri 09:00-17:00"])
def test_where_there_are_no_closed_hours_none_are_excepted(client: PageReader, open_hours: str) -> None:
    for path in ("/", "/leaflet"):
        page = client.get(path).text
        assert ("原則として" in page) == ("時間外にもお届けします" in page) == (open_hours != "always")
        assert ("24時間いつでも、お届けします。" in page) == (open_hours == "always")
