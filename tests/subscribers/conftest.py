"""The rooms of residents, furnished for the sample town, and a browser before their pages."""

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI

from foundation.database import Database
from foundation.routes import take_in
from foundation.tokens import Keyring
from mailer.delivery_hours import DeliveryHours
from mailer.holidays import ClosingDays
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
def standing() -> list[Headline]:
    return []


@pytest.fixture
def open_hours() -> str:
    return "mon-fri 09:00-17:00"


@pytest.fixture
def client(
    database: Database,
    clock: HandClock,
    town: Town,
    registration: Registration,
    headlines: list[Headline],
    standing: list[Headline],
    open_hours: str,
) -> PageReader:
    hours = DeliveryHours.parse(open_hours, zone=town.zone, closing_days=ClosingDays(()), grace=timedelta(0))
    pages = ResidentPages(
        database,
        clock,
        pages_in(town, standing=lambda: standing),
        registration,
        registration.keyring,
        town,
        mail_domain="mail.example.jp",
        terms=Terms.of(hours, bounce_days=3, erase_days=28),
        latest=lambda: headlines,
    )
    app = FastAPI()
    take_in(app.router, pages.router())
    return PageReader(app)


@pytest.fixture
def desk(database: Database, clock: HandClock, registration: Registration) -> Desk:
    return Desk(database, clock, registration)
