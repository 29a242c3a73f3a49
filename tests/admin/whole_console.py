"""The console as it is assembled, on a real server, with a browser for each person."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from html.parser import HTMLParser
from pathlib import Path

import httpx

from admin.frame.guard import COOKIE
from admin.people import sign_in, staff
from admin.people.roles import Role
from admin.people.staff import Colleague
from bulletins.approval import Decision
from bulletins.drafting import Sheet
from foundation.addresses import Address
from foundation.settings import load
from service.home import Home
from service.schema import METADATA
from service.web import console_app, whole_app
from subscribers.tables import Subscriber, SubscriberState
from tests.admin.morning import MORNING
from tests.support import ready_file
from tests.support.clock import HandClock
from tests.support.known_password import PASSWORD, hashed
from tests.support.served import NO_TLS, listening, serving, url_of

TEXT = "本日 午後3時ごろから、楓町の一部で停電しています。復旧の見込みはまだ分かりません。"
PLAIN = {"field-subject": "停電のお知らせ", "field-text": TEXT, "topics_all": "1", "areas_all": "1"}


class Console:
    """`people` by their role; `second` is another approver."""

    def __init__(self, home: Home, url: str, clock: HandClock, stack: ExitStack) -> None:
        self.home = home
        self.clock = clock
        self.url = url
        self._stack = stack
        self.people = {role: self._enter(f"{role}@example.jp", role.label, role) for role in Role}
        self.second = self._enter("second@example.jp", "もう一人の責任者", Role.APPROVER)
        self.desk = home.bulletin_desk

    def browser(self, who: Colleague | Role) -> httpx.Client:
        """Signed in; does not follow redirects."""
        client = self._stack.enter_context(httpx.Client(base_url=self.url, trust_env=False, verify=NO_TLS, timeout=30))
        with self.home.database.write() as session:
            me = self.people[who] if isinstance(who, Role) else who
            client.cookies.set(COOKIE, sign_in.open_session(session, me, at=self.clock.now()).token, path="/admin")
        return client

    def draft(self, who: Colleague | None = None, text: str = TEXT) -> int:
        fields = {"subject": "停電のお知らせ", "text": text}
        return self.desk.begin(Sheet("plain", fields), who or self.people[Role.DRAFTER])

    def submitted(self, who: Colleague | None = None) -> int:
        number = self.draft(who)
        self.desk.submit(number, who or self.people[Role.DRAFTER])
        return number

    def waiting(self) -> int:
        number = self.submitted()
        self.desk.approve(number, Decision(version=1), self.people[Role.APPROVER])
        return number

    def resident(self, address: str, **values: object) -> int:
        with self.home.database.write() as session:
            row = Subscriber(
                address=address,
                domain=address.partition("@")[2],
                state=SubscriberState.ACTIVE.value,
                since=self.clock.now(),
                watch_from=self.clock.now(),
            )
            for name, value in values.items():
                setattr(row, name, value)
            session.add(row)
            session.flush()
            return row.id

    def _enter(self, address: str, name: str, role: Role) -> Colleague:
        with self.home.database.write() as session:
            return staff.add(
                session,
                Address.parse(address),
                name,
                role=role,
                password_hash=hashed(PASSWORD),
                at=self.clock.now(),
                actor="command",
            )


@contextmanager
def whole_console(
    data: Path, settings: Mapping[str, str] | None = None, *, residents: bool = False
) -> Iterator[Console]:
    """With `residents`, their pages too."""
    clock = HandClock(MORNING)
    with listening() as door:
        url = url_of(door)
        home = Home(load({"HANSHO_DATA": str(data), "HANSHO_PUBLIC_URL": url, **(settings or {})}), clock)
        if home.settings.database_url:
            METADATA.create_all(home.database.engine)
        else:
            ready_file.make(data / "hansho.db")
        with serving(door, whole_app(home) if residents else console_app(home)), ExitStack() as stack:
            yield Console(home, url, clock, stack)
        home.database.close()


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def words(answer: httpx.Response) -> str:
    """What the page says, without its marks and line breaks."""
    parser = _Words()
    parser.feed(answer.text)
    return " ".join("".join(parser.words).split())
