"""The sample's liaisons: some active, each reached in another way, and others on their way; with a candidate."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from bulletins.signatory import Signatory
from liaisons import candidates, consent, register
from liaisons.candidates import CandidateForm
from liaisons.consent import Consent, Wording
from liaisons.entry import EntryForm, read
from liaisons.life import BY_THEMSELVES
from liaisons.tables import ConsentWay, Liaison
from subscribers import pausing
from subscribers.town import Town

LONGEST_AGO = 180  # days
Step = Callable[[Session], object]
_ANSWERED_AFTER, _BEGAN_AFTER = timedelta(days=3), timedelta(days=8)


@dataclass(frozen=True)
class Person:
    """`comes_to` is how far it came: asked, declined, consented, active, resting."""

    name: str
    group: str
    post: str
    mail: str
    phone: str
    days_ago: int
    comes_to: str
    fax: str = ""
    postal: str = ""

    def form(self, town: Town, number: int) -> EntryForm:
        areas = (town.areas[number % len(town.areas)].key,) if town.areas else ()
        ways = (("mail", self.mail), ("fax", self.fax), ("paper", self.postal), ("phone", self.phone))
        way = next(key for key, value in ways if value)
        reached = (self.mail, self.phone, self.fax, self.postal)
        return EntryForm(self.name, self.group, self.post, "", way, *reached, areas=areas)


def people(town: Town) -> tuple[Person, ...]:
    """Their numbers and addresses lead nowhere; groups are called by the town's own names."""
    names = [each.name for each in town.towns]
    first, second, third = (names[number % len(names)] for number in (3, 6, 1))
    return (
        Person("風見 千代", f"{first}町会", "会長", "chiyo.kazami@example.jp", "042-000-0201", LONGEST_AGO, "active"),
        Person("野田 正人", f"{second}商店会", "理事長", "masato.noda@example.com", "042-000-0202", 150, "resting"),
        Person("加藤 とし", f"{third}老人クラブ", "", "", "042-000-0203", 120, "active"),
        Person("前田 健", f"{first}見守り隊", "隊長", "ken.maeda@example.jp", "042-000-0204", 20, "consented"),
        Person("清水 由美", f"{third}自治会", "防犯部長", "yumi.shimizu@example.com", "042-000-0205", 6, "asked"),
        Person("上田 進", f"{second}町会", "会長", "", "042-000-0206", 40, "declined"),
        Person("大沢 実", "理容おおさわ", "店主", "", "042-000-0207", 100, "active", fax="042-000-0217"),
        Person("三上 文子", f"{first}民生児童委員", "", "", "", 70, "active", postal=f"{town.name}{first}1-2-3"),
    )


def steps(person: Person, asked: datetime) -> Iterator[tuple[datetime, str]]:
    """What happened to one, and when."""
    yield asked, "ask"
    if person.comes_to == "declined":
        yield asked + _ANSWERED_AFTER, "decline"
    if person.comes_to in ("consented", "active", "resting"):
        yield asked + _ANSWERED_AFTER, "consent"
    if person.comes_to in ("active", "resting"):
        yield asked + _BEGAN_AFTER, "activate"
    if person.comes_to == "resting":
        yield asked + timedelta(days=person.days_ago - 2), "rest"


@dataclass(frozen=True)
class Register:
    """Each step is what the page of the register would do."""

    town: Town
    wording: Wording
    by: Signatory

    def step(self, session: Session, person: Person, step: str, *, at: datetime) -> None:
        zone = self.town.zone
        if step == "ask":
            number = people(self.town).index(person)
            register.ask(session, read(person.form(self.town, number), self.town), self.by, at=at)
            return
        liaison_id = session.scalars(select(Liaison.id).where(Liaison.name == person.name)).one()
        match step:
            case "decline":
                register.decline(session, liaison_id, self.by, at=at)
            case "consent":
                given = Consent(ConsentWay.VOICE, at, self.wording)
                consent.record(session, liaison_id, given, self.by, zone=zone, at=at)
            case "activate":
                register.activate(session, liaison_id, self.by, zone=zone, at=at)
            case _:
                register.rest(session, liaison_id, BY_THEMSELVES, until=pausing.end_of(4, zone, at=at), at=at)

    def propose(self, session: Session, sender: Signatory, *, at: datetime) -> None:
        """By another section, and still to be decided."""
        where = self.town.towns[0].name
        form = CandidateForm(
            "中野 さち",
            f"{where}子ども会 代表",
            "毎朝、通学路で見守りをしています。",
            "水曜の夕方、集会所で",
            "学校教育課",
        )
        candidates.send(session, form, sender, at=at)
