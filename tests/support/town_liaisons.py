"""A circle, and a bulletin that went to liaisons too, for the full town; and the pages behind a liaison's link.

The sheets that are printed there are looked at where they are made.
"""

from collections.abc import Sequence

from sqlalchemy import Select, select

from bulletins.liaison_edition import ToLiaisons
from bulletins.life import BulletinState
from bulletins.tables import Bulletin
from foundation.addresses import Address
from liaisons import circles
from liaisons.personal_link import LIAISON
from liaisons.tables import Circle, Liaison, LiaisonState, Membership
from service.home import Home
from subscribers import admitting


def _reached() -> Select[tuple[Liaison]]:
    """The first liaison who gets mail."""
    mail = (Liaison.state == LiaisonState.ACTIVE.value, Liaison.subscriber_id.is_not(None))
    return select(Liaison).where(*mail).order_by(Liaison.id).limit(1)


def fill(home: Home) -> None:
    """Before anything is sent to them."""
    at = home.clock.now()
    with home.database.write() as session:
        liaison = session.scalars(_reached()).one()
        circle = circles.open_circle(session, liaison.id, at=at)
        assert circle is not None
        for number in range(3):
            member = admitting.admit(session, Address.parse(f"member{number}@example.jp"), language=None, at=at)
            session.add(Membership(circle_id=circle.id, subscriber_id=member.id, joined_at=at))


def pages(home: Home) -> Sequence[str]:
    with home.database.read() as session:
        liaison = session.scalars(_reached()).one()
        code = session.scalar(select(Circle.code).where(Circle.liaison_id == liaison.id))
        to_them = (Bulletin.to_liaisons != ToLiaisons.NONE.value, Bulletin.state == BulletinState.SENDING.value)
        number = session.scalar(select(Bulletin.id).where(*to_them).limit(1))
    link = f"/liaison/{home.keyring.sign(LIAISON, liaison.subscriber_id or 0)}"
    behind = ("", f"/{number}", "/circle", "/voice", "/materials", "/materials/calls", "/materials/unknown")
    return (
        *(link + each for each in behind),
        f"/circle/{code}",
        "/circle/unknown",
        "/liaison/asked/x",
        "/liaison/own/x",
    )
