"""The sample town behind a real server, with a bulletin in every state, for tests that look at every page."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

from sqlalchemy import func, select

from admin.frame.guard import COOKIE
from admin.notices.notice_desk import NoticeDesk
from admin.people import invitations, sign_in, staff
from admin.people.password_links import PasswordLink
from admin.people.roles import Role
from admin.people.staff import Colleague, StaffRow
from bulletins.approval import Decision
from bulletins.drafting import Sheet
from bulletins.liaison_edition import ToLiaisons
from bulletins.life import EDITABLE, BulletinState
from bulletins.tables import Bulletin
from foundation.addresses import Address
from foundation.settings import load
from foundation.tokens import fingerprint, random_token
from liaisons.candidates import CandidateRow
from liaisons.meeting_tables import Meeting
from liaisons.paper_tables import PaperRow
from liaisons.tables import Liaison
from liaisons.voice_tables import Voice
from mailer.bounce_report.bounce_class import BounceClass
from mailer.inbound import InboundRow, InboundState
from service.home import Home
from service.sample import load_sample
from service.schema import METADATA
from service.web import whole_app
from subscribers import growth, invitation_fate, placements, register_imports
from subscribers.links import PREFERENCES, STOP
from subscribers.placements import Occasion, Placement
from subscribers.placements import Sheet as Sheets
from subscribers.register_imports import ImportState, Wish
from subscribers.tables import Invitation, Subscriber, SubscriberState
from tests.support import town_liaisons, town_meetings, town_voices
from tests.support.bounced import bounce
from tests.support.clock import HandClock
from tests.support.served import listening, serving, url_of

SOLO = "evacuation"  # which one person on duty may send alone here
FRIDAY = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)  # ten o'clock in the town
MAIL_OF_HANAKO = b"From: hanako@example.jp\r\nSubject: =?utf-8?b?44GK5ZWP44GE5ZCI44KP44Gb?=\r\n\r\nhello\r\n"
OLD_LIST = """登録番号,メールアドレス,登録日時,配信区分,状態,エラー回数
1,ichi@example.jp,2019/04/06 10:00,犯罪情報,配信中,0
2,ni@example.jp,2020/05/07 11:30,防犯情報,配信中,1
3,san@@example.jp,2021/06/08 12:00,気象情報,配信中,0
4,yon@example.jp,令和3年7月9日,気象情報,停止中,12
""".encode("cp932")
_PARAMETER = re.compile(r"{(\w+)}")


class FullTown:
    """`ways` fills the parameters of a path with what is there, one address for each thing worth a look."""

    def __init__(self, home: Home, url: str, clock: HandClock) -> None:
        self.home = home
        self.url = url
        self.clock = clock
        load_sample(home)
        self.manager = self._colleague(Role.MANAGER)
        self._fill()

    def cookie(self, role: Role = Role.MANAGER) -> dict[str, str]:
        """As Playwright takes it: a sitting at the console."""
        with self.home.database.write() as session:
            token = sign_in.open_session(session, self._colleague(role), at=self.clock.now()).token
        return {"name": COOKIE, "value": token, "url": self.url}

    def ways(self, path: str) -> Sequence[str]:
        """Raises KeyError for a parameter that nobody has told this town about."""
        names = _PARAMETER.findall(path)
        if not names:
            return [path]
        values = [str(number) for number in self._few(path)] if names[0] == "bulletin_id" else self._values(names[0])
        if not path.endswith("}") and names[0] != "bulletin_id":
            values = values[:3]  # what lies behind a thing's own page is much the same for each
        filled = [_PARAMETER.sub(value, path, count=1) for value in values]
        return [way for each in filled for way in self.ways(each)]

    def resident_pages(self) -> Sequence[str]:
        """What residents see, with tokens that are good, used and unknown."""
        with self.home.database.read() as session:
            number = (
                session.scalar(select(Subscriber.id).where(Subscriber.state == SubscriberState.ACTIVE).limit(1)) or 0
            )
            published = session.scalar(select(Bulletin.id).where(Bulletin.state == BulletinState.SENT).limit(1)) or 0
        sign = self.home.keyring.sign
        me, stop = sign(PREFERENCES, number), sign(STOP, number)
        return (
            "/",
            "/bulletins",
            f"/bulletins/{published}",
            f"/r/{self._invitation()}",
            "/r/unknown",
            f"/me/{me}",
            f"/stop/{stop}",
            "/lost",
            "/help",
            "/help/docomo",
            "/help/docomo/wait",
            f"/register/{invitation_fate.empty_ticket(self.home.keyring)}",
            "/leaflet?place=library",
            "/poster?place=library",
            "/poster?place=library&size=a3",
            "/card?place=library",
            "/leaflet?place=nowhere",
            *town_voices.pages(self.home),
            *town_liaisons.pages(self.home),
            "/nothing-here",
        )

    def _few(self, path: str) -> Sequence[int]:
        """One bulletin of each state that the page is about."""
        query = select(func.max(Bulletin.id)).group_by(Bulletin.state)
        if path.endswith(("/edit", "/editions/{language}")):
            query = query.where(Bulletin.state.in_(EDITABLE))
        elif path.endswith("/alone"):
            query = query.where(Bulletin.notice == SOLO, Bulletin.state == BulletinState.DRAFT)
        elif path.endswith(("/not-reached", "/statement")):
            query = query.where(Bulletin.started_at.is_not(None))
        elif path.endswith("/sheet"):
            query = query.where(Bulletin.state.in_((BulletinState.SUBMITTED, BulletinState.SENT)))
        with self.home.database.read() as session:
            return session.scalars(query).all()

    def _values(self, parameter: str) -> Sequence[str]:
        ready = {
            "notice": ("suspicious-person", "plain", "evacuation", "drill"),
            "name": ("event",),
            "place_key": ("school", "shop-1", "hall"),
            "version": ("0", "1"),
            "year": ("2026",),
            "import_id": ("1", "2", "9"),
            "language": ("en", "zh"),
            "key": ("unknown", "1", "calls", "first"),
            "token": ("unknown", self._welcome(), self._new_password()),
        }
        if parameter in ready:
            return ready[parameter]
        alive = Subscriber.address.is_not(None)
        queries = {
            "subscriber_id": select(func.max(Subscriber.id)).where(alive).group_by(Subscriber.state),
            "mail_id": select(InboundRow.id),
            "staff_id": select(StaffRow.id),
            "voice_id": select(func.max(Voice.id)).group_by(Voice.state),
            "meeting_id": select(Meeting.id),
            "liaison_id": select(func.max(Liaison.id)).group_by(Liaison.state),
            "candidate_id": select(CandidateRow.id),
            "paper_id": select(PaperRow.id),
        }
        with self.home.database.read() as session:
            return [str(each) for each in session.scalars(queries[parameter])]

    def _fill(self) -> None:
        """The states that the sample does not have."""
        desk, drafter, approver = self.home.bulletin_desk, self._colleague(Role.DRAFTER), self._colleague(Role.APPROVER)
        town_liaisons.fill(self.home)
        for state in (BulletinState.RETURNED, BulletinState.WITHDRAWN, BulletinState.HALTED, BulletinState.SENDING):
            number = desk.begin(replace(self._sheet("weather"), liaisons=ToLiaisons.WITH), drafter)
            desk.submit(number, drafter)
            if state is BulletinState.RETURNED:
                desk.give_back(number, "発表の時刻を確かめてください。", approver)
            elif state is BulletinState.WITHDRAWN:
                desk.withdraw(number, drafter)
            else:
                desk.approve(number, Decision(version=1, no_hold=True), approver)
                with self.home.database.write() as session:
                    self.home.publisher.open_due(session, at=self.clock.now())
                    self.home.publisher.fan_out(session, at=self.clock.now())
                if state is BulletinState.HALTED:
                    desk.halt(number, drafter)
        desk.begin(self._sheet(SOLO), drafter)
        number = desk.begin(self._sheet("event"), drafter)
        desk.submit(number, drafter)
        desk.approve(number, Decision(version=1), approver)
        self._set_mail_aside()
        self._change_a_notice()
        self._post_a_letter()
        self._hand_out()
        with self.home.database.write() as session:
            town_voices.fill(session, self.home, drafter)
            town_meetings.fill(session, self.home, drafter, approver)
        self._upload()
        for number, each in enumerate(BounceClass):
            bounce(self.home.database, f"{each}@docomo.ne.jp", each, at=self.clock.now() - timedelta(days=5 * number))

    def _change_a_notice(self) -> None:
        home = self.home
        desk = NoticeDesk(home.database, self.clock, home.town, home.shelf, home.notices)
        source = desk.source("event", 0)
        desk.propose(replace(source, body=source.body + "\n持ち物：筆記用具\n"), self.manager, base=0)

    def _hand_out(self) -> None:
        """What the sample does not have: a place that is used no more, a word that nobody knows, and larger numbers."""
        places, me, at = self.home.places, self.manager, self.clock.now()
        noted = (
            ("school", Sheets.POSTER, 9, "2026-09-01", Occasion.STANDING, ""),
            ("shop-1", Sheets.CARD, 50, "2026-11-20", Occasion.ROUNDS, "歳末の見回り"),
        )
        with self.home.database.write() as session:
            places.retire(session, "hall", me, at=at)
            for number, (place, sheet, sheets, day, occasion, words) in enumerate(noted):
                placement = Placement(place, sheet, sheets, date.fromisoformat(day), occasion, words)
                placements.note(session, placement, me, once_key=str(number), at=at)
            came = {("2026-11-21", "registered", "shop-1"): 14, ("2026-11-12", "registered", "wakaba"): 3}
            came |= {(f"2026-{month:02}-08", "registered", "school"): 90 - 8 * month for month in range(1, 11)}
            came |= {(f"2026-{month:02}-20", "registered", "library"): 6 + month for month in range(1, 12)}
            growth.add(session, came)

    def _upload(self) -> None:
        """A list that was looked at, with lines that cannot be taken and a word nobody knows, and one just sent."""
        for told in (ImportState.CHECKING, ImportState.UPLOADED):
            key, by, at = self.home.imports.put(BytesIO(OLD_LIST)), self.manager.actor, self.clock.now()
            with self.home.database.write() as session:
                row = register_imports.begin(session, key, Wish(), size=len(OLD_LIST), by=by, at=at, file=key)
                row.state = told.value
        self.home.import_work.turn(lambda: False)

    def _post_a_letter(self) -> None:
        (self.home.mailbox / "new").mkdir(parents=True, exist_ok=True)
        (self.home.mailbox / "new" / "1.practice").write_bytes(MAIL_OF_HANAKO)

    def _welcome(self) -> str:
        """The token of an invitation that was not yet taken up."""
        at, token = self.clock.now(), random_token()
        address = Address.parse(f"{token.lower()[:8]}@city.example.jp")
        with self.home.database.write() as session:
            row = invitations.write(session, "test", address, "あたらしい人", role=Role.DRAFTER, at=at)
            row.token_hash, row.expires_at = fingerprint(token), at + timedelta(hours=24)
        return token

    def _new_password(self) -> str:
        at, token = self.clock.now(), random_token()
        with self.home.database.write() as session:
            me, until = self.manager.id, at + timedelta(hours=1)
            session.add(PasswordLink(token_hash=fingerprint(token), staff_id=me, created_at=at, expires_at=until))
        return token

    def _sheet(self, notice: str) -> Sheet:
        return Sheet(notice, self.home.shelf.get(notice).example)

    def _set_mail_aside(self) -> None:
        at = self.clock.now()
        with self.home.database.write() as session:
            session.add(
                InboundRow(
                    received_at=at,
                    envelope_from="hanako@example.jp",
                    recipient="postmaster@mail.example.jp",
                    raw=MAIL_OF_HANAKO,
                    state=InboundState.SET_ASIDE.value,
                    note="letter to a person",
                )
            )

    def _invitation(self) -> str:
        token = random_token()
        at = self.clock.now()
        with self.home.database.write() as session:
            session.add(
                Invitation(
                    token_hash=fingerprint(token),
                    address="jiro@example.jp",
                    created_at=at,
                    expires_at=at + timedelta(hours=24),
                )
            )
        return token

    def _colleague(self, role: Role) -> Colleague:
        with self.home.database.read() as session:
            found = staff.find(session, Address.parse(f"{role}@city.example.jp"))
        assert found is not None
        return found


@contextmanager
def full_town(data: Path) -> Iterator[FullTown]:
    clock = HandClock(FRIDAY)
    with listening() as door:
        url = url_of(door)
        home = Home(load({"HANSHO_DATA": str(data), "HANSHO_PUBLIC_URL": url, "HANSHO_SOLO_NOTICES": SOLO}), clock)
        METADATA.create_all(home.database.engine)
        town = FullTown(home, url, clock)
        with serving(door, whole_app(home)):
            yield town
        home.database.close()
