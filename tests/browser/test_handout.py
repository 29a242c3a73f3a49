"""The paper edition as a browser prints it: what is said to fit is one sheet, nothing is cut, its code is read."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from admin.frame.guard import COOKIE
from admin.people.roles import Role
from liaisons.paper_fit import Look, fit
from liaisons.paper_source import Item, Span
from liaisons.papers import LONGEST, LONGEST_OF_ITEM, Choice, Words
from subscribers.entry_code import EntryCode
from tests.admin.whole_console import Console, whole_console
from tests.liaisons.test_papers import MADE, begun
from tests.support.code_reader import codes_in
from tests.support.paper import Paper

pytestmark = pytest.mark.browser

A4 = (210, 297)
AS_PEOPLE_PRINT = {"prefer_css_page_size": True, "print_background": False}
# Words that break badly: no break before a stop, none within a number or a Latin word.
HARD = {
    "japanese": "空き巣の被害がありました。玄関と窓に、かぎを二つかけてください",
    "brackets": "「はい」、「いいえ」、（または）「どちらでもない」。",
    "figures": "電話0120-000-000、FAX 042-000-0000、2026年11月20日 ",
    "latin": "Please call 110 immediately whenever something happens ",
    "short lines": "・鍵\n",
}

Print = Callable[[Words, Look], Paper]


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with whole_console(tmp_path_factory.mktemp("handout")) as console:
        yield console


@pytest.fixture(scope="module")
def page(browser: Browser, console: Console) -> Iterator[Page]:
    context = browser.new_context(base_url=console.url, java_script_enabled=False)
    cookie = console.browser(Role.VIEWER).cookies[COOKIE]
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": console.url}])
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module")
def number(console: Console) -> int:
    with console.home.database.write() as session:
        return begun(session, console.clock.now(), areas=("east",))


@pytest.fixture
def printed(console: Console, page: Page, number: int, tmp_path: Path) -> Print:
    def printed(words: Words, look: Look) -> Paper:
        me, at = console.people[Role.DRAFTER], console.clock.now()
        today = at.astimezone(console.home.town.zone).date()
        choice = Choice(look, Span(today, today), "east", (number,))
        with console.home.database.write() as session:
            row = MADE.begin(session, choice, me, once=str(tmp_path), at=at)
            MADE.save(session, row, words, me, seen=row.revision, at=at)
            address = f"/admin/papers/{row.id}/print"
        page.goto(address)
        page.pdf(path=tmp_path / "handout.pdf", **AS_PEOPLE_PRINT)  # type: ignore[arg-type]  # of several kinds
        return Paper(tmp_path / "handout.pdf")

    return printed


def words(items: tuple[Item, ...], *, code: str = "bulletins") -> Words:
    """With head and foot as wide as they may be."""
    widest = {name: "国" * LONGEST[name] for name in ("masthead", "issue", "contact")}
    return Words(**widest, lead="", items=items, code=code)


def fullest(look: Look, phrase: str) -> tuple[Item, ...]:
    """As many words as are said to fit, one matter after the other."""
    items = [Item(0, "空き巣と自転車の盗難にご注意ください", "若葉野3丁目")] * (3 if look is Look.ROUND_UP else 1)
    for place, _ in enumerate(items):
        for name in ("advice", "what"):
            longest = LONGEST_OF_ITEM[name] - len(phrase)
            while len(getattr(items[place], name)) < longest:
                longer = replace(items[place], **{name: getattr(items[place], name) + phrase})
                if not fit(look, "", [*items[:place], longer, *items[place + 1 :]]).fits:
                    break
                items[place] = longer
            if name == "advice" and look is Look.ONE:  # half of it, so that both have words
                items[place] = replace(items[place], advice=phrase * 3)
    return tuple(items)


@pytest.mark.parametrize("phrase", HARD.values(), ids=HARD.keys())
@pytest.mark.parametrize("look", list(Look))
def test_what_is_said_to_fit_is_one_sheet(printed: Print, look: Look, phrase: str) -> None:
    items = fullest(look, phrase)

    paper = printed(words(items), look)

    assert (paper.sheets, paper.size) == (1, A4)
    assert paper.fonts_not_embedded() == []
    assert min(paper.margins()) >= 9


@pytest.mark.parametrize("look", list(Look))
def test_what_does_not_fit_is_said_before_and_goes_on_to_another_sheet_without_a_word_lost(
    printed: Print, page: Page, look: Look
) -> None:
    sentences = [f"{number}番目の文です。" for number in range(100, 170 if look is Look.ROUND_UP else 140)]
    most = LONGEST_OF_ITEM["what"]
    items = tuple(Item(0, "題", "", "\n".join(sentences[start : start + 40])[:most], "") for start in (0, 40))

    paper = printed(words(items[: look.most]), look)

    assert "1枚に入りません" in page.locator(".hint").inner_text()
    assert paper.sheets >= 2
    assert [each for item in items[: look.most] for each in item.what.splitlines() if each not in paper.text()] == []
    # Office printers reach to within 5 mm of the edge.
    assert min(paper.margins()) >= 5


def test_the_code_leads_where_the_office_chose(printed: Print, console: Console, number: int, tmp_path: Path) -> None:
    item = Item(number, "空き巣にご注意ください", "若葉野3丁目", "被害がありました。", "鍵をかけましょう。")
    entry = EntryCode(console.home.settings.mail_domain, "library").link

    for code, link in {
        "bulletin": f"{console.url}/bulletins/{number}",
        "bulletins": f"{console.url}/bulletins",
        "place:library": entry,
        "place:nowhere": f"{console.url}/bulletins",
    }.items():
        paper = printed(words((item,), code=code), Look.ONE)
        assert codes_in(paper.picture(1), tmp_path) == [link], code
