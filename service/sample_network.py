"""What goes on between the sample's office and its neighbourhoods: a circle, voices, meetings, materials, a paper."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from bulletins.life import BulletinState
from bulletins.redaction import Redaction
from bulletins.signatory import Signatory
from bulletins.tables import Bulletin
from liaisons import circles, meetings, papers, voice_life, voices
from liaisons.meetings import Facts
from liaisons.paper_fit import Look, fit
from liaisons.paper_source import PaperSource, Span
from liaisons.tables import Liaison, LiaisonState
from liaisons.voice_due import due_day
from liaisons.voice_life import Turn
from liaisons.voice_tables import Road, ToldBy, Voice
from liaisons.voices import Heard
from service.home import Home
from service.sample_liaisons import Step, people
from subscribers.tables import Subscriber

MEMBERS = tuple(f"haru.{name}@{domain}" for name, domain in (
    ("aoki", "example.jp"), ("fujii", "example.jp"), ("hara", "example.jp"), ("kimura", "example.jp"),
    ("noda", "example.jp"), ("okada", "example.jp"),
))  # fmt: skip
OVERDUE = "駅前の放置自転車が増え、朝は車いすで通れません。見回りを増やしてもらえないでしょうか。"
_LIGHT = "児童公園の入口の街灯が、先週から切れています。塾帰りの子どもが通るので、早めに見ていただけると助かります。"
_CROSSING = "通学路の横断歩道の白線が消えかけて、見えにくくなっています。"
_CAMERA = "防犯カメラを、今年中に商店街の全部の通りに付けてほしい。"
_CASE = "先日のお知らせの不審者は、その後どうなりましたか。近くに住んでいるので心配です。"
_MORNING, _NOON = time(9, 40), time(11, 30)


@dataclass(frozen=True)
class Neighbourhood:
    """`today` is the day on which the sample is made. Everything lies in days before it."""

    home: Home
    drafter: Signatory
    approver: Signatory
    today: date

    def steps(self) -> Iterator[tuple[datetime, Step]]:
        yield from self._circle()
        yield from self._voices()
        yield from self._meetings()
        for ago, key in ((90, "calls"), (90, "first"), (30, "burglary"), (30, "requests")):
            at = self._at(ago, _MORNING)
            yield at, partial(self.home.network.materials.check, key=key, by=self.drafter, seen=0, at=at)
        at = self._at(1, _NOON)
        yield at, partial(self._paper, at=at)

    def _circle(self) -> Iterator[tuple[datetime, Step]]:
        """Opened by the first liaison; some joined who have the town's mails already."""
        at = self._at(100, _NOON)
        yield at, partial(self._open, at=at)
        for number, address in enumerate(MEMBERS):
            at = self._at(96 - 7 * number, _NOON)
            yield at, partial(self._join, address=address, at=at)

    def _open(self, session: Session, *, at: datetime) -> None:
        circles.open_circle(session, _liaison(session, self._names[0]).id, at=at)

    def _join(self, session: Session, *, address: str, at: datetime) -> None:
        circle = circles.circle_of(session, _liaison(session, self._names[0]).id)
        member = session.scalar(select(Subscriber.id).where(Subscriber.address == address))
        if circle is not None and member is not None:
            self.home.circles.join(session, circle.id, member, at=at)

    def _voices(self) -> Iterator[tuple[datetime, Step]]:
        """One in each state; that in hand is late."""
        me = (self.drafter.id, self.drafter.name)
        first, clerk = self._names[0], self._names[2]
        told = (
            (34, Heard(Road.PAGE, _LIGHT, "sample:light", self.today, "liaison", area=self._area(1)), first),
            (30, Heard(Road.VISIT, OVERDUE, "sample:bicycles", self.today, self.drafter, writer=me), clerk),
            (21, Heard(Road.CALL, _CAMERA, "sample:camera", self.today, self.drafter, writer=me), ""),
            (3, Heard(Road.MAIL, _CROSSING, "sample:crossing", self.today, "liaison", area=self._area(2)), first),
            (1, Heard(Road.FORM, _CASE, "sample:case", self.today, "resident", mail="mio.sato@example.jp"), ""),
        )
        for ago, heard, name in told:
            at = self._at(ago, _MORNING)
            yield at, partial(self._hear, heard=replace(heard, at=at, due_on=self._due(at)), name=name, at=at)
            if heard.road is not Road.FORM:
                at = self._at(ago, _NOON)
                yield at, partial(self._assign, once=heard.once_key, at=at)
        at = self._at(27, _NOON)
        yield at, partial(self._answer, at=at)
        at = self._at(15, _NOON)
        yield at, partial(self._cannot, at=at)

    def _hear(self, session: Session, *, heard: Heard, name: str, at: datetime) -> None:
        liaison = _liaison(session, name).id if name else None
        about = _newest(session) if heard.road is Road.FORM else None
        voices.hear(session, replace(heard, liaison_id=liaison, about_id=about), at=at)

    def _assign(self, session: Session, *, once: str, at: datetime) -> None:
        """What is about the road goes to those who paint it; the rest is taken in hand."""
        voice, turn = _voice(session, once), Turn(self.drafter, at)
        if once == "sample:crossing":
            voice_life.assign(session, voice, turn, section="道路管理課", officer=None)
            return
        officer = (self.drafter.id, self.drafter.name)
        voice_life.assign(session, voice, turn, section=self.home.town.section, officer=officer)
        voice_life.take(session, voice, turn)

    def _answer(self, session: Session, *, at: datetime) -> None:
        voice, turn = _voice(session, "sample:light"), Turn(self.drafter, at)
        voice_life.answer(session, voice, turn, "現地を確かめ、街灯2基の電球を交換しました。ありがとうございました。")
        voice_life.told(session, voice, turn, way=ToldBy.MAIL, day=self._day(at))
        voice_life.led_to(session, voice, turn, bulletin_id=None, words="近くの公園の街灯も一斉に点検した")

    def _cannot(self, session: Session, *, at: datetime) -> None:
        voice, turn = _voice(session, "sample:camera"), Turn(self.drafter, at)
        why = "今年度の予算では、駅前の交差点3か所までです。ほかの通りは、来年度に検討します。"
        voice_life.cannot(session, voice, turn, why)
        voice_life.told(session, voice, turn, way=ToldBy.PHONE, day=self._day(at))

    def _meetings(self) -> Iterator[tuple[datetime, Step]]:
        """One that was held with another, and one to come whose invitation waits for a second look."""
        names = [town.name for town in self.home.town.towns]
        at = self._at(60, _MORNING)
        agenda = "・夏からの市内の犯罪の様子\n・通学路の見守りで気づいたこと"
        joint = f"{names[3 % len(names)]}町会の定例会"
        held = Facts(self._at(38, time(14)), self._at(38, time(15, 30)), "中央公民館 3階 和室", joint, agenda)
        yield at, partial(self._plan, facts=held, at=at)
        at = self._at(37, _MORNING)
        yield at, partial(self._hold, at=at)
        at = self._at(2, _MORNING)
        agenda = "・最近の詐欺の電話の手口\n・年末年始の見回りの日どり"
        facts = Facts(self._at(-12, time(10)), self._at(-12, time(11, 30)), "市役所 2階 会議室", "", agenda)
        yield at, partial(self._plan, facts=facts, at=at, ask=True)

    def _plan(self, session: Session, *, facts: Facts, at: datetime, ask: bool = False) -> None:
        meeting = meetings.plan(session, facts, (), self.drafter, at=at)
        if ask:
            self.home.network.meeting_letters.ask(session, meeting, self.drafter, at=at)

    def _hold(self, session: Session, *, at: datetime) -> None:
        notes = "・駐輪場に「鍵は2つ」の札を下げることにした。\n・暗い道の地図を、次の会までに見直す。"
        meeting = meetings.every(session, limit=1)[0]
        meetings.hold(session, meeting, notes, 14, self.drafter, at=at)

    def _paper(self, session: Session, *, at: datetime) -> None:
        """As many of the newest as one sheet holds."""
        made = papers.Papers(PaperSource(self.home.town, Redaction(self.home.settings.redact_after)))
        span = Span(self.today - timedelta(days=60), self.today)
        chosen = list(made.source.of_span(session, span, ""))
        while not fit(Look.ROUND_UP, papers.LEAD, [made.source.item(each, brief=True) for each in chosen]).fits:
            chosen.pop(0)
        numbers = tuple(each.id for each in chosen)
        made.begin(session, papers.Choice(Look.ROUND_UP, span, "", numbers), self.drafter, once="sample:paper", at=at)

    @property
    def _names(self) -> list[str]:
        return [person.name for person in people(self.home.town)]

    def _area(self, number: int) -> str:
        areas = self.home.town.areas
        return areas[number % len(areas)].key if areas else ""

    def _due(self, at: datetime) -> date:
        return due_day(self._day(at), self.home.settings.voice_days, self.home.hours.closing_days)

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.home.town.zone).date()

    def _at(self, days_ago: int, clock: time) -> datetime:
        day = self.today - timedelta(days=days_ago)
        return datetime.combine(day, clock, tzinfo=self.home.town.zone).astimezone(UTC)


def _liaison(session: Session, name: str) -> Liaison:
    mine = Liaison.name == name, Liaison.state == LiaisonState.ACTIVE
    return session.scalars(select(Liaison).where(*mine)).one()


def _voice(session: Session, once: str) -> Voice:
    return session.scalars(select(Voice).where(Voice.once_key == once)).one()


def _newest(session: Session) -> int | None:
    """Of the bulletins that went out."""
    sent = Bulletin.state == BulletinState.SENT
    return session.scalar(select(Bulletin.id).where(sent).order_by(Bulletin.id.desc()).limit(1))
