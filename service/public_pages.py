"""What the public sees, put together: residents' pages and the archive, with what they share."""

from collections.abc import Sequence

from fastapi import APIRouter

from bulletins.pages import ArchivePages
from foundation.pages import Pages
from foundation.settings import Mode
from service.home import TEMPLATES, Home
from subscribers.page_personal import Terms
from subscribers.pages import ResidentPages


def public_pages(home: Home) -> Pages:
    return Pages(
        TEMPLATES,
        {"town": home.town, "practice": home.settings.mode is Mode.PRACTICE, "hours_text": home.hours.describe()},
    )


def public_routers(home: Home, pages: Pages) -> Sequence[APIRouter]:
    bulletins = ArchivePages(
        database=home.database, pages=pages, town=home.town, public_url=home.settings.public_url, clock=home.clock
    )
    residents = ResidentPages(
        database=home.database,
        clock=home.clock,
        pages=pages,
        registration=home.registration,
        keyring=home.keyring,
        town=home.town,
        mail_domain=home.settings.mail_domain,
        terms=Terms(
            hours=home.hours.describe(),
            bounce_days=home.settings.bounce_days,
            erase_days=home.settings.erase_after.days,
        ),
        latest=bulletins.latest,
    )
    return residents.router(), bulletins.router()
