"""A neighbourhood for the tests of what liaisons pass on: an office, its liaisons, and their circles."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from bulletins.liaison_edition import ToLiaisons
from bulletins.tables import Bulletin
from liaisons.forward_words import Words
from liaisons.tables import Circle, Liaison, LiaisonArea, LiaisonState, Membership, Way
from mailer.outbox_tables import LetterRow, OutboxRow
from subscribers.choices import Choices, choose
from subscribers.tables import Subscriber, SubscriberState
from tests.bulletins.office import SHEET, Office

TO_ALL_AND_LIAISONS = replace(SHEET, liaisons=ToLiaisons.WITH)
NO_WORDS = Words()
CIRCLE = ("a", "b", "c", "d", "e")


@dataclass(frozen=True)
class Neighbourhood:
    """Every method is a transaction of its own at the clock's moment, as in the running service."""

    office: Office

    def subscriber(self, session: Session, name: str, *, in_city_list: bool) -> Subscriber:
        """Once a name: whoever is there already stays as they are."""
        address, at = f"{name}@example.jp", self.office.clock.now()
        known = session.scalars(select(Subscriber).where(Subscriber.address == address)).first()
        if known is not None:
            return known
        new = Subscriber(
            address=address,
            domain="example.jp",
            state=SubscriberState.ACTIVE.value,
            since=at,
            watch_from=at,
            in_city_list=in_city_list,
        )
        session.add(new)
        session.flush()
        choose(session, new, Choices())
        return new

    def liaison(self, name: str, *members: str, areas: Sequence[str] = (), in_city_list: bool = False) -> int:
        """An active liaison by mail, with a circle of these members; returns its number."""
        at = self.office.clock.now()
        with self.office.database.write() as session:
            mine = self.subscriber(session, name, in_city_list=in_city_list)
            liaison = Liaison(
                state=LiaisonState.ACTIVE.value,
                name=f"{name}さん",
                organisation=f"{name}自治会",
                way=Way.MAIL.value,
                subscriber_id=mine.id,
                asked_at=at,
                asked_by_id=101,
                asked_by_name="担当 花子",
                consented_at=at,
                active_at=at,
            )
            session.add(liaison)
            session.flush()
            session.add_all(LiaisonArea(liaison_id=liaison.id, area=area) for area in areas)
            circle = Circle(liaison_id=liaison.id, code=f"c{liaison.id}", opened_at=at)
            session.add(circle)
            session.flush()
            for each in members:
                joined = self.subscriber(session, each, in_city_list=False)
                session.add(Membership(circle_id=circle.id, subscriber_id=joined.id, joined_at=at))
            return liaison.id

    def change(self, liaison: int, **values: object) -> None:
        with self.office.database.write() as session:
            row = session.get_one(Liaison, liaison)
            for name, value in values.items():
                setattr(row, name, value)

    def forward(self, liaison: int, bulletin: int, words: Words = NO_WORDS) -> None:
        """Raises ForwardRefused."""
        at = self.office.clock.now()
        with self.office.database.write() as session:
            desk = self.office.home.network.desk
            desk.place(session, session.get_one(Liaison, liaison), session.get_one(Bulletin, bulletin), words, at=at)

    def why_not(self, liaison: int, bulletin: int) -> str:
        with self.office.database.read() as session:
            desk = self.office.home.network.desk
            mine, notice = session.get_one(Liaison, liaison), session.get_one(Bulletin, bulletin)
            return desk.why_not(session, mine, notice, at=self.office.clock.now())

    def pass_on_once(self) -> bool:
        with self.office.database.write() as session:
            return self.office.home.network.forwarding.fan_out(session, at=self.office.clock.now())

    def pass_on(self) -> None:
        while self.pass_on_once():
            pass

    def has_work(self) -> bool:
        with self.office.database.read() as session:
            return self.office.home.network.forwarding.has_work(session, at=self.office.clock.now())

    def tidy(self) -> None:
        self.office.meddle(
            lambda session: self.office.home.network.forwarding.tidy(session, at=self.office.clock.now())
        )

    def settle_all(self, number: int) -> None:
        """Everything that wants to leave has left, and the bulletin is proved finished."""
        self.office.fan_out()
        self.pass_on()
        while self.office.post():
            pass
        self.office.finish()

    def received(self, number: int) -> Counter[str]:
        """How many letters of a bulletin each name has in the outbox, by whichever way."""
        key = f"bulletin:{number}"
        rows = (row for row in self.office.rows() if row.once_key == key)
        return Counter(row.address.partition("@")[0] for row in rows)

    def text(self, name: str, number: int) -> str:
        """What the letter of a bulletin to this name says, links left open."""
        with self.office.database.read() as session:
            row = session.scalars(
                select(OutboxRow).where(
                    OutboxRow.once_key == f"bulletin:{number}", OutboxRow.address == f"{name}@example.jp"
                )
            ).one()
            letter = session.get_one(LetterRow, row.letter_id)
            return letter.body + letter.tail

    def crash(self, work: Callable[[Session], object]) -> None:
        self.office.crash(work)


def sent(town: Neighbourhood) -> int:
    """A bulletin that liaisons have, with everybody in the outbox."""
    return town.office.sending(TO_ALL_AND_LIAISONS)
