"""A drafter's window on the morning of the first printed bulletin."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, expect

from admin.people.roles import Role
from tests.browser.windows import windows
from tests.support.counted_page import CountedPage
from tests.support.house import House

# The first printed bulletin tells of ten to eight on this Tuesday.
MORNING_OF_SAMPLE_1 = datetime(2018, 6, 5, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


@contextmanager
def drafters_window(browser: Browser, house: House, *, script: bool = True) -> Iterator[Page]:
    with windows(browser, house, (Role.DRAFTER,), script=script) as pages:
        pages[Role.DRAFTER].goto("/admin")
        yield pages[Role.DRAFTER]


def submitted(counted: CountedPage) -> str:
    """Presses the button, and gives the page that says so."""
    counted.click(counted.page.get_by_role("button", name="承認を依頼する"))
    expect(counted.page).to_have_url(re.compile("done=submitted"))
    return counted.page.locator("main").inner_text()
