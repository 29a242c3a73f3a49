"""The printed form of a bulletin: the request sheet (配信伺) before approval, the record sheet (配信記録) after."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from admin.desk.bulletin_desk import BulletinDesk, Dossier
from admin.desk.mending_words import addressees, reach_sentence
from admin.desk.reach_words import expiry_words
from admin.frame.japanese_times import moment
from bulletins.approval_marks import Road, awaits_countersigning
from bulletins.calls import Call
from bulletins.life import BulletinState
from bulletins.notice_templates import Kind
from bulletins.tables import Bulletin
from foundation.era import clock_words, era_date
from mailer.delivery_hours import NeverOpens

_RECORDED = frozenset(
    {BulletinState.WAITING, BulletinState.SENDING, BulletinState.HALTED, BulletinState.SENT, BulletinState.WITHDRAWN}
)


@dataclass(frozen=True)
class Stamp:
    """One box to be stamped, with the name and the moment that the console knows."""

    title: str
    name: str
    at: str
    note: str = ""


@dataclass(frozen=True)
class SheetLines:
    """The form's lines as printed; `time` stays empty until the delivery began, `audience` empty after approval."""

    number: int
    title: str
    service: str
    day: str
    time: str
    kind: str
    is_drill: bool
    category: str
    subject: str
    text: str
    addressees: tuple[str, ...]
    expiry: str
    audience: str
    promise: str
    urgent_reason: str
    call: Call | None
    call_at: str
    stamps: tuple[Stamp, ...]
    counts: tuple[tuple[str, int], ...]


def sheet_lines(desk: BulletinDesk, dossier: Dossier) -> SheetLines:
    bulletin, zone = dossier.bulletin, desk.town.zone
    recorded = bulletin.approved_at is not None and bulletin.state in _RECORDED
    begun = bulletin.started_at
    counts = dossier.progress.counts
    return SheetLines(
        number=bulletin.id,
        title="配信記録" if recorded else "配信伺",
        service=desk.town.service_name,
        day=_day(desk, begun or bulletin.starts_at, wanted=bulletin.wanted_start),
        time=clock_words(begun.astimezone(zone)) if begun else "",
        kind=_kind(bulletin),
        is_drill=bulletin.kind == Kind.DRILL.value,
        category=bulletin.category,
        subject=bulletin.subject,
        text=bulletin.text,
        addressees=addressees(bulletin, dossier.addressed, desk.town),
        expiry=expiry_words(bulletin),
        audience="" if recorded else reach_sentence(dossier.reach, bulletin, dossier.addressed, desk.town),
        promise=_promise(BulletinState(bulletin.state), begun=begun is not None),
        call=bulletin.call,
        call_at=moment(bulletin.called_at, zone),
        urgent_reason=(bulletin.urgent_reason or "") if bulletin.urgent else "",
        stamps=(
            Stamp("起案", bulletin.submitter_name or bulletin.drafter_name, moment(bulletin.submitted_at, zone)),
            _approval(bulletin, zone),
            *_countersigned(bulletin, zone),
        ),
        counts=(
            ("対象", dossier.progress.audience),
            ("送信", counts.sent),
            ("送れず", counts.failed),
            ("期限切れ", counts.expired),
            ("取りやめ", counts.suppressed),
            ("後から不達", counts.bounced),
        )
        if begun
        else (),
    )


def _kind(bulletin: Bulletin) -> str:
    label = Kind(bulletin.kind).label
    before = bulletin.mends_id or bulletin.follows_id
    return f"{label}（お知らせ {before}番の）" if before else label


def _approval(bulletin: Bulletin, zone: tzinfo) -> Stamp:
    """With 代決 in the title, as on paper, and by whose hand a telephone approval came in."""
    title = "代決" if bulletin.approved_as_deputy else "承認"
    note = {Road.TELEPHONE.value: f"電話承認（入力：{bulletin.typist_name}）", Road.ALONE.value: "緊急単独配信"}
    road = note.get(bulletin.approved_by_road or "", "")
    return Stamp(title, bulletin.approver_name or "", moment(bulletin.approved_at, zone), road)


def _countersigned(bulletin: Bulletin, zone: tzinfo) -> tuple[Stamp, ...]:
    """An empty box waits for whoever has to look at it afterwards."""
    if bulletin.countersigned_at is None and not awaits_countersigning(bulletin):
        return ()
    return (Stamp("後閲", bulletin.countersigner_name or "", moment(bulletin.countersigned_at, zone)),)


def _promise(state: BulletinState, *, begun: bool) -> str:
    """What the line above the text says of it."""
    if state is BulletinState.WITHDRAWN and not begun:
        return "配信せずに取り下げました"
    if not begun:
        return "以下の内容で配信します"
    ended = state in (BulletinState.SENT, BulletinState.WITHDRAWN)
    return "以下の内容で配信しました" if ended else "以下の内容で配信しています"


def _day(desk: BulletinDesk, start: datetime | None, *, wanted: datetime | None) -> str:
    """In the era calendar; before approval the day on which it would begin."""
    if start is not None:
        return era_date(start.astimezone(desk.town.zone).date())
    try:
        return f"{era_date(desk.starts(wanted).astimezone(desk.town.zone).date())}（予定）"
    except NeverOpens:
        return ""
