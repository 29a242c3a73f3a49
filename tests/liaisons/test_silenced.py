"""Dead addresses of circles: after three days they get nothing more through circles, and no register tells of it."""

from datetime import timedelta

from sqlalchemy import select, update

from liaisons.forward_tables import SilencedMember
from liaisons.tables import Membership
from mailer import domain_pauses
from subscribers.tables import Subscriber, SubscriberState
from tests.bulletins.office import GONE, OK, tokyo
from tests.liaisons.neighbourhood import Neighbourhood, sent

DAYS = ("2026-11-24", "2026-11-25", "2026-11-26")


def passed_on(town: Neighbourhood, liaison: int, day: str, *, dead: tuple[str, ...] = ("a",)) -> int:
    town.office.clock.set(tokyo(f"{day}T10:00:00"))
    number = sent(town)
    town.forward(liaison, number)
    town.pass_on()
    town.office.post(lambda name: GONE if name in dead else OK)
    town.office.finish()
    return number


def silenced(town: Neighbourhood) -> set[str]:
    """By name, a day and more after the facts."""
    town.office.clock.move(timedelta(hours=25))
    home, at = town.office.home, town.office.clock.now()
    with town.office.database.write() as session:
        home.network.silence.draw(session, at=at)
        assert home.watch.draw(session, at=at) == []
    with town.office.database.read() as session:
        mine = select(Subscriber).join(SilencedMember, SilencedMember.subscriber_id == Subscriber.id)
        return {(each.address or "").partition("@")[0] for each in session.scalars(mine)}


def test_three_days_of_failing_silence_an_address_in_circles_and_stop_nobody(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", "a", "b")
    for day in DAYS[:2]:
        passed_on(town, liaison, day)
    after_two = silenced(town)
    passed_on(town, liaison, DAYS[2])

    assert (after_two, silenced(town)) == (set(), {"a"})
    number = passed_on(town, liaison, "2026-11-30")
    assert town.received(number) == {"sato": 1, "b": 1}
    with town.office.database.read() as session:
        states = set(session.scalars(select(Subscriber.state)))
    assert states == {SubscriberState.ACTIVE.value}


def test_a_working_address_is_never_silenced(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", "a")
    for day, dead in zip((*DAYS, "2026-11-27"), (("a",), ("a",), (), ("a",)), strict=True):
        passed_on(town, liaison, day, dead=dead)

    assert silenced(town) == set()


def test_where_a_whole_domain_fails_at_once_nobody_is_silenced(town: Neighbourhood) -> None:
    members = tuple(f"m{number}" for number in range(60))
    liaison = town.liaison("sato", *members)
    for day in DAYS:
        passed_on(town, liaison, day, dead=members)

    assert silenced(town) == set()
    with town.office.database.read() as session:
        assert domain_pauses.unresolved(session) == [], "staff would be told that something was passed on"


def test_joining_anew_undoes_it(town: Neighbourhood) -> None:
    liaison = town.liaison("sato", "a", "b")
    for day in DAYS:
        passed_on(town, liaison, day)
    assert silenced(town) == {"a"}
    town.office.clock.set(tokyo("2026-11-30T09:00:00"))
    again = update(Membership).values(joined_at=town.office.clock.now())
    town.office.meddle(lambda session: session.execute(again))

    number = passed_on(town, liaison, "2026-11-30")

    assert town.received(number) == {"sato": 1, "a": 1, "b": 1}
