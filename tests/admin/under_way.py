"""A bulletin under way, as orders and tallies tell of it; no letter is written and no sender runs."""

from collections.abc import Mapping
from datetime import timedelta

from bulletins.life import BulletinState
from bulletins.tables import Bulletin, PublishingOrder
from mailer import tallies
from tests.admin.whole_console import Console


def begun(console: Console, *, audience: int, closed: bool = True) -> int:
    """A minute ago; every letter is still to go."""
    number = console.waiting()
    at = console.clock.now()
    with console.home.database.write() as session:
        bulletin = session.get_one(Bulletin, number)
        order = session.get_one(PublishingOrder, number)
        bulletin.state, bulletin.started_at = BulletinState.SENDING.value, at - timedelta(minutes=1)
        order.opened_at, order.expires_at = bulletin.started_at, at + timedelta(hours=24)
        order.audience, order.closed_at = audience, at if closed else None
    return number


def move(console: Console, number: int, by_domain: Mapping[str, Mapping[str, int]]) -> None:
    """What became of some letters since."""
    batch = f"bulletin:{number}"
    changes = [tallies.Change(batch, domain, by) for domain, by in by_domain.items()]
    with console.home.database.write() as session:
        tallies.add(session, "sender", changes)


def come_to(console: Console, number: int, state: BulletinState) -> None:
    with console.home.database.write() as session:
        bulletin = session.get_one(Bulletin, number)
        bulletin.state = state.value
        bulletin.finished_at = console.clock.now() if state is BulletinState.SENT else None
