"""意見・要望: taken in once each, found again, counted by year and by liaison."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.fiscal_year import FiscalYear
from foundation.ledger import Doer
from liaisons.tables import Liaison, LiaisonState
from liaisons.voice_life import Step, write_step
from liaisons.voice_tables import OPEN, Road, ToldBy, Voice, VoiceState, VoiceStep
from subscribers.tables import Subscriber, SubscriberState

# So many a day one liaison, and everybody without a name, may send in by the roads that need no member of staff.
MOST_A_DAY_EACH = 30
MOST_A_DAY_FORMS = 500


@dataclass(frozen=True)
class Heard:
    """One voice as it came in. `once_key` is the same for the same mail or form; `by` is who acts: a member of staff,
    or `resident`, `liaison`."""

    road: Road
    text: str
    once_key: str
    due_on: date
    by: str | Doer
    liaison_id: int | None = None
    area: str = ""
    mail: str | None = None
    phone: str | None = None
    differs: bool = False
    language: str | None = None
    about_id: int | None = None
    section: str = ""
    writer: tuple[int, str] | None = None
    at: datetime | None = None  # when it was said, where that was not just now


@dataclass(frozen=True)
class Asked:
    """Which voices a list shows; what is empty is not asked. `state` is one, or `open`, or `untold`: closed, and the
    person does not know."""

    state: str = ""
    section: str = ""
    area: str = ""
    road: str = ""
    liaison_id: int | None = None
    overdue_on: str = ""  # those open whose day lies before this one


def known(session: Session, once_key: str) -> Voice | None:
    return session.scalars(select(Voice).where(Voice.once_key == once_key)).first()


def hear(session: Session, heard: Heard, *, at: datetime) -> Voice:
    """The new voice, or the one that came by this mail or form before."""
    before = known(session, heard.once_key)
    if before is not None:
        return before
    number, name = heard.writer or (None, "")
    voice = Voice(
        state=VoiceState.RECEIVED.value,
        road=heard.road.value,
        text=heard.text,
        received_at=heard.at or at,
        writer_id=number,
        writer_name=name,
        liaison_id=heard.liaison_id,
        area=heard.area,
        mail=heard.mail,
        phone=heard.phone,
        differs=heard.differs,
        language=heard.language,
        about_id=heard.about_id,
        section=heard.section,
        officer_name="",
        due_on=heard.due_on.isoformat(),
        answer="",
        led_to="",
        version=1,
        once_key=heard.once_key,
    )
    session.add(voice)
    session.flush()
    write_step(session, voice, Step.RECEIVED, heard.writer, at=at)
    deed = ledger.deed_of(heard.by, "voice.received", f"voice:{voice.id}")
    ledger.write(session, deed, at=at, details={"road": heard.road.label})
    return voice


def is_flooded(session: Session, road: Road, liaison_id: int | None, *, at: datetime) -> bool:
    """Whether as many came by this road within a day as one liaison, or everybody unknown, may send."""
    whose = Voice.liaison_id.is_(None) if liaison_id is None else Voice.liaison_id == liaison_id
    lately = (Voice.road == road.value, Voice.received_at > at - timedelta(days=1), whose)
    most = MOST_A_DAY_FORMS if liaison_id is None else MOST_A_DAY_EACH
    return (session.scalar(select(func.count()).select_from(Voice).where(*lately)) or 0) >= most


def find(session: Session, number: int, *, to_change: bool = False) -> Voice | None:
    return session.get(Voice, number, with_for_update=to_change or None, populate_existing=to_change)


def steps_of(session: Session, voice_id: int) -> Sequence[VoiceStep]:
    return session.scalars(select(VoiceStep).where(VoiceStep.voice_id == voice_id).order_by(VoiceStep.id)).all()


def listed(session: Session, asked: Asked, *, limit: int, skip: int = 0) -> Sequence[Voice]:
    """Open ones first, the earliest due on top; then the others, the newest first."""
    order = (Voice.closed_at.desc().nulls_first(), Voice.due_on, Voice.id)
    return session.scalars(select(Voice).where(*_asked(asked)).order_by(*order).limit(limit).offset(skip)).all()


def how_many(session: Session, asked: Asked) -> int:
    return session.scalar(select(func.count()).select_from(Voice).where(*_asked(asked))) or 0


def by_state(session: Session) -> Mapping[VoiceState, int]:
    """A state that none is in is left out."""
    rows = session.execute(select(Voice.state, func.count()).group_by(Voice.state))
    return {VoiceState(state): number for state, number in rows}


def sections(session: Session) -> Sequence[str]:
    """Those that ever had one, for lists to choose from."""
    return session.scalars(select(Voice.section).where(Voice.section != "").distinct().order_by(Voice.section)).all()


def speaker(session: Session, subscriber_id: int) -> Liaison | None:
    """The liaison whose links bear this number, where their consent holds."""
    held = Liaison.state.in_([LiaisonState.CONSENTED.value, LiaisonState.ACTIVE.value])
    return session.scalars(select(Liaison).where(Liaison.subscriber_id == subscriber_id, held)).first()


def register_address(session: Session, voice: Voice) -> tuple[str, int] | None:
    """The address of the liaison whose voice it is, and the number of their subscription; None where there is none that
    is written to."""
    if voice.liaison_id is None or voice.differs:
        return None
    found = session.execute(
        select(Subscriber.address, Subscriber.id)
        .join(Liaison, Liaison.subscriber_id == Subscriber.id)
        .where(
            Liaison.id == voice.liaison_id,
            Subscriber.address.is_not(None),
            Subscriber.state == SubscriberState.ACTIVE.value,
        )
    ).first()
    return None if found is None else (str(found.address), int(found.id))


@dataclass(frozen=True)
class VoiceCounts:
    total: int
    open: int
    overdue: int


def of_liaison(session: Session, liaison_id: int, *, today: date | None = None) -> VoiceCounts:
    """For the hand-over sheet: what this liaison told the office. Without a day nothing counts as overdue."""
    return _counts(session, Voice.liaison_id == liaison_id, today=today)


def open_ones(session: Session, *, today: date) -> VoiceCounts:
    """Over the whole town, for the first page."""
    return _counts(session, Voice.closed_at.is_(None), today=today)


@dataclass(frozen=True)
class YearOfVoices:
    """What came in within a fiscal year, and what became of it by now."""

    by_road: Mapping[Road, int]
    answered: int
    cannot: int
    told: int
    open: int

    @property
    def total(self) -> int:
        return sum(self.by_road.values())

    @property
    def share_answered(self) -> float | None:
        """Of 1; None where nobody said anything."""
        return (self.answered + self.cannot) / self.total if self.total else None

    @property
    def share_told(self) -> float | None:
        """Of those that were closed, to how many the result was told."""
        closed = self.answered + self.cannot
        return self.told / closed if closed else None


def yearly_voices(session: Session, year: int, zone: tzinfo) -> YearOfVoices:
    """`year` is the calendar year of its April."""
    span = FiscalYear(year, zone)
    # Nobody knows whether somebody looked at their page.
    told = Voice.told_by.is_not(None) & (Voice.told_by != ToldBy.PAGE.value)
    rows = session.execute(
        select(Voice.road, Voice.state, func.count(), func.count().filter(told))
        .where(Voice.received_at >= span.begin, Voice.received_at < span.end)
        .group_by(Voice.road, Voice.state)
    ).all()
    by_road = {road: sum(number for of, _, number, _ in rows if of == road) for road in Road}
    by_state = {state: sum(number for _, of, number, _ in rows if of == state) for state in VoiceState}
    return YearOfVoices(
        by_road=by_road,
        answered=by_state[VoiceState.ANSWERED],
        cannot=by_state[VoiceState.CANNOT],
        told=sum(told for *_, told in rows),
        open=sum(by_state[state] for state in OPEN),
    )


def _asked(asked: Asked) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if asked.state == "open":
        wanted.append(Voice.closed_at.is_(None))
    elif asked.state == "untold":
        wanted += [Voice.closed_at.is_not(None), Voice.told_by.is_(None)]
    elif asked.state:
        wanted.append(Voice.state == asked.state)
    for column, value in ((Voice.section, asked.section), (Voice.area, asked.area), (Voice.road, asked.road)):
        if value:
            wanted.append(column == value)
    if asked.liaison_id is not None:
        wanted.append(Voice.liaison_id == asked.liaison_id)
    if asked.overdue_on:
        wanted += [Voice.closed_at.is_(None), Voice.due_on < asked.overdue_on]
    return wanted


def _counts(session: Session, whose: ColumnElement[bool], *, today: date | None) -> VoiceCounts:
    opened = Voice.closed_at.is_(None)
    late = opened & (Voice.due_on < (today.isoformat() if today else ""))
    found = session.execute(
        select(func.count(), func.count(Voice.id).filter(opened), func.count(Voice.id).filter(late)).where(whose)
    ).one()
    return VoiceCounts(*found)
