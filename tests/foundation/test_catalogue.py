"""Catalogues: a sentence in another language, with its readings, and in Japanese where nobody translated it."""

from pathlib import Path

import pytest
from markupsafe import Markup

from foundation.catalogue import Catalogue, CatalogueBroken, readings_in_brackets
from foundation.languages import Language
from foundation.pages import Pages

PO = """
msgid ""
msgstr "Content-Type: text/plain; charset=utf-8\\n"

msgid "登録する"
msgstr "｜登録《とうろく》 する"

msgid "%(count)s件の<strong>お知らせ</strong>"
msgstr "<strong>お知らせ</strong>は %(count)s つ"

#, fuzzy
msgid "やめる"
msgstr "たぶん やめる"
"""


@pytest.fixture
def plain(tmp_path: Path) -> Catalogue:
    (tmp_path / "yasashii.po").write_text(PO, encoding="utf-8")
    return Catalogue.read(tmp_path, Language.PLAIN_JAPANESE)


def test_a_reading_stands_above_the_word_on_a_page_and_behind_it_in_a_letter(plain: Catalogue) -> None:
    assert plain.on_page("登録する") == Markup("<ruby>登録<rp>（</rp><rt>とうろく</rt><rp>）</rp></ruby> する")
    assert plain.in_letter("登録する") == "登録（とうろく） する"
    assert plain.bare("登録する") == "登録 する"


def test_a_letter_gives_each_reading_once() -> None:
    assert readings_in_brackets("｜市《し》の ｜市《し》、｜市《いち》") == "市（し）の 市、市（いち）"


def test_what_nobody_translated_or_checked_is_said_in_japanese(plain: Catalogue) -> None:
    assert plain.bare("停止する") == "停止する"
    assert plain.bare("やめる") == "やめる"
    assert not plain.has("やめる")


def test_a_page_fills_sentences_with_what_is_escaped(plain: Catalogue, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        '<title>{{ bare("登録する") }}</title>'
        '{{ _("%(count)s件の<strong>お知らせ</strong>", count=count) }}{{ language.tag }}',
        encoding="utf-8",
    )

    text = Pages(tmp_path, {}, plain).text("page.html", count="<b>")

    assert text == "<title>登録 する</title><strong>お知らせ</strong>は &lt;b&gt; つja"


def test_japanese_needs_no_catalogue(tmp_path: Path) -> None:
    assert Catalogue.read(tmp_path, Language.JAPANESE).bare("登録する") == "登録する"


@pytest.mark.parametrize("text", [None, "msgid 登録\n", "\x00\x01"], ids=str)
def test_a_catalogue_that_cannot_be_read_is_named(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "en.po").write_text(text, encoding="utf-8")

    with pytest.raises(CatalogueBroken, match=r"en\.po"):
        Catalogue.read(tmp_path, Language.ENGLISH)


def test_every_language_has_a_name_and_a_tag() -> None:
    assert {each.own_name for each in Language} == {"日本語", "やさしい日本語", "English", "中文"}
    assert [each.tag for each in Language] == ["ja", "ja", "en", "zh-Hans"]
    assert Language.of("xx") is Language.of(None) is Language.JAPANESE
