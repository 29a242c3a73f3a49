"""The rooms of residents, furnished for the sample town, and a browser before their pages."""

from pathlib import Path

import pytest
from fastapi import FastAPI

from foundation.database import Database
from foundation.tokens import Keyring
from subscribers.headline import Headline
from subscribers.page_personal import Terms
from subscribers.pages import ResidentPages
from subscribers.registration import Registration
from subscribers.stationery import Stationery
from subscribers.town import Town, load_town
from tests.subscribers.people import Desk
from tests.support.clock import HandClock
from tests.support.page_reader import PageReader
from tests.support.spoken import pages_in

PROJECT = Path(__file__).parents[2]
PUBLIC_URL = "https://anzen.example.jp"


@pytest.fixture(scope="session")
def town() -> Town:
    return load_town(PROJECT / "service" / "komorebi.toml")


@pytest.fixture(scope="session")
def keyring() -> Keyring:
    return Keyring(["a secret of the tests"])


@pytest.fixture(scope="session")
def registration(town: Town, keyring: Keyring) -> Registration:
    return Registration(Stationery.read(PROJECT / "templates" / "letters", town, PUBLIC_URL), keyring)


@pytest.fixture
def headlines() -> list[Headline]:
    return []


@pytest.fixture
def client(
    database: Database, clock: HandClock, town: Town, registration: Registration, headlines: list[Headline]
) -> PageReader:
    pages = ResidentPages(
        database,
        clock,
        pages_in(town),
        registration,
        registration.keyring,
        town,
        mail_domain="mail.example.jp",
        terms=Terms(hours="月曜日〜金曜日 午前9時〜午後5時（祝日と閉庁日を除く）", bounce_days=3, erase_days=28),
        latest=lambda: headlines,
    )
    app = FastAPI()
    app.include_router(pages.router())
    return PageReader(app)


@pytest.fixture
def desk(database: Database, clock: HandClock, registration: Registration) -> Desk:
    return Desk(database, clock, registration)
