"""The paper edition in the console: chosen, edited, told whether it fits, printed; never with what is gone."""

import re

import httpx
import pytest

from admin.people.roles import Role
from bulletins.notice_templates import Kind
from tests.admin.whole_console import Console, words
from tests.liaisons.test_papers import begun

PAPERS = "/admin/papers"
MARKUP = "<b onclick=x>{{7*7}}</b>"
SPAN = {"look": "round-up", "area": "east", "first": "2026-11-01", "last": "2026-11-30"}


@pytest.fixture
def numbers(console: Console) -> list[int]:
    at = console.clock.now()
    with console.home.database.write() as session:
        return [
            begun(session, at, areas=("east",)),
            begun(session, at, subject="自転車盗"),
            begun(session, at, subject="北だけのこと", areas=("north",)),
            begun(session, at, subject="お探しの方", redact=True),
        ]


def form_of(page: httpx.Response) -> dict[str, str]:
    """What the form would send, as it came."""
    fields = dict(re.findall(r'<input[^>]* name="([\w-]+)"[^>]* value="([^"]*)"', page.text))
    fields |= dict(re.findall(r'type="hidden" name="([\w-]+)" value="([^"]*)"', page.text))
    areas = re.findall(r'<textarea[^>]* name="([\w-]+)"[^>]*>\n(.*?)</textarea>', page.text, re.DOTALL)
    return {
        name: value for name, value in {**fields, **dict(areas), "code": "bulletins"}.items() if name[:5] != "drop-"
    }


def test_a_round_up_is_chosen_edited_told_to_fit_and_printed(console: Console, numbers: list[int]) -> None:
    clerk, viewer = console.browser(Role.DRAFTER), console.browser(Role.VIEWER)
    offered = words(clerk.get(f"{PAPERS}/new", params=SPAN))
    sent = {**SPAN, "numbers": [str(each) for each in numbers], "once": "a" * 32}
    made, again = clerk.post(f"{PAPERS}/new", data=sent), clerk.post(f"{PAPERS}/new", data=sent)
    at = made.headers["location"].partition("?")[0]
    typed = form_of(clerk.get(at)) | {"headline-0": f"空き巣 {MARKUP}", "drop-2": "1", "what-new": "", "place-new": ""}
    saved = clerk.post(at, data=typed | {"headline-new": "見回りの日", "what-new": "毎月第一土曜日です。"})
    seen, sheet = clerk.get(at), viewer.get(f"{at}/print")
    late = clerk.post(at, data=typed | {"headline-0": "あとから"})
    full = form_of(clerk.get(at))
    over = clerk.post(at, data=full | {"what-0": "\n".join(["長い"] * 90)})
    too_long = words(clerk.get(at))

    assert "自転車盗" in offered
    assert "北だけのこと" not in offered
    assert "お探しの方" not in offered
    assert made.headers["location"] == again.headers["location"]
    assert (saved.status_code, late.status_code, over.status_code) == (303, 409, 303)
    assert "A4の紙1枚に入ります" in words(seen)
    assert "A4の紙1枚に入りません" in too_long
    assert MARKUP.replace("<", "&lt;").replace(">", "&gt;") in sheet.text
    for headline, stands in {
        "空き巣": True,
        "自転車盗": True,
        "北だけのこと": False,
        "お探しの方": False,
        "見回りの日": True,
    }.items():
        assert (headline in words(sheet)) is stands, headline
    assert "style=" not in sheet.text


def test_a_search_that_ended_is_left_out_of_the_paper_that_told_of_it(console: Console, numbers: list[int]) -> None:
    clerk = console.browser(Role.DRAFTER)
    made = clerk.post(f"{PAPERS}/new", data={"look": "one", "numbers": str(numbers[3])})
    at = made.headers["location"].partition("?")[0]
    during = words(clerk.get(f"{at}/print"))
    with console.home.database.write() as session:
        begun(session, console.clock.now(), kind=Kind.END, follows_id=numbers[3], redact=True)

    page, sheet = words(clerk.get(at)), words(clerk.get(f"{at}/print"))

    assert "お探しの方" in during
    assert "紙には出ません" in page
    assert "若葉野3丁目" not in sheet
    assert "お知らせできることは、いまはありません" in sheet


def test_a_paper_is_thrown_away_and_one_that_is_not_there_is_said_kindly(console: Console, numbers: list[int]) -> None:
    clerk = console.browser(Role.DRAFTER)
    none = clerk.post(f"{PAPERS}/new", data=SPAN)
    at = clerk.post(f"{PAPERS}/new", data={**SPAN, "numbers": str(numbers[0])}).headers["location"].partition("?")[0]
    unfit = clerk.post(at, data=form_of(clerk.get(at)) | {"masthead": "あ" * 11})
    gone = clerk.post(f"{at}/discard")

    assert (none.status_code, unfit.status_code, gone.status_code) == (422, 422, 303)
    assert [clerk.get(way).status_code for way in (at, f"{at}/print", f"{PAPERS}/x")] == [404] * 3
