"""The whole way of the network: from a candidate of another section to the review in April."""

import re
from collections.abc import Iterator
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from admin.people.roles import Role
from bulletins.drafting import find
from service.entrance import SAMPLE_TOWN
from tests.browser.by_keyboard import deliver
from tests.browser.windows import windows
from tests.support.clock import HandClock
from tests.support.code_reader import codes_in
from tests.support.house import House, eventually, links_of

pytestmark = pytest.mark.browser
MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
APRIL = datetime(2027, 4, 5, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo"))
LIAISON = "sato@example.com"
MEMBERS = [f"m{number}@example.com" for number in range(40)]
ON_THE_LIST = MEMBERS[:5]
GROUP = "椎の木町会"
LINE = "見守り当番の方は、いつもより30分早く来てください。"
SUBJECT = "防犯講習会のお知らせ"
CORRECTION = "【訂正】"
SAID = "児童公園の街灯が切れていて、夕方が暗いです。"
ANSWER = "街灯を交換しました。お知らせくださり、ありがとうございました。"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Of a town where a liaison may add a line."""
    town = SAMPLE_TOWN.read_text(encoding="utf-8").replace("own_line = false", "own_line = true")
    (tmp_path / "town.toml").write_text(town, encoding="utf-8")
    settings = {"HANSHO_TOWN": str(tmp_path / "town.toml")}
    with House(tmp_path / "var", f"sqlite:///{tmp_path / 'hansho.db'}", HandClock(MONDAY), settings) as house:
        yield house


@pytest.fixture
def phone(browser: Browser, house: House) -> Iterator[Page]:
    """Of the liaison: small, and without JavaScript."""
    context = browser.new_context(base_url=house.url, viewport={"width": 360, "height": 740}, java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_from_a_candidate_to_the_april_review(browser: Browser, house: House, phone: Page, tmp_path: Path) -> None:
    with windows(browser, house, (Role.VIEWER, Role.DRAFTER, Role.APPROVER), script=False) as desks:
        drafter, approver = desks[Role.DRAFTER], desks[Role.APPROVER]
        _proposed(desks[Role.VIEWER])
        _asked(drafter)
        phone.goto(_link(_letter(house, LIAISON, 1), "/liaison/asked/"))
        phone.get_by_role("button", name="お引き受けします").click()
        _made_active(drafter)

        first = _written(house, drafter, approver, SUBJECT)
        edition = _letter(house, LIAISON, 2)
        assert edition["Subject"] == SUBJECT
        assert "みなさまのご判断にお任せします" in str(edition.get_content())
        behind = _link(edition, "/liaison/")
        _circle_opened_and_joined(house, phone, behind, tmp_path)

        second = _written(house, drafter, approver, SUBJECT + "（2回目）")
        assert _copies(house, second) == dict.fromkeys([LIAISON, *ON_THE_LIST], 1)
        _passed_on(house, phone, second)
        everybody = dict.fromkeys([LIAISON, *MEMBERS], 1)
        eventually(lambda: _ticked(house) and _copies(house, second) == everybody, what="forty letters")
        assert all(LINE in _text(house, address) for address in MEMBERS[5:])
        assert not any(LINE in _text(house, address) for address in ON_THE_LIST)

        third = _corrected(drafter, approver, second)
        deliver(house, third)
        eventually(lambda: _ticked(house) and _copies(house, third) == everybody, what="forty corrections")
        assert _copies(house, first) == {LIAISON: 1}, "what nobody passed on went to nobody else"

        _told_and_answered(house, drafter, phone)

    house.clock.set(APRIL)
    with windows(browser, house, (Role.MANAGER,), script=False) as desks:
        reviewer = desks[Role.MANAGER]
        reviewer.goto("/admin/liaisons/review")
        reviewer.get_by_role("button", name="変わりなし").click()
        expect(reviewer.locator("main")).to_contain_text("全員済んでいます")


def _proposed(viewer: Page) -> None:
    viewer.goto("/admin/liaisons")
    viewer.get_by_role("link", name="候補を知らせる").click()
    viewer.get_by_label("氏名").fill("佐藤 花子")
    viewer.locator("[name=organisation]").fill(GROUP)
    viewer.locator("[name=section]").fill("高齢福祉課")
    viewer.locator("[name=why]").fill("見守り活動を10年続けている。")
    viewer.locator("[name=reach]").fill(LIAISON)
    viewer.get_by_role("button", name="候補を送る").click()
    expect(viewer.locator("main")).to_contain_text("候補を送りました")


def _asked(drafter: Page) -> None:
    drafter.goto("/admin/liaisons")
    drafter.get_by_role("link", name=re.compile("読んで決める")).click()
    drafter.get_by_role("link", name="打診する", exact=True).click()
    drafter.locator("[name=name]").fill("佐藤 花子")
    drafter.locator("[name=organisation]").fill(GROUP)
    drafter.get_by_label("メール", exact=True).check()
    drafter.locator("[name=address]").fill(LIAISON)
    drafter.get_by_role("button", name="打診中として加える").click()
    drafter.get_by_role("button", name="打診のメールを送る").click()
    expect(drafter.locator("main")).to_contain_text("お返事を待っています")


def _made_active(drafter: Page) -> None:
    drafter.reload()
    drafter.get_by_role("button", name="活動を始める").click()
    expect(drafter.locator(".over-title")).to_contain_text("活動中")


def _circle_opened_and_joined(house: House, phone: Page, behind: str, folder: Path) -> None:
    """All forty by the code that the liaison shows them; five have been on the city's list for long."""
    for address in ON_THE_LIST:
        house.register(address)
    phone.goto(behind.rpartition("/")[0])
    phone.get_by_role("link", name="転送先").first.click()
    phone.get_by_role("button", name="転送先を作る").click()
    phone.locator("img").screenshot(path=folder / "code.png")
    [page] = codes_in(Image.open(folder / "code.png"), folder)
    entry = phone.locator("dd", has_text="touroku-c-").locator(".whole").inner_text()
    before = {address: len(house.letters(address)) for address in MEMBERS}
    for address in MEMBERS[1:]:
        assert house.mail(address, entry) == 250
    phone.goto(page)
    phone.locator("[name=address]").fill(MEMBERS[0])
    phone.get_by_role("button", name=re.compile("登録用メール")).click()
    for address in MEMBERS:
        invitation = _letter(house, address, before[address] + 1)
        assert house.http.post(_link(invitation, "/r/"), data={"join": "yes"}).status_code == 200
    phone.goto(behind.rpartition("/")[0] + "/circle")
    expect(phone.locator("main")).to_contain_text("40人")
    assert "@example.com" not in phone.content(), "the liaison sees how many, and nobody who"


def _written(house: House, drafter: Page, approver: Page, subject: str) -> int:
    drafter.goto("/admin/write/plain")
    drafter.locator("[name=field-subject]").fill(subject)
    drafter.locator("[name=field-text]").fill(
        "12月1日（火）の午後2時から、市役所で防犯講習会を開きます。どなたでもどうぞ。"
    )
    drafter.locator("summary", has_text="届ける相手と日時").click()
    drafter.get_by_label("連絡員にも、登録者と同時に送る").check()
    return _approved(house, drafter, approver)


def _approved(house: House, drafter: Page, approver: Page) -> int:
    drafter.get_by_role("button", name="承認を依頼する").click()
    number = int(drafter.url.partition("?")[0].rpartition("/")[2])
    approver.goto(f"/admin/bulletins/{number}")
    expect(approver.locator("main")).to_contain_text("連絡員")
    approver.get_by_role("button", name="承認する", exact=True).click()
    deliver(house, number)
    return number


def _passed_on(house: House, phone: Page, number: int) -> None:
    """With a line of the liaison's own, and only once the code of the mail is typed in."""
    before = len(house.letters(LIAISON))
    phone.goto(_link(house.letters(LIAISON)[-1], f"/{number}"))
    phone.get_by_label(re.compile("自分の言葉で添える")).fill(LINE)
    phone.get_by_role("button", name="確認の番号を受け取る").click()
    code = re.search(r"確認番号：([0-9 ]+)", str(_letter(house, LIAISON, before + 1).get_content()))
    assert code is not None
    phone.get_by_label("確認の番号").fill(code[1])
    phone.get_by_role("button", name="転送先へ送る").click()
    expect(phone.locator("main")).to_contain_text("40人へ")


def _corrected(drafter: Page, approver: Page, number: int) -> int:
    drafter.goto(f"/admin/bulletins/{number}")
    drafter.get_by_role("link", name="訂正を書く").click()
    for name, words in (("wrong", "午後2時から"), ("right", "午後3時から")):
        drafter.locator(f"[name=field-{name}]").fill(words)
    drafter.get_by_role("button", name="承認を依頼する").click()
    correction = int(drafter.url.partition("?")[0].rpartition("/")[2])
    approver.goto(f"/admin/bulletins/{correction}")
    approver.get_by_role("button", name="承認する", exact=True).click()
    return correction


def _told_and_answered(house: House, drafter: Page, phone: Page) -> None:
    edition = next(each for each in house.letters(LIAISON) if each["Reply-To"])
    before = len(house.letters(LIAISON))
    answer = EmailMessage()
    answer["Subject"], answer["From"], answer["In-Reply-To"] = "Re: " + SUBJECT, LIAISON, edition["Message-ID"]
    answer.set_content(SAID)
    octets = answer.as_bytes().replace(b"\n", b"\r\n")
    assert house.mail(LIAISON, str(edition["Reply-To"]), octets) == 250
    assert "受け付け" in str(_letter(house, LIAISON, before + 1).get_content())
    drafter.goto("/admin/voices")
    drafter.locator("main table a, main .list a").first.click()
    expect(drafter.locator("main")).to_contain_text(SAID)
    drafter.get_by_role("button", name="担当を決める").click()
    drafter.get_by_role("button", name="対応を始める").click()
    drafter.locator("[name=answer]").first.fill(ANSWER)
    drafter.get_by_role("button", name="回答して、メールで送る").click()
    assert ANSWER in str(_letter(house, LIAISON, before + 2).get_content())


def _letter(house: House, address: str, count: int) -> EmailMessage:
    return eventually(lambda: house.letters(address)[count - 1 :], what=f"letter {count} to {address}")[0]


def _link(letter: EmailMessage, part: str) -> str:
    return next(link for link in links_of(letter) if part in link)


def _ticked(house: House) -> bool:
    house.tick()
    return True


def _copies(house: House, number: int) -> dict[str, int]:
    """By address, how many letters of this bulletin arrived."""
    with house.home.database.read() as session:
        subject = find(session, number).subject
    found: dict[str, int] = {}
    for letter in house.letters():
        if letter["Subject"] == subject and letter["List-Unsubscribe"]:
            found[letter["Delivered-To"]] = found.get(letter["Delivered-To"], 0) + 1
    return found


def _text(house: House, address: str) -> str:
    return str(house.letters(address)[-1].get_content())
