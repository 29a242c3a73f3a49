"""A real Chromium, one a test file."""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.support.clock import HandClock
from tests.support.house import House

# The first is the same engine without windows; it starts and draws in half the time.
CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
FRIDAY_MORNING = datetime(2026, 11, 20, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


# Ended with each file: while Playwright runs, its event loop stands in the way of every other test of the process.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("no Chromium on this machine, and in CI nothing is skipped")
        pytest.skip("no Chromium on this machine (Debian package chromium)")
    options = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        yield browser
        browser.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with House(tmp_path / "var", f"sqlite:///{tmp_path / 'hansho.db'}", HandClock(FRIDAY_MORNING)) as house:
        yield house
