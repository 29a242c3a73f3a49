"""The QR code and the papers that bear it, as they are printed and handed out."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import pytest

from foundation.database import Database
from foundation.ledger import Deed
from subscribers.entry_code import EntryCode, PrintedOn
from subscribers.places import PlaceForm, Places
from subscribers.town import Town
from tests.support.clock import HandClock
from tests.support.page_reader import PageReader

PAPERS = ("/leaflet", "/poster", "/poster?size=a3", "/card")
MARKUP = "<script>alert(1)</script>{{7*7}}"


@pytest.fixture
def database_kind() -> str:
    """A page shows what a room found; the rooms are proved on both."""
    return "sqlite"


class Clerk:
    def deed(self, action: str, subject: str) -> Deed:
        return Deed("staff:1", action, subject)


def at(path: str, place: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}place={place}"


def test_the_code_opens_a_mail_to_the_place_s_own_address() -> None:
    link = urlsplit(EntryCode("mail.example.jp", "library").link)

    assert (link.scheme, link.path) == ("mailto", "touroku-library@mail.example.jp")
    assert parse_qs(link.query) == {"subject": ["登録"], "body": ["このまま送信してください"]}


def test_the_code_comes_as_svg_and_png_and_may_be_kept(client: PageReader) -> None:
    svg, png = client.get("/entry.svg?place=library"), client.get("/entry.png")

    assert svg.headers["content-type"] == "image/svg+xml"
    assert svg.content.startswith(b"<svg") or svg.content.startswith(b"<?xml")
    assert png.content.startswith(b"\x89PNG")
    assert "max-age" in svg.headers["Cache-Control"]


def test_a_code_is_drawn_for_any_word_that_mails_may_name(client: PageReader) -> None:
    answers = [client.get(f"{path}?place=nobody-knows-it") for path in ("/entry.svg", "/entry.png")]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_a_poster_may_lose_more_of_its_code_than_a_leaflet(client: PageReader) -> None:
    pictures = {on: client.get(f"/entry.svg?place=library&on={on}").content for on in ("leaflet", "poster", "x" * 500)}

    code = EntryCode("mail.example.jp", "library")
    assert code.modules(PrintedOn.POSTER) > code.modules(PrintedOn.LEAFLET)
    assert pictures["poster"] != pictures["leaflet"] == pictures["x" * 500]


@pytest.mark.parametrize("on", list(PrintedOn))
def test_around_the_code_four_modules_stay_white(on: PrintedOn) -> None:
    code = EntryCode("mail.example.jp", "library")
    svg = code.svg(on).decode()

    box = re.search(r'viewBox="0 0 ([\d.]+) ', svg)
    drawn = [float(each) for each in re.findall(r"M([\d.]+),", svg)]
    assert box is not None
    module = float(box[1]) / code.modules(on)
    assert min(drawn) == pytest.approx(4 * module)
    # The square at the upper right ends four modules before the edge, so it begins eleven before it.
    assert max(drawn) <= float(box[1]) - 5 * module + 1e-6


def test_a_place_of_another_shape_is_refused(client: PageReader) -> None:
    for place in ("A", "a" * 41, "a" * 10_000, "a b", "a%0d%0ab", "a%00", "あ", "../x", MARKUP.replace("/", "%2f")):
        for path in ("/entry.svg", "/entry.png", *PAPERS):
            answer = client.get(at(path, place))
            assert answer.status_code == 400
            assert "<script>alert" not in answer.text


@pytest.mark.parametrize("path", PAPERS)
def test_paper_for_a_place_that_nobody_knows_is_kindly_refused(client: PageReader, path: str) -> None:
    answer = client.get(at(path, "nobody-knows-it"))

    assert answer.status_code == 404
    assert "この場所の印刷用ページはありません" in answer.text
    assert 'href="/leaflet"' in answer.text
    assert "nobody-knows-it" not in answer.text.partition("<main")[2]


@pytest.mark.parametrize("path", PAPERS)
def test_paper_is_made_for_places_of_the_ledger_until_they_are_retired(
    client: PageReader, database: Database, town: Town, clock: HandClock, path: str
) -> None:
    places, form = Places(town), PlaceForm("若葉野の掲示板", "other", key="wakabano")
    with database.write() as session:
        places.add(session, form, Clerk(), at=clock.now())
    used = client.get(at(path, "wakabano"))
    with database.write() as session:
        places.retire(session, "wakabano", Clerk(), at=clock.now())
        places.retire(session, "library", Clerk(), at=clock.now())

    assert used.status_code == 200
    assert "若葉野の掲示板" in used.text
    assert [client.get(at(path, place)).status_code for place in ("wakabano", "library", "hall")] == [404, 404, 200]
    assert client.get("/entry.svg?place=wakabano").status_code == 200


@pytest.mark.parametrize("path", PAPERS)
def test_a_name_with_markup_is_printed_as_it_stands(
    client: PageReader, database: Database, town: Town, clock: HandClock, path: str
) -> None:
    with database.write() as session:
        Places(town).add(session, PlaceForm(MARKUP, "other", key="odd"), Clerk(), at=clock.now())

    page = client.get(at(path, "odd")).text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in page
    assert "<script" not in page


@pytest.mark.parametrize("path", PAPERS)
def test_paper_without_a_place_writes_to_the_address_of_all(client: PageReader, path: str) -> None:
    page = client.get(path)

    assert page.status_code == 200
    assert "touroku@mail.example.jp" in page.text.replace("<wbr>", "")


def test_the_leaflet_names_only_this_town_and_says_what_one_has_to_know(client: PageReader, town: Town) -> None:
    page = client.get("/leaflet?place=school").text

    assert "touroku-school@mail.example.jp" in page
    sentences: Mapping[str, str] = vars(town.sentences)
    for words in (town.service_name, town.from_address, town.contact.phone, *sentences.values()):
        assert words in page
    for words in ("迷惑メール対策", "URL付きメールを拒否", "3日続けて", "返信することもできません", "暗号化通信"):
        assert words in page
    assert "小金井" not in page


def test_no_paper_asks_for_a_script_or_for_anything_from_outside(client: PageReader) -> None:
    for path in PAPERS:
        page = client.get(at(path, "library")).text

        assert "<script" not in page
        assert "style=" not in page
        assert re.findall(r'(?:src|href)="(?![/?])[^"]*"', page) == []
