"""People at the console who use the keyboard alone, and what the house does between their turns."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pyotp
from playwright.sync_api import Browser, Page, expect

from admin.people import one_time_codes, staff
from admin.people.roles import Role
from bulletins.drafting import find
from bulletins.life import BulletinState
from foundation.addresses import Address
from tests.browser.windows import PASSWORD, hashed
from tests.support.house import House, eventually
from tests.support.keyboard import Keyboard

PLACE_OF_LINKS = "（登録者ごとのリンク）"


@dataclass(frozen=True)
class Person:
    """With `secret`, who signs in with one-time codes too."""

    address: str
    secret: str | None = None


def employ(house: House, role: Role, *, codes: bool = False) -> Person:
    at = house.clock.now()
    address = Address.parse(f"{role.value}@city.example.jp")
    with house.home.database.write() as session:
        me = staff.add(session, address, role.label, role=role, password_hash=hashed(PASSWORD), at=at, actor="test")
        if not codes:
            return Person(str(address))
        # The code that confirms the set-up is spent; it is that of a while ago.
        before, keyring = at - timedelta(minutes=5), house.home.keyring
        one_time_codes.begin(session, keyring, me.id)
        secret = one_time_codes.pending_secret(session, keyring, me.id)
        assert secret is not None
        assert one_time_codes.confirm(session, keyring, me, pyotp.TOTP(secret).at(before), at=before)
        return Person(str(address), secret)


@contextmanager
def window(browser: Browser, house: House, *, script: bool = True) -> Iterator[Page]:
    """With cookies of its own."""
    context = browser.new_context(
        base_url=house.url, viewport={"width": 1280, "height": 900}, java_script_enabled=script, locale="ja-JP"
    )
    yield context.new_page()
    context.close()


def lands(keys: Keyboard, *, name: str = "", role: str = "") -> None:
    """Waits for the new page to put the focus there; the name need only begin so."""

    def is_there() -> bool:
        focus = keys.focus()
        return focus.name.startswith(name) and role in ("", focus.role)

    eventually(is_there, seconds=5, what=f"the focus on {name or role}")


def sign_in(keys: Keyboard, house: House, person: Person) -> None:
    """Wherever the page of signing in was met; it leads on from there."""
    lands(keys, name="メールアドレス")
    keys.type(person.address)
    keys.to("パスワード", most=1)
    keys.type(PASSWORD)
    keys.press("Enter")
    if person.secret:
        expect(keys.page.locator("h1")).to_have_text("認証コードを入力してください")
        lands(keys, name="認証コード")
        keys.type(pyotp.TOTP(person.secret).at(house.clock.now()))
        keys.press("Enter")
    expect(keys.page.get_by_role("button", name="サインアウト")).to_be_visible()


def go_home(keys: Keyboard) -> None:
    """To the first page, and past its menu."""
    keys.to("はじめに", "link", most=12, back=True)
    keys.press("Enter")
    expect(keys.page).to_have_url(re.compile("/admin$"))
    keys.enter("本文へ進む", most=1)


def submitted(keys: Keyboard) -> int:
    """The number of what was just handed in; the keyboard stands where that is said."""
    expect(keys.page).to_have_url(re.compile(r"/admin/bulletins/\d+\?done=submitted$"))
    lands(keys, role="status")
    return int(keys.page.url.partition("?")[0].rpartition("/")[2])


def state(house: House, number: int) -> str:
    with house.home.database.read() as session:
        return find(session, number).state


def begin_delivery(house: House) -> None:
    """The hold passes, and the letters of what was approved lie there for the sender that rests."""
    house.clock.set(house.home.hours.start_for(house.clock.now(), hold=house.home.settings.hold))
    house.tick()
    with house.home.database.write() as session:
        house.home.publisher.fan_out(session, at=house.clock.now(), limit=100)


def deliver(house: House, number: int) -> None:
    """The hold passes, and all of it is sent."""
    house.clock.move(timedelta(minutes=2))
    end(house, number)


def end(house: House, number: int) -> None:
    """What was accepted is recorded a moment later; then the bulletin is finished."""

    def is_sent() -> bool:
        house.tick()
        return state(house, number) == BulletinState.SENT

    eventually(is_sent, what="the end of the delivery")


def bulletins(house: House, address: str) -> list[str]:
    """The subjects of all bulletins that arrived there."""
    return [str(each["Subject"]) for each in house.letters(address) if each["List-Unsubscribe"]]


def as_shown(text: str) -> str:
    """The text of a letter as the console shows it, where nobody's own links stand."""
    return re.sub(r"https?://[!-~]+/(?:me|stop)/[!-~]+", PLACE_OF_LINKS, text).strip().replace("\r\n", "\n")
