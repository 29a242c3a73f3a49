"""Two people on one draft: what was read is what is changed, or nothing is."""

from admin.bulletin_desk import BulletinDesk, signatory
from admin.staff import Colleague
from bulletins.drafting import Sheet, find
from bulletins.life import EDITABLE
from bulletins.tables import Bulletin


class Stale(Exception):
    """Someone saved another version meanwhile; `bulletin` is the one that stands now."""

    def __init__(self, bulletin: Bulletin) -> None:
        super().__init__(bulletin.id)
        self.bulletin = bulletin


def change_if_same(desk: BulletinDesk, bulletin_id: int, sheet: Sheet, me: Colleague, *, version: int | None) -> None:
    """Compares and changes in one transaction. Raises Stale, and what `Drafting.change` raises."""
    with desk.database.write() as session:
        bulletin = find(session, bulletin_id, to_change=True)
        if bulletin.version != version and bulletin.state in EDITABLE:
            session.expunge(bulletin)
            raise Stale(bulletin)
        desk.drafting.change(session, bulletin_id, sheet, signatory(me), at=desk.clock.now())


def submit_if_same(desk: BulletinDesk, bulletin_id: int, me: Colleague, *, version: int | None) -> None:
    """Raises Stale when the page showed another version, and what `Approval.submit` raises."""
    with desk.database.write() as session:
        bulletin = find(session, bulletin_id, to_change=True)
        if bulletin.version != version and bulletin.state in EDITABLE:
            session.expunge(bulletin)
            raise Stale(bulletin)
        desk.approval.submit(session, bulletin_id, signatory(me), at=desk.clock.now())
