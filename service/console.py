"""The console and the API, put together."""

from collections.abc import Sequence

from fastapi import APIRouter

from admin.accounts.pages_by_link import LinkPages
from admin.accounts.pages_me import MyPages
from admin.accounts.pages_my_codes import MyCodesPages
from admin.accounts.pages_people import PeoplePages
from admin.accounts.pages_person import PersonPages
from admin.accounts.pages_rotation import RotationPages
from admin.accounts.pages_second_step import Door, SecondStepPages
from admin.accounts.pages_sign_in import SignInPages
from admin.api.bulletin_api import BulletinApi
from admin.api.subscriber_api import SubscriberApi
from admin.bulletin.pages_bulletins import BulletinPages
from admin.bulletin.pages_home import HomePages
from admin.bulletin.pages_progress import Watchers
from admin.bulletin.pages_statement import StatementPages
from admin.frame.console_page import ConsolePage
from admin.frame.guard import Guard
from admin.frame.kept_forms import FormKeeper
from admin.network.liaison_desk import LiaisonDesk
from admin.network.pages_candidates import CandidatePages
from admin.network.pages_liaison import LiaisonPages
from admin.network.pages_liaison_form import LiaisonFormPages
from admin.network.pages_liaison_year import LiaisonYearPages
from admin.network.pages_liaisons import LiaisonsPages
from admin.network.pages_materials import MaterialPages
from admin.network.pages_meeting import MeetingPages
from admin.network.pages_meetings import MeetingsPages
from admin.network.pages_paper import PaperPages
from admin.network.pages_papers import PapersPages
from admin.network.pages_voice import VoicePages
from admin.network.pages_voices import VoicesPages
from admin.notices.notice_desk import NoticeDesk
from admin.notices.pages_notice_editing import NoticeEditingPages
from admin.notices.pages_notices import NoticePages
from admin.records.pages_ledger import LedgerPages
from admin.records.pages_practice import PracticePages
from admin.records.pages_statistics import StatisticsPages
from admin.residents.pages_april import AprilPages
from admin.residents.pages_bounces import BouncePages
from admin.residents.pages_import import ImportPages
from admin.residents.pages_inbound import InboundPages
from admin.residents.pages_place import PlacePages
from admin.residents.pages_places import PlacesPages
from admin.residents.pages_subscriber_numbers import SubscriberNumberPages
from admin.residents.pages_subscribers import SubscriberPages
from admin.residents.place_desk import PlaceDesk
from admin.writing.pages_pasting import PastingPages
from admin.writing.pages_writing import WritingPages
from bulletins.redaction import Redaction
from foundation.pages import Pages
from liaisons.known_dealings import KnownDealings
from liaisons.paper_codes import PaperCodes
from liaisons.paper_source import PaperSource
from liaisons.papers import Papers
from service.home import Home


def console_routers(home: Home, pages: Pages, guard: Guard, watchers: Watchers) -> Sequence[APIRouter]:
    secure = home.settings.public_url.startswith("https://")
    desk = home.bulletin_desk
    page = ConsolePage(pages, guard)
    notices = NoticeDesk(home.database, home.clock, home.town, home.shelf, home.notices)
    keeper = FormKeeper(home.database, home.clock, home.keyring)
    writing = WritingPages(desk, keeper, pages=pages, guard=guard)
    return (
        *_people(home, pages, page, secure=secure),
        HomePages(home.approval_desk, pages=pages, guard=guard).router(),
        writing.router(),
        PastingPages(desk, writing, page=page).router(),
        BulletinPages(home.approval_desk, pages=pages, guard=guard, watchers=watchers).router(),
        StatementPages(desk, home.carriers, page=page).router(),
        NoticePages(notices, page=page).router(),
        NoticeEditingPages(notices, page=page).router(),
        *_places(home, page),
        VoicesPages(home.voices, page=page).router(),
        VoicePages(home.voices, page=page).router(),
        *_network(home, page),
        *_liaisons(home, page),
        SubscriberNumberPages(home.database, home.clock, places=home.places, page=page).router(),
        ImportPages(home.database, home.clock, home.town, home.imports, page=page).router(),
        SubscriberPages(
            home.database, home.clock, home.watch, places=home.places, registration=home.registration, page=page
        ).router(),
        BouncePages(home.database, home.clock, home.watch, home.carriers, page=page).router(),
        InboundPages(home.database, home.clock, pages=pages, guard=guard).router(),
        LedgerPages(home.database, home.clock, home.town, page=page).router(),
        StatisticsPages(desk, page=page).router(),
        PracticePages(home.mailbox, pages=pages, guard=guard, public_url=home.settings.public_url).router(),
        BulletinApi(home.approval_desk, guard=guard).router(),
        SubscriberApi(home.database, home.clock, home.watch, guard=guard).router(),
    )


def _liaisons(home: Home, page: ConsolePage) -> Sequence[APIRouter]:
    """Fixed paths before those with a number in them."""
    desk = LiaisonDesk(home.database, home.clock, home.town, home.network.asking, home.keyring, page, KnownDealings())
    one = LiaisonPages(desk)
    return (
        LiaisonsPages(desk).router(),
        LiaisonYearPages(desk).router(),
        CandidatePages(desk).router(),
        LiaisonFormPages(desk, one).router(),
        one.router(),
    )


def _places(home: Home, page: ConsolePage) -> Sequence[APIRouter]:
    desk = PlaceDesk(home.database, home.clock, home.places, home.settings.mail_domain, page)
    return AprilPages(desk).router(), PlacesPages(desk).router(), PlacePages(desk).router()


def _network(home: Home, page: ConsolePage) -> Sequence[APIRouter]:
    """What the office keeps and plans for liaisons; fixed paths before those with a number in them."""
    at = (home.database, home.clock)
    return (
        MaterialPages(*at, home.network.materials, page=page).router(),
        MeetingsPages(*at, home.town, page=page).router(),
        MeetingPages(*at, home.network.meeting_letters, page=page).router(),
        *_papers(home, page),
    )


def _papers(home: Home, page: ConsolePage) -> Sequence[APIRouter]:
    papers = Papers(PaperSource(home.town, Redaction(home.settings.redact_after)))
    codes = PaperCodes(home.places, home.settings.mail_domain, home.settings.public_url)
    at = (home.database, home.clock, papers)
    return PapersPages(*at, page=page).router(), PaperPages(*at, codes, page=page).router()


def _people(home: Home, pages: Pages, page: ConsolePage, *, secure: bool) -> Sequence[APIRouter]:
    """The door, one's own page, and the pages of all staff; fixed paths before those with a number in them."""
    rooms, guard, required = home.personnel, page.guard, home.settings.codes_required
    at_door = (home.database, home.clock, home.keyring)
    door = Door(secure=secure, issuer=home.town.service_name)
    sign_in = SignInPages(*at_door, pages=pages, guard=guard, secure=secure, codes_required=required)
    return (
        sign_in.router(),
        SecondStepPages(*at_door, pages=pages, guard=guard, door=door).router(),
        LinkPages(rooms, pages=pages, guard=guard).router(),
        MyPages(rooms, page=page, secure=secure).router(),
        MyCodesPages(rooms, page=page).router(),
        PeoplePages(rooms, page=page).router(),
        RotationPages(rooms, page=page).router(),
        PersonPages(rooms, page=page).router(),
    )
