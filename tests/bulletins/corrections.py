"""Corrections and retractions of what an office has sent, and who got them."""

from bulletins import mending
from bulletins.drafting import Sheet, find
from subscribers.audience import Reach
from subscribers.leaving import stop
from subscribers.tables import StopReason
from tests.bulletins.office import Office

NAMES = ("a", "b", "c", "d", "e", "f", "g")
FIELDS = {"sent_at": "2026-11-20 10:00", "sent_subject": "市役所からのお知らせ", "wrong": "4日", "right": "5日"}
BACK = {name: FIELDS[name] for name in ("sent_at", "sent_subject")}


def correction(follows: int, *, widened: bool = False) -> Sheet:
    return Sheet("correction", FIELDS, follows=follows, widened=widened)


def retraction(follows: int) -> Sheet:
    return Sheet("retraction", BACK, follows=follows)


def got(office: Office, number: int) -> list[str]:
    """Whom the outbox holds a letter of this bulletin for, sorted."""
    batch = f"bulletin:{number}"
    return sorted(row.address.partition("@")[0] for row in office.rows() if row.batch == batch)


def fanned_out(office: Office, sheet: Sheet) -> list[str]:
    number = office.sending(sheet)
    return got(office, number)


def finished(office: Office, sheet: Sheet | None = None) -> int:
    number = office.sending(sheet) if sheet else office.sending()
    office.post()
    assert office.finish() == 1
    return number


def reach(office: Office, number: int) -> tuple[Reach, bool]:
    with office.database.read() as session:
        found = mending.addressed(session, find(session, number))
        return office.home.residents.reach(session, found.scope, at=office.clock.now()), found.forgotten


def leave(office: Office, number: int) -> None:
    office.meddle(lambda session: stop(session, number, StopReason.LEFT, by="resident", at=office.clock.now()))
