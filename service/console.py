"""The console and the API, put together."""

from collections.abc import Sequence

from fastapi import APIRouter

from admin.api import BulletinApi
from admin.api_subscribers import SubscriberApi
from admin.console_page import ConsolePage
from admin.guard import Guard
from admin.kept_forms import FormKeeper
from admin.notice_desk import NoticeDesk
from admin.pages_bounces import BouncePages
from admin.pages_bulletins import BulletinPages
from admin.pages_home import HomePages
from admin.pages_inbound import InboundPages
from admin.pages_ledger import LedgerPages
from admin.pages_pasting import PastingPages
from admin.pages_notice_editing import NoticeEditingPages
from admin.pages_notices import NoticePages
from admin.pages_practice import PracticePages
from admin.pages_progress import Watchers
from admin.pages_sign_in import SignInPages
from admin.pages_subscribers import SubscriberPages
from admin.pages_writing import WritingPages
from foundation.pages import Pages
from service.home import Home


def console_routers(home: Home, pages: Pages, guard: Guard, watchers: Watchers) -> Sequence[APIRouter]:
    secure = home.settings.public_url.startswith("https://")
    desk = home.bulletin_desk
    page = ConsolePage(pages, guard)
    notices = NoticeDesk(home.database, home.clock, home.town, home.shelf, home.notices)
    sign_in = SignInPages(home.database, home.clock, home.keyring, pages=pages, guard=guard, secure=secure)
    keeper = FormKeeper(home.database, home.clock, home.keyring)
    writing = WritingPages(desk, keeper, pages=pages, guard=guard)
    return (
        sign_in.router(),
        HomePages(home.approval_desk, pages=pages, guard=guard).router(),
        writing.router(),
        PastingPages(desk, writing, page=page).router(),
        BulletinPages(home.approval_desk, pages=pages, guard=guard, watchers=watchers).router(),
        NoticePages(notices, page=page).router(),
        NoticeEditingPages(notices, page=page).router(),
        SubscriberPages(home.database, home.clock, home.watch, pages=pages, guard=guard).router(),
        BouncePages(home.database, home.clock, home.watch, home.carriers, page=page).router(),
        InboundPages(home.database, home.clock, pages=pages, guard=guard).router(),
        LedgerPages(home.database, home.clock, home.town, page=ConsolePage(pages, guard)).router(),
        PracticePages(home.mailbox, pages=pages, guard=guard, public_url=home.settings.public_url).router(),
        BulletinApi(home.approval_desk, guard=guard).router(),
        SubscriberApi(home.database, home.clock, home.watch, guard=guard).router(),
    )
