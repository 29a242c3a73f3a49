"""Which language a reader asked for, and the menu by which they choose another."""

from urllib.parse import parse_qsl

import pytest
from starlette.requests import Request

from foundation.languages import Language
from foundation.spoken_pages import NOBODY, Reader


def asking(query: str) -> Reader:
    return Reader.of(Request({"type": "http", "query_string": query.encode(), "headers": [], "path": "/"}))


@pytest.mark.parametrize(
    ("query", "language"),
    [
        ("", None),
        ("lang=en", Language.ENGLISH),
        ("lang=ja", Language.JAPANESE),
        ("lang=xx", Language.JAPANESE),
        ("lang=", Language.JAPANESE),
        ("lang=EN", Language.JAPANESE),
        ("lang=%00", Language.JAPANESE),
        ("lang=en&lang=zh", Language.CHINESE),
        ("language=en", None),
    ],
)
def test_only_a_language_that_we_speak_is_answered_in_it(query: str, language: Language | None) -> None:
    assert asking(query).asked is language


def test_the_menu_names_every_language_and_keeps_what_else_was_asked_for() -> None:
    menu = asking("place=library&lang=en&q=%E5%A4%A7%E9%9B%A8%26").menu()

    assert [language for language, _ in menu] == list(Language)
    for language, address in menu:
        page, _, query = address.partition("?")
        assert page == ""
        assert parse_qsl(query) == [("place", "library"), ("q", "大雨&"), ("lang", language.value)]


def test_the_menu_after_a_form_leads_to_a_page_that_can_be_got() -> None:
    assert asking("lang=en").at("/", place="library").menu()[1] == (
        Language.PLAIN_JAPANESE,
        "/?place=library&lang=yasashii",
    )
    assert NOBODY.at("/", place="").menu()[0] == (Language.JAPANESE, "/?lang=ja")


def test_what_a_stranger_writes_into_an_address_does_not_swell_the_page() -> None:
    assert len(str(asking("q=" + "x" * 5000 + "&lang=en").menu())) < 300
    assert asking("q=" + "x" * 5000 + "&lang=en").asked is Language.ENGLISH


def test_an_address_of_somebody_s_own_keeps_what_was_chosen_on_the_page_and_only_that() -> None:
    assert asking("lang=ja").keep("/me/x") == "/me/x?lang=ja"
    assert asking("").keep("/me/x") == "/me/x"
