"""By the keyboard alone in a real browser: out of the hours, in the middle of a delivery, and against a drill."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from admin.people.roles import Role
from bulletins.life import BulletinState
from tests.browser.by_keyboard import (
    begin_delivery,
    bulletins,
    deliver,
    employ,
    go_home,
    lands,
    sign_in,
    state,
    submitted,
    window,
)
from tests.subscribers.people import Desk
from tests.support.clock import HandClock
from tests.support.house import House, eventually
from tests.support.keyboard import Keyboard

pytestmark = pytest.mark.browser

MORNING = datetime.fromisoformat("2026-11-20T10:00:00+09:00")
EVENING = datetime.fromisoformat("2026-11-20T20:00:00+09:00")
PEOPLE = ("taro@example.com", "hanako@example.com")
WHY = "刃物を持った男が、まだ見つかっていないため"


@pytest.fixture
def begins() -> datetime:
    return MORNING


@pytest.fixture
def clock(begins: datetime) -> HandClock:
    return HandClock(begins)


@pytest.fixture
def house(tmp_path: Path, clock: HandClock) -> Iterator[House]:
    """Nothing is sent until its sender is woken."""
    with House(tmp_path / "var", f"sqlite:///{tmp_path / 'hansho.db'}", clock, sender_rests=True) as house:
        desk = Desk(house.home.database, clock, house.home.registration)
        for address in PEOPLE:
            desk.register(address)
        yield house


@pytest.fixture
def desks(browser: Browser, house: House) -> Iterator[tuple[Keyboard, Keyboard]]:
    """A drafter and an approver, each signed in and past the menu of the first page."""
    with ExitStack() as open_windows:
        keyboards = []
        for role in (Role.DRAFTER, Role.APPROVER):
            keys = Keyboard(open_windows.enter_context(window(browser, house)))
            keys.page.goto("/admin")
            sign_in(keys, house, employ(house, role))
            keys.enter("本文へ進む", most=1)
            keyboards.append(keys)
        yield keyboards[0], keyboards[1]


def begin(keys: Keyboard, title: str) -> None:
    """From the first page to the empty form of this notice, past the menu."""
    keys.enter("新しく書く", "link", most=1)
    expect(keys.page.locator("h1")).to_have_text("新しく書く")
    keys.enter(title, "link")
    expect(keys.page.locator("h1")).to_contain_text(title)
    keys.enter("本文へ進む", most=1)


def submit_example(keys: Keyboard, title: str) -> int:
    """Of the notice of this title, from the first page."""
    begin(keys, title)
    keys.enter("記入例を入れる", "link", most=1)
    expect(keys.page).to_have_url(re.compile("example=1$"))
    keys.enter("メールと確認の結果へ進む", "link", most=2)
    keys.enter("承認を依頼する", "button", most=5)
    return submitted(keys)


def open_to_decide(keys: Keyboard) -> None:
    keys.page.reload()
    keys.enter("本文へ進む", most=1)
    keys.enter("内容を見て決める", "link", most=6)
    expect(keys.page.locator("#decide")).to_have_text("承認する人が確かめること")
    keys.enter("本文へ進む", most=1)


def approve(keys: Keyboard) -> None:
    open_to_decide(keys)
    keys.enter("承認する", "button", most=5)
    expect(keys.page).to_have_url(re.compile("done=approved"))


def arrived(house: House, *, of: int = 2) -> None:
    eventually(lambda: sum(len(bulletins(house, address)) for address in PEOPLE) == of, what="the letters")


@pytest.mark.parametrize("begins", [EVENING])
def test_an_urgent_one_tells_the_hours_it_overrides_asks_why_and_goes_at_once(
    desks: tuple[Keyboard, Keyboard], house: House
) -> None:
    drafter, approver = desks
    house.wake_sender()
    number = submit_example(drafter, "不審者・声かけ")
    open_to_decide(approver)
    expect(approver.page.locator(".starts--other").first).to_contain_text("11月24日")

    approver.space("緊急配信", "checkbox", most=5)
    urgent = approver.page.locator(".approve .choice--urgent")
    expect(urgent).to_contain_text("いまは配信時間の外です。")
    expect(urgent).to_contain_text("いまは 午後8時。緊急でなければ")
    approver.to("緊急の理由", most=1)
    approver.enter("承認する", "button", most=1)
    expect(approver.page.locator("#e-urgent_reason")).to_have_text("＊緊急配信には、理由を書いてください。")
    lands(approver, role="alert")
    assert state(house, number) == BulletinState.SUBMITTED
    approver.to("緊急の理由", most=6)
    approver.type(WHY)
    approver.enter("承認する", "button", most=1)

    expect(approver.page.locator("main")).to_contain_text(WHY)
    house.tick()
    arrived(house)
    assert house.clock.now() == EVENING, "no hold, and not the next morning"


def test_enter_on_a_box_or_in_a_line_approves_nothing(desks: tuple[Keyboard, Keyboard], house: House) -> None:
    drafter, approver = desks
    number = submit_example(drafter, "不審者・声かけ")
    open_to_decide(approver)

    approver.enter("保留なし", "checkbox", most=5)
    approver.enter("緊急配信", "checkbox", most=1)
    approver.press("Space")
    approver.enter("緊急の理由", most=1)
    approver.type(WHY)
    approver.press("Enter")
    approver.enter("差し戻す", "DisclosureTriangle", most=2)

    expect(approver.page.locator("[name=return_reason]")).to_be_visible()
    expect(approver.page.locator("[name=urgent_reason]").first).to_have_value(WHY)
    assert state(house, number) == BulletinState.SUBMITTED


def test_a_halted_one_sends_nothing_until_it_is_resumed(desks: tuple[Keyboard, Keyboard], house: House) -> None:
    drafter, approver = desks
    number = submit_example(drafter, "不審者・声かけ")
    approve(approver)
    begin_delivery(house)
    assert state(house, number) == BulletinState.SENDING
    go_home(drafter)

    drafter.enter("一時停止", "button", most=5)
    expect(drafter.page).to_have_url(re.compile("done=halted"))
    lands(drafter, role="status")
    house.wake_sender()
    # Older and of the same sender: when these have come, the bulletin's would have.
    eventually(lambda: all(len(house.letters(address)) == 2 for address in PEOPLE), what="the sender's other letters")
    house.tick()
    assert state(house, number) == BulletinState.HALTED
    assert [bulletins(house, address) for address in PEOPLE] == [[], []]
    expect(drafter.page.locator("main")).to_contain_text("再開は、配信責任者が行います。")
    expect(approver.page.locator(".over-title")).to_contain_text("一時停止")
    go_home(approver)
    approver.enter("不審者による", "link", most=6)
    expect(approver.page.locator("#decide")).to_have_text("配信の操作")
    approver.enter("本文へ進む", most=1)
    approver.enter("再開する", "button", most=6)

    expect(approver.page).to_have_url(re.compile("done=resumed"))
    arrived(house)


def test_a_drill_is_refused_while_a_real_warning_is_active(desks: tuple[Keyboard, Keyboard], house: House) -> None:
    drafter, approver = desks
    house.wake_sender()
    real = submit_example(drafter, "気象情報")
    approve(approver)
    deliver(house, real)
    go_home(drafter)
    drill = submit_example(drafter, "訓練")
    expect(approver.page.locator("main")).to_contain_text("配信を終えました")
    go_home(approver)
    open_to_decide(approver)

    approver.enter("承認する", "button", most=5)

    expect(approver.page.get_by_role("alert").first).to_contain_text(
        f"（お知らせ {real}番）が有効なあいだは、訓練を配信できません"
    )
    lands(approver, role="alert")
    assert state(house, drill) == BulletinState.SUBMITTED
    assert all("訓練" not in subject for address in PEOPLE for subject in bulletins(house, address))


def test_the_mail_drawn_anew_takes_nobodys_place(desks: tuple[Keyboard, Keyboard]) -> None:
    drafter, _ = desks
    preview = drafter.page.locator("#preview")
    begin(drafter, "自由文")
    drafter.write("件名", "停電")
    expect(preview.get_by_role("link")).to_have_count(1)
    with drafter.page.expect_response("**/admin/write/preview"):
        drafter.press("Enter")
    assert drafter.focus().value == "停電"
    answers: list[Route] = []

    def keep_waiting(route: Route) -> None:
        answers.append(route)

    drafter.page.route("**/admin/write/preview", keep_waiting)
    with drafter.page.expect_request("**/admin/write/preview"):
        drafter.type("のお知らせ")

    lacking = drafter.to("「本文」", "link")
    answers[-1].continue_()

    expect(preview).to_contain_text("停電のお知らせ")
    assert drafter.focus() == lacking
