"""The QR code and the leaflet, as they are printed and handed out."""

from urllib.parse import parse_qs, urlsplit

from subscribers.entry_code import EntryCode
from subscribers.town import Town
from tests.support.page_reader import PageReader


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


def test_a_place_of_another_shape_is_refused(client: PageReader) -> None:
    for place in ("A", "a" * 41, "a b", "a%0d%0ab", "あ", "../x"):
        for path in ("/entry.svg", "/entry.png", "/leaflet"):
            assert client.get(f"{path}?place={place}").status_code == 400


def test_the_leaflet_names_only_this_town(client: PageReader, town: Town) -> None:
    page = client.get("/leaflet?place=school").text

    assert "touroku-school@mail.example.jp" in page
    for words in (town.service_name, town.from_address, town.contact.phone, town.sentences.privacy):
        assert words in page
    assert "小金井" not in page
