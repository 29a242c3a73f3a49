"""The sample town's data, for practice: staff, residents and some months of bulletins, so that nobody starts empty.

All of it is made by the rooms themselves, at past moments, in one transaction.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.people import passwords, staff
from admin.people.roles import Role
from admin.people.staff import Colleague, StaffRow
from bulletins.signatory import Signatory
from bulletins.tables import Bulletin
from foundation.addresses import Address
from mailer import claims, records
from mailer.claims import Wish
from mailer.courier import Delivered
from mailer.outbox_tables import Lane
from mailer.records import Result
from service import sample_liaisons
from service.home import Home
from service.sample_bulletins import PAST, Past, Scene, being_written, waiting_for_approval
from service.sample_liaisons import Register, Step, people
from service.sample_network import Neighbourhood
from service.sample_places import handed_out, note, open_places
from service.sample_residents import SAMPLE_ACTOR, enter, residents
from subscribers import leaving, leaving_reasons, pausing
from subscribers.leaving_reasons import Why
from subscribers.tables import StopReason, Subscriber

SIGN_IN_FILE = "first-sign-in.txt"
SENDER = "sample"
PEOPLE = (
    ("drafter@city.example.jp", "配信 たろう", Role.DRAFTER),
    ("approver@city.example.jp", "承認 はなこ", Role.APPROVER),
    ("manager@city.example.jp", "管理 いちろう", Role.MANAGER),
)
_FIRST_DAY = 400
_SEARCH_DAYS = 40


def load_sample(home: Home) -> list[str]:
    """Fills an empty database, and tells in Japanese where to begin; on any other it only tells."""
    at = home.clock.now()
    with home.database.write() as session:
        if _is_empty(session):
            _Sample(home, at).make(session)
        elif session.scalar(select(StaffRow.id).where(StaffRow.address == PEOPLE[0][0])) is None:
            return ["データがすでにあるため、見本のデータは入れませんでした。"]
    return _where_to_begin(home)


@dataclass(frozen=True)
class _Sample:
    home: Home
    at: datetime

    def make(self, session: Session) -> None:
        """Step by step in the order of their moments, so that the ledger reads like any other."""
        drafter, approver = self._enter_staff(session)
        steps: list[tuple[datetime, Step]] = [
            *self._residents(),
            *self._places(drafter),
            *self._liaisons(drafter, approver),
            *Neighbourhood(self.home, drafter, approver, self._today).steps(),
        ]
        for past, moment in zip(PAST, self._office_moments(), strict=True):
            steps.append((moment, partial(self._publish, past=past, drafter=drafter, approver=approver, at=moment)))
            later = moment + timedelta(hours=25)
            steps.append((later, partial(self.home.watch.draw, at=later)))
        steps.append((self.at - timedelta(minutes=50), partial(self._draft, drafter=drafter)))
        steps.append((self.at - timedelta(minutes=30), partial(self._submit, drafter=drafter)))
        for _, step in sorted(steps, key=lambda timed: timed[0]):
            step(session)

    def _enter_staff(self, session: Session) -> tuple[Signatory, Signatory]:
        at = self._evening(_FIRST_DAY)
        lines, people = [], []
        for address, name, role in PEOPLE:
            password = "-".join(secrets.token_hex(2) for _ in range(3))
            fingerprint = passwords.make_hash(password)
            person = Address.parse(address)
            people.append(
                staff.add(session, person, name, role=role, password_hash=fingerprint, at=at, actor=SAMPLE_ACTOR)
            )
            lines.append(f"{role.label}\t{address}\t{password}")
        # Written before the transaction ends: without its data the file does no harm, and is written anew.
        _keep_sign_in(self.home, lines)
        return _signatory(people[0]), _signatory(people[1])

    def _residents(self) -> list[tuple[datetime, Step]]:
        steps: list[tuple[datetime, Step]] = []
        for resident in residents(self.home.town, self._today):
            at = self._evening(resident.days_ago)
            steps.append((at, partial(enter, resident=resident, at=at)))
            if resident.paused_days_ago is not None:
                at = self._evening(resident.paused_days_ago)
                until = pausing.end_of(4, self.home.town.zone, at=at)
                steps.append((at, partial(_pause, address=resident.address, until=until, at=at)))
            if resident.leaves_days_ago is not None:
                at = self._evening(resident.leaves_days_ago)
                steps.append((at, partial(_leave, address=resident.address, zone=self.home.town.zone, at=at)))
        return steps

    def _places(self, drafter: Signatory) -> list[tuple[datetime, Step]]:
        """Noted in the evening of its day, as far as the office was there already."""
        at = self._evening(_FIRST_DAY - 1)
        steps: list[tuple[datetime, Step]] = [(at, partial(open_places, places=self.home.places, by=drafter, at=at))]
        for placement in handed_out(self._today, self.home.town):
            at = self._evening(max(1, min((self._today - placement.day).days, _FIRST_DAY - 2)))
            steps.append((at, partial(note, places=self.home.places, placement=placement, by=drafter, at=at)))
        return steps

    def _liaisons(self, drafter: Signatory, approver: Signatory) -> list[tuple[datetime, Step]]:
        rooms = Register(self.home.town, self.home.network.asking.wording, drafter)
        steps: list[tuple[datetime, Step]] = []
        for person in people(self.home.town):
            for at, step in sample_liaisons.steps(person, self._evening(person.days_ago)):
                steps.append((at, partial(rooms.step, person=person, step=step, at=at)))
        at = self._evening(2)
        return [*steps, (at, partial(rooms.propose, sender=approver, at=at))]

    def _publish(self, session: Session, past: Past, drafter: Signatory, approver: Signatory, at: datetime) -> None:
        """Written, submitted, approved by another, opened, fanned out, delivered, finished."""
        home = self.home
        sheet = past.write(self._scene(at))
        number = home.drafting.begin(session, sheet, drafter, at=at).id
        home.approval.submit(session, number, drafter, at=at + timedelta(minutes=12))
        approved = home.approval.approve(session, number, past.decision, approver, at=at + timedelta(minutes=21))
        begins = approved.starts_at or at
        home.publisher.open_due(session, at=begins)
        while home.publisher.fan_out(session, at=begins):
            pass
        self._deliver(session, past, at=begins + timedelta(seconds=1))
        home.publisher.finish(session, at=begins + timedelta(seconds=9))

    def _deliver(self, session: Session, past: Past, *, at: datetime) -> None:
        wish = Wish(dict.fromkeys(Lane, 200))
        while rows := claims.claim(session, SENDER, wish, at=at).rows:
            handed = at + timedelta(seconds=2)
            results = [
                Result(row, past.refusals.get(row.address, Delivered("250 2.0.0 taken by the sample")), handed)
                for row in rows
            ]
            records.record(session, SENDER, results, at=handed)

    def _draft(self, session: Session, drafter: Signatory) -> None:
        at = self.at - timedelta(minutes=50)
        self.home.drafting.begin(session, being_written(self._scene(at)), drafter, at=at)

    def _submit(self, session: Session, drafter: Signatory) -> None:
        at = self.at - timedelta(minutes=30)
        number = self.home.drafting.begin(session, waiting_for_approval(self._scene(at)), drafter, at=at).id
        self.home.approval.submit(session, number, drafter, at=at + timedelta(minutes=8))

    def _scene(self, at: datetime) -> Scene:
        return Scene(self.home.town, self.home.shelf, at)

    def _office_moments(self) -> list[datetime]:
        """One for each past bulletin, oldest first, each on a day of its own and inside the delivery hours."""
        moments, ago = [], 0
        for past in reversed(PAST):
            ago, moment = self._office_moment(max(past.days_ago, ago + 1))
            moments.append(moment)
        return moments[::-1]

    def _office_moment(self, days_ago: int) -> tuple[int, datetime]:
        """20 past 10 where that is inside the hours, else the opening, of the first open day going back."""
        for ago in range(days_ago, days_ago + _SEARCH_DAYS):
            for clock in (time(10, 20), time(0, 0)):
                opening = self.home.hours.next_opening(self._moment(ago, clock))
                if opening < self._moment(ago - 1, time(0, 0)):
                    return ago, opening
        return days_ago, self._moment(days_ago, time(10, 20))

    def _evening(self, days_ago: int) -> datetime:
        return self._moment(days_ago, time(20, days_ago % 60))

    @property
    def _today(self) -> date:
        return self.at.astimezone(self.home.town.zone).date()

    def _moment(self, days_ago: int, clock: time) -> datetime:
        day = self._today - timedelta(days=days_ago)
        return datetime.combine(day, clock, tzinfo=self.home.town.zone).astimezone(UTC)


def _is_empty(session: Session) -> bool:
    return all(session.scalar(select(key).limit(1)) is None for key in (StaffRow.id, Subscriber.id, Bulletin.id))


def _pause(session: Session, address: Address, until: datetime, at: datetime) -> None:
    pausing.pause(session, _found(session, address), until, at=at)


def _leave(session: Session, address: Address, zone: ZoneInfo, at: datetime) -> None:
    subscriber = _found(session, address)
    leaving.stop(session, subscriber.id, StopReason.LEFT, by="resident", at=at)
    leaving_reasons.say(session, subscriber, Why.MOVED, zone, at=at)


def _found(session: Session, address: Address) -> Subscriber:
    return session.scalars(select(Subscriber).where(Subscriber.address == address.text)).one()


def _signatory(person: Colleague) -> Signatory:
    return Signatory(person.id, person.name, drafts=person.may(Role.DRAFTER), approves=person.may(Role.APPROVER))


def _keep_sign_in(home: Home, lines: list[str]) -> None:
    path = home.settings.data / SIGN_IN_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _where_to_begin(home: Home) -> list[str]:
    """Where everything else is to be found, `serve` tells as it starts."""
    path = home.settings.data / SIGN_IN_FILE
    if not path.exists():
        return [f"見本のデータは入っていますが、{path} がありません。hansho staff add でパスワードを設定できます。"]
    console = f"http://{home.settings.admin_listen or home.settings.web_listen}/admin"
    lines = ["見本の登録者とお知らせが入っています。", f"  管理画面 {console} には、次のどれかでサインインします。"]
    for line in path.read_text(encoding="utf-8").splitlines():
        label, address, password = line.split("\t")
        lines.append(f"    アドレス {address:<24}  パスワード {password}  {label}")
    return [*lines, f"  （{path} にも控えてあります）"]
