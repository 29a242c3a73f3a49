"""Windows of the console, in which people of each role are already signed in.

How one signs in is walked in test_story.py, test_people.py and test_without_script.py.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from admin.frame.guard import COOKIE
from admin.people import staff
from admin.people.roles import Role
from admin.people.sign_in import open_session
from foundation.addresses import Address
from tests.support import known_password
from tests.support.house import House

PASSWORD, hashed = known_password.PASSWORD, known_password.hashed


def let_in(house: House, page: Page, role: Role) -> None:
    """A new member of staff of this role sits before the page, which shows nothing yet."""
    at, address = house.clock.now(), Address.parse(f"{role.value}@city.example.jp")
    with house.home.database.write() as session:
        me = staff.add(session, address, role.label, role=role, password_hash=hashed(PASSWORD), at=at, actor="test")
        token = open_session(session, me, at=at).token
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": house.url}])


@contextmanager
def windows(
    browser: Browser, house: House, roles: Sequence[Role], *, script: bool = True
) -> Iterator[dict[Role, Page]]:
    """One each, with cookies of its own."""
    pages = {}
    for role in roles:
        context = browser.new_context(
            base_url=house.url, viewport={"width": 1280, "height": 900}, java_script_enabled=script, locale="ja-JP"
        )
        pages[role] = context.new_page()
        let_in(house, pages[role], role)
    yield pages
    for page in pages.values():
        page.context.close()
