"""Residents' pages in every language: each page of the way speaks it, down to the links, errors and answers."""

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from foundation.addresses import AddressFault
from foundation.languages import Language
from foundation.tokens import Keyring
from subscribers import leaving
from subscribers.choices import Choices
from subscribers.filter_help import load_filter_help
from subscribers.headline import Headline
from subscribers.links import PREFERENCES, STOP
from subscribers.tables import Invitation, StopReason
from tests.subscribers.people import HANAKO, Desk, letters_to, subscriber_of
from tests.support.clock import HandClock
from tests.support.foreign_reader import ForeignReader
from tests.support.page_reader import PageReader
from tests.support.spoken import unread

ABROAD = [language for language in Language if language is not Language.JAPANESE]
H1 = {
    Language.JAPANESE: "このアドレスを登録しますか",
    Language.PLAIN_JAPANESE: "このアドレスを登録しますか",
    Language.ENGLISH: "Sign up with this address?",
    Language.CHINESE: "要登记此邮箱吗？",
}
ODD = ["", "a" * 300 + "@example.jp", "taro", "ta ro@example.jp", "太郎@example.jp", "taro@x", "taro\x01@example.jp"]


@pytest.fixture
def database_kind() -> str:
    """A page shows what a room found; the rooms are proved on both."""
    return "sqlite"


def heading(answer: httpx.Response) -> str:
    """Without readings, and without the spaces of plain Japanese."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", answer.text, re.DOTALL)
    assert found
    spoken = re.sub(r"<r[pt]>.*?</r[pt]>|<[^>]+>", "", found[1])
    return spoken if spoken.isascii() else spoken.replace(" ", "")


def the_whole_way(client: PageReader, desk: Desk, keyring: Keyring, lang: str) -> Iterator[httpx.Response]:
    """Every page that residents can come to, each in the language of its address alone."""
    ask = f"?lang={lang}"
    yield client.get("/" + ask)
    yield client.get(f"/{ask}&place=library")
    for address in ODD:
        yield client.post("/register" + ask, data={"address": address})
    yield client.post("/register" + ask, data={"address": HANAKO})
    token = desk.invite()
    yield client.get(f"/r/{token}{ask}")
    yield client.post(f"/r/{token}{ask}", data={"topic": ["no-such"]})
    yield client.post(f"/r/{token}{ask}", data={"topic": ["crime", "weather"], "area": ["north"]})
    yield client.get(f"/r/{token}{ask}")
    yield client.get(f"/r/{desk.invite()}{ask}")
    number = subscriber_of(desk.database).id
    mine, leave = (f"/{page}/{keyring.sign(page, number)}" for page in (PREFERENCES, STOP))
    me, stop = mine + ask, leave + ask
    yield client.get(me)
    client.post(f"{mine}/pause", data={"weeks": "2"})
    for done in ("paused", "language", "resumed"):
        yield client.get(f"{me}&done={done}")
    client.post(f"{mine}/resume")
    yield client.get(f"{me}&done=resumed")
    yield client.post(me, data={"topic": ["no-such"]})
    yield client.post(me, data={"topic": ["weather"]})
    yield client.get(stop)
    yield client.post(stop, data={"stop": "yes"})
    yield client.get(stop)
    yield client.get(me)
    yield client.post(f"{leave}/undo{ask}")
    client.post(stop)
    yield client.post(f"{leave}/why{ask}", data={"why": "moved"})
    desk.clock.move(timedelta(hours=25))
    yield client.post(f"{leave}/undo{ask}")
    with desk.database.write() as session:
        leaving.stop(session, desk.register("taro@example.jp"), StopReason.UNREACHABLE, by="test", at=desk.clock.now())
    yield client.get(f"/me/{keyring.sign(PREFERENCES, number + 1)}{ask}")
    yield from the_help(client, ask)
    late = desk.invite("jiro@example.jp")
    desk.clock.move(timedelta(hours=25))
    yield client.get(f"/r/{late}{ask}")
    yield client.get(f"/r/nobody{ask}")
    yield client.get(f"/entry.svg{ask}&place=<b>")


def the_help(client: PageReader, ask: str) -> Iterator[httpx.Response]:
    yield client.get("/help" + ask)
    for service in load_filter_help():
        yield client.get(f"/help/{service.key}{ask}")
    yield client.get(f"/help/gmail/wait{ask}")
    yield client.get(f"/help/nobody{ask}")
    yield client.get("/lost" + ask)
    yield client.post("/lost" + ask, data={"address": "taro@"})
    yield client.post("/lost" + ask, data={"address": "taro@example.jp"})
    sent = client.post("/register" + ask, data={"address": "saburo@example.jp"})
    fate = re.search(r'href="(/register/[^"]+)"', sent.text)
    assert fate
    yield client.get(fate[1])
    yield client.get(f"/register/nobody{ask}")
    yield client.get(f"/leaflet{ask}&place=nowhere")


@pytest.mark.parametrize("language", ABROAD)
def test_every_page_speaks_the_language_and_marks_what_is_japanese(
    client: PageReader,
    desk: Desk,
    keyring: Keyring,
    language: Language,
    headlines: list[Headline],
    standing: list[Headline],
    clock: HandClock,
) -> None:
    headlines.append(Headline(8, "大雨に注意", clock.now(), mark="訓練", tone="drill"))
    standing += headlines

    for answer in the_whole_way(client, desk, keyring, language):
        reader = ForeignReader(answer.text)
        assert reader.languages[0] == language.tag, answer.url
        if language.tag != "ja":
            assert reader.japanese == [], answer.url
        assert "《" not in answer.text
        assert "%(" not in answer.text


def test_plain_japanese_pages_have_a_reading_over_every_word_of_ours(
    client: PageReader, desk: Desk, keyring: Keyring
) -> None:
    for answer in the_whole_way(client, desk, keyring, "yasashii"):
        main = answer.text[answer.text.index("</nav>") :]
        # Languages are named in themselves.
        main = re.sub("|".join(f">{each.own_name}<" for each in Language), "><", main)
        without_attributes = re.sub(r"<ruby>.*?</ruby>|<(svg|style).*?</\1>|<[^>]+>", "", main, flags=re.DOTALL)
        assert unread(without_attributes) == "", answer.url
        assert "<ruby>" in main


@pytest.mark.parametrize("language", ABROAD)
def test_links_and_forms_of_a_page_keep_its_language(client: PageReader, desk: Desk, language: Language) -> None:
    token = desk.invite()

    for path in (f"/?lang={language}", f"/r/{token}?lang={language}", f"/r/nobody?lang={language}"):
        page = client.get(path).text
        page = page[: page.index('<nav class="tongues"')] + page[page.index("</nav>") :]
        ours = re.findall(r'(?:href|action|src)="(/[^"]*)"', page)
        assert ours
        for address in ours:
            if not address.startswith("/style/"):
                assert f"lang={language}" in address, address


def test_the_menu_names_each_language_in_itself_and_marks_the_present_one(client: PageReader) -> None:
    page = client.get("/?place=library&lang=zh").text
    menu = page[page.index('<nav class="tongues"') : page.index("</nav>")]

    assert re.findall(r'lang="(\S+)" hreflang', menu) == ["ja", "ja", "en", "zh-Hans"]
    assert [name for name in ("日本語", "やさしい日本語", "English", "中文") if f">{name}</a>" in menu] != []
    assert menu.count("aria-current") == 1
    assert re.search(r'aria-current="true">中文<', menu)
    assert 'href="?place=library&amp;lang=en"' in menu


def test_the_page_behind_an_invitation_speaks_the_language_that_was_asked_for(client: PageReader, desk: Desk) -> None:
    for language in Language:
        token = desk.invite(f"{language}@example.jp", language=language)
        assert heading(client.get(f"/r/{token}")) == H1[language]
        assert heading(client.get(f"/r/{token}?lang=en")) == H1[Language.ENGLISH]
        assert heading(client.get(f"/r/{token}?lang=ja")) == H1[Language.JAPANESE]
        assert heading(client.get(f"/r/{token}?lang=xx")) == H1[Language.JAPANESE]

        confirmed = client.post(f"/r/{token}")
        assert ForeignReader(confirmed.text).languages[0] == language.tag
        assert ForeignReader(client.get(f"/r/{token}").text).languages[0] == language.tag


def test_the_pages_of_a_resident_speak_their_language_until_they_choose_another(
    client: PageReader, desk: Desk, keyring: Keyring
) -> None:
    number = desk.register(language="en")
    me, stop = (f"/{page}/{keyring.sign(page, number)}" for page in (PREFERENCES, STOP))

    assert heading(client.get(me)) == "Change your settings"
    chosen = client.get(f"{me}?lang=ja")
    assert heading(chosen) == "登録内容の変更"
    assert f'action="{me}?lang=ja"' in chosen.text
    assert f'href="{stop}?lang=ja"' in chosen.text
    assert heading(client.post(f"{me}?lang=ja", data={"topic": ["crime"]})) == "登録内容の変更"
    assert subscriber_of(desk.database).language == "en"

    assert heading(client.get(stop)) == "Stop the alerts?"
    assert heading(client.post(stop, content="List-Unsubscribe=One-Click")) == "The alerts have been stopped"
    assert heading(client.get(stop)) == "The alerts have already been stopped"
    assert heading(client.get(me)) == "No alerts are being sent to this address"


def test_the_form_carries_the_language_of_its_page_into_the_letter_and_the_register(
    client: PageReader, desk: Desk
) -> None:
    sent = client.post("/register?lang=en", data={"address": HANAKO})
    client.post("/register", data={"address": "taro@example.jp"})

    assert heading(sent) == "Please open the email we sent you"
    assert letters_to(desk.database)[-1].subject == "[Komorebi Safety Mail] Your link to sign up"
    with desk.database.read() as session:
        assert list(session.scalars(select(Invitation.language).order_by(Invitation.id))) == ["en", None]


def test_a_language_chosen_on_the_page_behind_the_link_is_that_of_the_resident(client: PageReader, desk: Desk) -> None:
    token = desk.invite(language="en")

    client.post(f"/r/{token}?lang=zh")

    assert subscriber_of(desk.database).language == "zh"
    assert letters_to(desk.database)[-1].subject == "【木漏日安全安心邮件】登记完成"


def test_whoever_asks_again_without_a_language_is_answered_in_their_own(client: PageReader, desk: Desk) -> None:
    desk.register(language="yasashii")

    token = desk.invite()

    assert "（とうろく）" in letters_to(desk.database)[-1].body
    assert heading(client.get(f"/r/{token}")) == "このアドレスは、もう登録してあります"
    assert desk.confirm(token or "", Choices())
    assert subscriber_of(desk.database).language == "yasashii"


def test_every_fault_of_an_address_is_told_in_english_beside_the_field_and_on_top(client: PageReader) -> None:
    told = set()
    for address in [*ODD, "taro@"]:
        page = client.post("/register?lang=en", data={"address": address})
        assert page.status_code == 422
        found = re.search(r'id="e-address">＊(.*?)</p>', page.text)
        assert found
        assert page.text.count(found[1]) == 2
        told.add(found[1])

    assert len(told) == len(AddressFault)


def test_the_page_gives_the_entry_address_and_the_picture_of_its_language(client: PageReader) -> None:
    page = client.get("/?lang=en&place=library").text

    assert "touroku-en-library@mail.example.jp" in page
    assert "subject=Register&amp;body=Please%20send" in page
    assert 'src="/entry.svg?place=library&amp;lang=en"' in page
    pictures = {client.get(f"/entry.svg?lang={language}").text for language in Language}
    assert len(pictures) == len(Language)


@pytest.mark.parametrize("lang", ["<script>", "{{ 7*7 }}", "x" * 4000, "%00", "ja'--", "en "])
def test_garbage_for_a_language_is_japanese_and_never_repeated(client: PageReader, lang: str) -> None:
    page = client.get(f"/?lang={lang}")

    assert page.status_code == 200
    assert '<html lang="ja">' in page.text
    assert lang not in page.text
    assert "49" not in page.text
