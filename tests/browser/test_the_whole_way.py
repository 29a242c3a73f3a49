"""The whole way of a resident, from the poster on the wall to leaving: on a small phone, without JavaScript."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from admin.people.roles import Role
from tests.support.code_reader import codes_in
from tests.support.house import House, eventually, links_of

pytestmark = pytest.mark.browser
ADDRESS = "maria@example.com"


@dataclass(frozen=True)
class Words:
    """What is read on the way in one language."""

    poster: str
    entry: str
    register: str
    registered: str
    subject: str
    told: str
    topic: str
    save: str
    stop: str
    stopped: str


JAPANESE = Words(
    poster="/poster?place=library",
    entry="touroku-library@mail.example.jp",
    register="登録する",
    registered="登録が完了しました",
    subject="レベル３大雨警報が発表されました",
    told="※返信メールは受け付けておりません。",
    topic="防犯のお知らせ",
    save="この内容に変更する",
    stop="配信を停止する",
    stopped="配信を停止しました",
)
ENGLISH = Words(
    poster="/poster?place=library&lang=en",
    entry="touroku-en-library@mail.example.jp",
    register="Sign up",
    registered="You are signed up",
    subject="Level 3 Heavy Rain Warning issued",
    told="Please do not reply to this email.",
    topic="Crime prevention",
    save="Save these changes",
    stop="Stop the alerts",
    stopped="The alerts have been stopped",
)


@pytest.fixture
def page(browser: Browser, house: House) -> Iterator[Page]:
    context = browser.new_context(base_url=house.url, viewport={"width": 360, "height": 740}, java_script_enabled=False)
    yield context.new_page()
    context.close()


def sent_from_the_poster(house: House, page: Page, poster: str, folder: Path) -> str:
    """The address that the code on the poster writes to; the mail is sent as a phone fills it in."""
    page.goto(poster)
    page.set_viewport_size({"width": 1000, "height": 1400})
    page.screenshot(path=folder / "poster.png", full_page=True)
    page.set_viewport_size({"width": 360, "height": 740})
    [link] = codes_in(Image.open(folder / "poster.png"), folder)
    entry, asked = unquote(urlsplit(link).path), parse_qs(urlsplit(link).query)
    mail = EmailMessage()
    mail["Subject"] = asked["subject"][0]
    mail.set_content(asked["body"][0])
    assert house.mail(ADDRESS, entry, mail.as_bytes().replace(b"\n", b"\r\n")) == 250
    return entry


def letter(house: House, count: int) -> EmailMessage:
    return eventually(lambda: house.letters(ADDRESS)[count - 1 :], what=f"letter {count}")[0]


def warned(house: House) -> None:
    """A weather notice is written, approved by another, and sent."""
    drafter = house.colleague("drafter@city.example.jp", Role.DRAFTER)
    approver = house.colleague("approver@city.example.jp", Role.APPROVER)
    example = house.home.shelf.get("weather").example
    fields = {name: value if isinstance(value, list) else str(value) for name, value in example.items()}
    draft = drafter.post("/bulletins", {"notice": "weather", "fields": fields}).json()
    assert drafter.post(f"/bulletins/{draft['id']}/submit").status_code == 200
    assert approver.post(f"/bulletins/{draft['id']}/approve").status_code == 200
    house.clock.move(timedelta(minutes=2))
    house.tick()


@pytest.mark.parametrize("words", [JAPANESE, ENGLISH], ids=["japanese", "english"])
def test_from_the_poster_to_leaving(page: Page, house: House, tmp_path: Path, words: Words) -> None:
    viewer = house.colleague("viewer@city.example.jp", Role.VIEWER)

    assert sent_from_the_poster(house, page, words.poster, tmp_path) == words.entry
    page.goto(next(link for link in links_of(letter(house, 1)) if "/r/" in link))
    page.get_by_role("button", name=words.register, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words.registered)
    assert house.find(viewer, ADDRESS)["place"] == "library"
    letter(house, 2)

    warned(house)
    bulletin = letter(house, 3)
    assert bulletin["Subject"] == words.subject
    assert words.told in str(bulletin.get_content())

    links = links_of(bulletin)
    page.goto(next(link for link in links if "/me/" in link))
    page.get_by_label(words.topic).uncheck()
    page.get_by_role("button", name=words.save).click()
    assert "prevention" not in str(house.find(viewer, ADDRESS)["topics"])
    assert house.find(viewer, ADDRESS)["topics"]

    page.goto(next(link for link in links if "/stop/" in link))
    page.get_by_role("button", name=words.stop).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words.stopped)
    assert house.find(viewer, ADDRESS)["state"] == "stopped"
