"""The register of liaisons, 連絡員一覧表: who is asked, consents, is active, rests, ends; and what is held of them.

Every function works in the caller's transaction and writes its own line of the ledger, of numbers only.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.fiscal_year import FiscalYear
from foundation.ledger import Doer, Member, deed_of
from foundation.plain_text import forbidden_character
from liaisons import life, links, mail_side
from liaisons.emptying import empty
from liaisons.entry import LABELS, Entry, same_words
from liaisons.life import WrongMove, held, move
from liaisons.links import LinkPurpose
from liaisons.tables import Liaison, LiaisonArea, LiaisonState

LONGEST_REASON = 200
_TEXTS = ("name", "organisation", "post", "other_posts", "phone", "fax", "postal")


class DeclinedBefore(Exception):
    """この方は前に見送られています。もう一度打診するときは、その記録から、理由を書いて進めてください。"""

    def __init__(self, liaison_id: int) -> None:
        super().__init__(self.__doc__)
        self.liaison_id = liaison_id


class AlreadyListed(Exception):
    """同じ団体の同じ名前の方が、もう一覧表にいます。"""

    def __init__(self, liaison_id: int) -> None:
        super().__init__(self.__doc__)
        self.liaison_id = liaison_id


class ReasonMissing(Exception):
    """もう一度打診する理由を、200文字までで書いてください。"""


def subject(liaison_id: int) -> str:
    """How the ledger names one."""
    return f"liaison:{liaison_id}"


def ask(session: Session, entry: Entry, by: Member, *, officer_id: int | None = None, at: datetime) -> Liaison:
    """A new line. Raises DeclinedBefore, AlreadyListed, AddressTaken."""
    declined, listed = _named(session, entry, LiaisonState.DECLINED), _named(session, entry, *life.LIVING)
    if declined is not None:
        raise DeclinedBefore(declined.id)
    if listed is not None:
        raise AlreadyListed(listed.id)
    liaison = Liaison(
        name="",
        organisation="",
        way=entry.way.value,
        state=LiaisonState.ASKED.value,
        officer_id=officer_id or by.id,
        asked_at=at,
        asked_by_id=by.id,
        asked_by_name=by.name,
    )
    session.add(liaison)
    session.flush()
    _put(session, liaison, entry, by, at=at)
    life.note(session, liaison, at=at)
    ledger.write(session, by.deed("liaison.asked", subject(liaison.id)), at=at)
    return liaison


def ask_again(session: Session, liaison_id: int, entry: Entry, by: Member, *, because: str, at: datetime) -> Liaison:
    """Who declined or ended; the reason stays with the record. Raises ReasonMissing, WrongMove, AddressTaken."""
    reason = because.strip()
    if not reason or len(reason) > LONGEST_REASON or forbidden_character(reason) is not None:
        raise ReasonMissing(ReasonMissing.__doc__)
    liaison = held(session, liaison_id)
    move(session, liaison, LiaisonState.ASKED, at=at)
    liaison.asked_at, liaison.asked_by_id, liaison.asked_by_name = at, by.id, by.name
    liaison.asked_again_because, liaison.officer_id = reason, by.id
    liaison.consented_at = liaison.declined_at = liaison.active_at = liaison.ended_at = None
    liaison.consent_way = liaison.consent_version = liaison.reviewed_year = None
    links.void(session, liaison.id)
    _put(session, liaison, entry, by, at=at)
    ledger.write(session, by.deed("liaison.asked-again", subject(liaison.id)), at=at)
    return liaison


def decline(session: Session, liaison_id: int, by: str | Doer, *, at: datetime) -> Liaison:
    """見送り: nobody is asked why. Raises WrongMove."""
    liaison = held(session, liaison_id)
    move(session, liaison, LiaisonState.DECLINED, at=at)
    liaison.declined_at = at
    empty(session, liaison, by, at=at, keep_name=True)
    ledger.write(session, deed_of(by, "liaison.declined", subject(liaison.id)), at=at)
    return liaison


def activate(session: Session, liaison_id: int, by: Doer, *, zone: ZoneInfo, at: datetime) -> Liaison:
    """Who begins within a year needs no April review of it. Raises WrongMove."""
    liaison = held(session, liaison_id)
    move(session, liaison, LiaisonState.ACTIVE, at=at)
    liaison.active_at, liaison.reviewed_year = at, FiscalYear.of(at, zone).number
    ledger.write(session, by.deed("liaison.activated", subject(liaison.id)), at=at)
    return liaison


def change(session: Session, liaison_id: int, entry: Entry, by: Doer, *, officer_id: int | None, at: datetime) -> None:
    """By staff. Raises WrongMove for who declined or ended, AddressTaken."""
    liaison = _living(session, liaison_id)
    changed = _put(session, liaison, entry, by, at=at)
    if officer_id != liaison.officer_id:
        liaison.officer_id = officer_id
        changed.append("officer")
    _tell(session, liaison, changed, deed_of(by, "liaison.edited", subject(liaison.id)), at=at)


def correct(session: Session, liaison_id: int, entry: Entry, by: str, *, at: datetime) -> None:
    """訂正 by themselves; their address is the one that they read us at, so it stays. Raises WrongMove."""
    liaison = _living(session, liaison_id)
    changed = _put(session, liaison, entry, by, at=at, address=False)
    _tell(session, liaison, changed, deed_of(by, "liaison.corrected", subject(liaison.id)), at=at)


def rest(session: Session, liaison_id: int, by: str | Doer, *, until: datetime, at: datetime) -> None:
    """休止: nothing is sent until that moment; it ends by itself. Raises WrongMove."""
    liaison = _active(session, liaison_id)
    liaison.resting_until = until
    ledger.write(session, deed_of(by, "liaison.rested", subject(liaison.id)), at=at)


def resume(session: Session, liaison_id: int, by: str | Doer, *, at: datetime) -> None:
    """Before its moment; once. Raises WrongMove."""
    liaison = _active(session, liaison_id)
    was_resting, liaison.resting_until = life.is_resting(liaison, at=at), None
    if was_resting:
        ledger.write(session, deed_of(by, "liaison.resumed", subject(liaison.id)), at=at)


def end(session: Session, liaison_id: int, by: str | Doer, *, at: datetime) -> Liaison:
    """終了 by staff, 辞退 by themselves; nobody is asked why. Raises WrongMove."""
    liaison = held(session, liaison_id)
    move(session, liaison, LiaisonState.ENDED, at=at)
    liaison.ended_at = at
    empty(session, liaison, by, at=at, keep_name=False)
    ledger.write(session, deed_of(by, "liaison.ended", subject(liaison.id)), at=at)
    return liaison


def _named(session: Session, entry: Entry, *states: LiaisonState) -> Liaison | None:
    """However the name is spaced. Who declined is known by the name alone: they may belong to several groups."""
    mine = select(Liaison).where(Liaison.state.in_([state.value for state in states]), Liaison.name != "")
    group = same_words(entry.organisation)
    return next(
        (
            each
            for each in session.scalars(mine)
            if same_words(each.name) == same_words(entry.name)
            and (each.state == LiaisonState.DECLINED or same_words(each.organisation) == group)
        ),
        None,
    )


def _living(session: Session, liaison_id: int) -> Liaison:
    liaison = held(session, liaison_id)
    if liaison.state not in life.LIVING:
        raise WrongMove(LiaisonState(liaison.state), LiaisonState.ACTIVE)
    return liaison


def _active(session: Session, liaison_id: int) -> Liaison:
    liaison = held(session, liaison_id)
    if liaison.state != LiaisonState.ACTIVE:
        raise WrongMove(LiaisonState(liaison.state), LiaisonState.ACTIVE)
    return liaison


def _put(
    session: Session, liaison: Liaison, entry: Entry, by: str | Doer, *, at: datetime, address: bool = True
) -> list[str]:
    """The names of what changed."""
    changed = [name for name in _TEXTS if getattr(liaison, name) != getattr(entry, name)]
    for name in changed:
        setattr(liaison, name, getattr(entry, name))
    if liaison.way != entry.way:
        liaison.way = entry.way.value
        changed.append("way")
    if address and mail_side.address_of(session, liaison) != entry.address:
        mail_side.put_address(session, liaison, entry.address, by, at=at)
        links.void(session, liaison.id, LinkPurpose.ASKING)  # it went to another mailbox
        changed.append("address")
    if life.areas_of(session, liaison.id) != tuple(sorted(entry.areas)):
        session.execute(delete(LiaisonArea).where(LiaisonArea.liaison_id == liaison.id))
        session.add_all(LiaisonArea(liaison_id=liaison.id, area=key) for key in entry.areas)
        changed.append("areas")
    session.flush()
    return changed


def _tell(session: Session, liaison: Liaison, changed: list[str], deed: ledger.Deed, *, at: datetime) -> None:
    """Which fields, never what stands in them."""
    if "areas" in changed:
        life.note(session, liaison, at=at)
    if changed:
        ledger.write(session, deed, at=at, details={"fields": "、".join(LABELS[name] for name in changed)})
