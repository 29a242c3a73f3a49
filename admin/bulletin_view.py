"""Everything the page of one bulletin says, put into words from its dossier."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from admin.bulletin_desk import BulletinDesk, Dossier
from admin.bulletin_doors import Doors, doors
from admin.history_words import HistoryLine, history
from admin.japanese_times import StartWords, start_words
from admin.notice_cards import following
from admin.reach_words import addressee_words, expiry_words, reach_words
from admin.staff import Colleague
from bulletins.drafting import find
from bulletins.life import EDITABLE, BulletinState
from bulletins.notice_templates import NoticeTemplate
from bulletins.tables import Bulletin
from mailer.delivery_hours import NeverOpens
from mailer.tallies import Counts

# A page that waits for the start, or follows a delivery, comes anew by itself this often.
RELOAD_SECONDS = 5
_SOON = timedelta(minutes=5)
_MOST_DOMAINS = 20


@dataclass(frozen=True)
class BulletinView:
    """`start` is None for what has begun, never will, or finds no open day; `reload` is 0 for a page that rests."""

    dossier: Dossier
    doors: Doors
    start: StartWords | None
    never_opens: bool
    reach: str
    addressees: tuple[str, ...]
    expiry: str
    history: list[HistoryLine]
    again: int
    done_share: int
    domains: Mapping[str, Counts]
    other_domains: int
    followed: Bulletin | None
    following: tuple[NoticeTemplate, ...]
    reload: int
    is_open_now: bool

    @property
    def bulletin(self) -> Bulletin:
        return self.dossier.bulletin


def view(desk: BulletinDesk, bulletin_id: int, me: Colleague) -> BulletinView:
    """Raises UnknownBulletin, UnknownNotice."""
    dossier = desk.dossier(bulletin_id)
    bulletin, progress = dossier.bulletin, dossier.progress
    at = desk.clock.now()
    start, never_opens = _start(desk, bulletin, at=at)
    again = progress.counts.failed + progress.counts.expired
    with desk.database.read() as session:
        told = history(session, dossier.history, desk.town.zone)
        followed = find(session, bulletin.follows_id) if bulletin.follows_id else None
    shown = dict(list(dossier.domains.items())[:_MOST_DOMAINS])
    return BulletinView(
        dossier=dossier,
        doors=doors(bulletin, me, again=again),
        start=start,
        never_opens=never_opens,
        reach=reach_words(dossier.reach, desk.town, to_all=bulletin.to_all),
        addressees=addressee_words(bulletin, desk.town),
        expiry=expiry_words(bulletin),
        history=told,
        again=again,
        done_share=100 * progress.counts.ended // progress.audience if progress.audience else 0,
        domains={name: counts for name, counts in shown.items() if name},
        other_domains=max(0, len(dossier.domains) - _MOST_DOMAINS),
        followed=followed,
        following=following(bulletin, desk.shelf.all()),
        reload=_reload(bulletin, at=at),
        is_open_now=desk.hours.is_open(at),
    )


def _start(desk: BulletinDesk, bulletin: Bulletin, *, at: datetime) -> tuple[StartWords | None, bool]:
    state = BulletinState(bulletin.state)
    if state is BulletinState.WAITING and bulletin.starts_at is not None:
        return start_words(bulletin.starts_at, desk.town.zone, at=at), False
    if state in EDITABLE or state is BulletinState.SUBMITTED:
        try:
            return start_words(desk.starts(), desk.town.zone, at=at), False
        except NeverOpens:
            return None, True
    return None, False


def _reload(bulletin: Bulletin, *, at: datetime) -> int:
    waits = bulletin.state == BulletinState.WAITING and bulletin.starts_at is not None
    soon = waits and bulletin.starts_at is not None and bulletin.starts_at <= at + _SOON
    return RELOAD_SECONDS if soon or bulletin.state == BulletinState.SENDING else 0
