"""Everything the page of one bulletin says, put into words from its dossier."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from admin.bulletin.approval_view import ApprovalView, approval_view
from admin.bulletin.chain_view import ChainView, chain_view
from admin.desk.approval_desk import ApprovalDesk
from admin.desk.bulletin_desk import BulletinDesk, Dossier
from admin.desk.bulletin_doors import Doors, doors
from admin.desk.history_words import HistoryLine, history
from admin.desk.lookout import Lookout
from admin.desk.mending_words import addressees, reach_sentence
from admin.desk.progress_words import ProgressView, again_words, progress_view
from admin.desk.reach_words import expiry_words
from admin.frame.japanese_times import StartWords, start_words
from admin.people.staff import Colleague
from bulletins.checks.draft import Finding
from bulletins.life import EDITABLE, BulletinState
from bulletins.notice_shelf import UnknownNotice
from bulletins.other_languages import Said
from bulletins.tables import Bulletin
from mailer.delivery_hours import NeverOpens

# Without a script, a page that waits for the start, or follows a delivery, comes anew by itself this often.
RELOAD_SECONDS = 5
_SOON = timedelta(minutes=5)


@dataclass(frozen=True)
class BulletinView:
    """`start` is None for what has begun, never will, or finds no open day; `live` is a page that follows the events,
    and `reload` is 0 for one that rests without them."""

    dossier: Dossier
    doors: Doors
    start: StartWords | None
    never_opens: bool
    reach: str
    addressees: tuple[str, ...]
    expiry: str
    history: list[HistoryLine]
    again_question: str
    progress: ProgressView
    chain: ChainView
    notice_changed: bool
    live: bool
    reload: int
    approving: ApprovalView

    @property
    def bulletin(self) -> Bulletin:
        return self.dossier.bulletin


def view(approvals: ApprovalDesk, lookout: Lookout, bulletin_id: int, me: Colleague) -> BulletinView:
    """Raises UnknownBulletin, UnknownNotice."""
    desk = approvals.desk
    dossier = desk.dossier(bulletin_id)
    bulletin, counts = dossier.bulletin, dossier.progress.counts
    at = desk.clock.now()
    start, never_opens = _start(desk, bulletin, at=at)
    again = counts.failed + counts.expired
    reload = _reload(bulletin, at=at)
    with desk.database.read() as session:
        told = history(session, dossier.history, desk.town.zone)
        around = chain_view(session, bulletin, desk.shelf.all())
    return BulletinView(
        dossier=dossier,
        doors=doors(bulletin, me, again=again),
        start=start,
        never_opens=never_opens,
        reach=reach_sentence(dossier.reach, bulletin, dossier.addressed, desk.town),
        addressees=addressees(bulletin, dossier.addressed, desk.town),
        expiry=expiry_words(bulletin),
        history=told,
        again_question=again_words(counts) if again else "",
        progress=progress_view(lookout.look(bulletin_id, anew=True), desk.hours),
        chain=around,
        notice_changed=_notice_changed(desk, bulletin),
        live=bool(reload) or bulletin.state == BulletinState.HALTED,
        reload=reload,
        approving=approval_view(approvals, bulletin, me),
    )


@dataclass(frozen=True)
class DecidingFacts:
    """What whoever sends something alone has to see first."""

    bulletin: Bulletin
    reach: str
    addressees: tuple[str, ...]
    findings: tuple[Finding, ...]
    editions: Sequence[Said]


def facts_for_deciding(desk: BulletinDesk, bulletin_id: int) -> DecidingFacts:
    """Raises UnknownBulletin, UnknownNotice."""
    dossier = desk.dossier(bulletin_id)
    bulletin = dossier.bulletin
    reach = reach_sentence(dossier.reach, bulletin, dossier.addressed, desk.town)
    return DecidingFacts(
        bulletin, reach, addressees(bulletin, dossier.addressed, desk.town), dossier.findings, dossier.editions
    )


def _notice_changed(desk: BulletinDesk, bulletin: Bulletin) -> bool:
    """Whether a bulletin that is not approved yet was written with another version of its notice template."""
    if bulletin.state not in (*EDITABLE, BulletinState.SUBMITTED):
        return False
    try:
        return desk.shelf.get(bulletin.notice).version != bulletin.notice_version
    except UnknownNotice:
        return False


def _start(desk: BulletinDesk, bulletin: Bulletin, *, at: datetime) -> tuple[StartWords | None, bool]:
    state = BulletinState(bulletin.state)
    if state is BulletinState.WAITING and bulletin.starts_at is not None:
        return start_words(bulletin.starts_at, desk.town.zone, at=at), False
    if state in EDITABLE or state is BulletinState.SUBMITTED:
        try:
            return start_words(desk.starts(bulletin.wanted_start), desk.town.zone, at=at), False
        except NeverOpens:
            return None, True
    return None, False


def _reload(bulletin: Bulletin, *, at: datetime) -> int:
    waits = bulletin.state == BulletinState.WAITING and bulletin.starts_at is not None
    soon = waits and bulletin.starts_at is not None and bulletin.starts_at <= at + _SOON
    return RELOAD_SECONDS if soon or bulletin.state == BulletinState.SENDING else 0
