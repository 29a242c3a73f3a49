"""What the public sees, put together: residents' pages and the archive, with what they share."""

from collections.abc import Sequence

from fastapi import APIRouter

from bulletins.archive_rows import ArchiveRows
from bulletins.pages import ArchivePages
from bulletins.redaction import Redaction
from foundation.languages import Language
from foundation.pages import Pages
from foundation.settings import Mode
from foundation.spoken_pages import SpokenPages
from liaisons.forward_pages import ForwardPages
from liaisons.page_asked import AskedPages
from liaisons.page_circle import CircleDesk
from liaisons.page_liaison_voice import LiaisonVoicePages
from liaisons.page_materials import MaterialReading
from liaisons.page_meeting import MeetingCalendar
from liaisons.page_own import OwnPages
from liaisons.page_voice import VoicePages
from service.home import TEMPLATES, Home
from service.standing_now import StandingNow
from subscribers.page_personal import Terms
from subscribers.pages import ResidentPages
from subscribers.spoken_town import spoken


def public_pages(home: Home) -> SpokenPages:
    """Raises CatalogueBroken. The console's pages are those in Japanese."""
    standing = StandingNow(home.database, home.clock)
    return SpokenPages({language: _pages(home, language, standing) for language in Language})


def _pages(home: Home, language: Language, standing: StandingNow) -> Pages:
    shared = {
        "town": spoken(home.town, language),
        "practice": home.settings.mode is Mode.PRACTICE,
        "hours_text": home.hours.describe(),
        "standing": standing,
    }
    return Pages(TEMPLATES, shared, home.catalogues[language])


def public_routers(home: Home, pages: SpokenPages) -> Sequence[APIRouter]:
    rows = ArchiveRows(home.town, Redaction(home.settings.redact_after))
    bulletins = ArchivePages(home.database, home.clock, pages, rows, public_url=home.settings.public_url)
    residents = ResidentPages(
        database=home.database,
        clock=home.clock,
        pages=pages,
        registration=home.registration,
        keyring=home.keyring,
        town=home.town,
        mail_domain=home.settings.mail_domain,
        terms=Terms.of(home.hours, bounce_days=home.settings.bounce_days, erase_days=home.settings.erase_after.days),
        latest=bulletins.latest,
    )
    return (*_for_liaisons(home, pages, rows), residents.router(), bulletins.router())


def _for_liaisons(home: Home, pages: SpokenPages, rows: ArchiveRows) -> Sequence[APIRouter]:
    """Fixed paths before those with a token in the same place."""
    settings, network = home.settings, home.network
    where = {"mail_domain": settings.mail_domain, "public_url": settings.public_url}
    return (
        CircleDesk(home.database, home.clock, pages, home.keyring, **where).router(),
        MeetingCalendar(home.database, pages, network.meeting_letters).router(),
        MaterialReading(home.database, pages, network.materials, home.keyring).router(),
        VoicePages(home.voices, pages).router(),
        LiaisonVoicePages(home.voices, pages).router(),
        AskedPages(home.database, home.clock, pages, network.asking).router(),
        OwnPages(home.database, home.clock, pages, stationery=home.stationery, keyring=home.keyring).router(),
        ForwardPages(
            home.database, home.clock, pages, rows, network.desk, network.codes, home.shelf, network.materials
        ).router(),
    )
