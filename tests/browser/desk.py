"""A drafter's window on the morning of the first printed bulletin."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, expect

from admin.roles import Role
from tests.browser.test_office import sign_in
from tests.support.counted_page import CountedPage
from tests.support.house import House

# The first printed bulletin tells of ten to eight on this Tuesday.
MORNING_OF_SAMPLE_1 = datetime(2018, 6, 5, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


@contextmanager
def drafters_window(browser: Browser, house: House, *, script: bool = True) -> Iterator[Page]:
    context = browser.new_context(
        base_url=house.url, viewport={"width": 1280, "height": 900}, java_script_enabled=script, locale="ja-JP"
    )
    page = context.new_page()
    sign_in(house, page, Role.DRAFTER)
    # The address of the sign-in page ends as the one that it leads to.
    expect(page.get_by_role("button", name="サインアウト")).to_be_visible()
    yield page
    context.close()


def submitted(counted: CountedPage) -> str:
    """Presses the button, and gives the page that says so."""
    counted.click(counted.page.get_by_role("button", name="承認を依頼する"))
    expect(counted.page).to_have_url(re.compile("done=submitted"))
    return counted.page.locator("main").inner_text()
