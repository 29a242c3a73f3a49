"""What the public sees, put together: residents' pages and the archive, with what they share."""

from collections.abc import Sequence

from bulletins.pages import ArchivePages
from fastapi import APIRouter

from bulletins import archive
from foundation.pages import Pages
from foundation.settings import Mode
from service.home import TEMPLATES, Home
from subscribers.pages import Headline, ResidentPages

# Tokens stand in addresses of pages: they are told to nobody else, and nothing from elsewhere is loaded.
PUBLIC_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
    ),
}


def public_pages(home: Home) -> Pages:
    return Pages(
        TEMPLATES,
        {"town": home.town, "practice": home.settings.mode is Mode.PRACTICE, "hours_text": home.hours.describe()},
    )


def public_routers(home: Home, pages: Pages) -> Sequence[APIRouter]:
    def latest() -> Sequence[Headline]:
        with home.database.read() as session:
            return [
                Headline(bulletin.id, bulletin.subject, bulletin.started_at)
                for bulletin in archive.published(session, limit=3)
                if bulletin.started_at is not None
            ]

    residents = ResidentPages(
        database=home.database,
        clock=home.clock,
        pages=pages,
        registration=home.registration,
        keyring=home.keyring,
        town=home.town,
        latest=latest,
    )
    bulletins = ArchivePages(
        database=home.database, pages=pages, town=home.town, public_url=home.settings.public_url, clock=home.clock
    )
    return residents.router(), bulletins.router()
