"""Changes of a colleague that count at once: a role put into force, the end of somebody's work here.

The last manager stays: without one nobody could let anybody in.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.people import api_tokens, one_time_codes, recovery_codes, sign_in
from admin.people.roles import Role
from admin.people.staff import Colleague, StaffRow
from foundation import ledger


class LastManager(ValueError):
    """システム管理者が一人もいなくなるため、できません。先に、ほかの人をシステム管理者にしてください。"""


class UnknownColleague(LookupError):
    """この職員は見つかりません。すでに異動したか、番号が違います。"""


def is_higher(wanted: Role, now: Role | None) -> bool:
    """Whether the change gives more than there was; a newcomer has nothing."""
    return now is None or not now.may(wanted)


def active(session: Session, staff_id: int) -> StaffRow:
    """Raises UnknownColleague."""
    row = session.get(StaffRow, staff_id, with_for_update=True, populate_existing=True)
    if row is None or not row.active:
        raise UnknownColleague(UnknownColleague.__doc__)
    return row


def managers(session: Session) -> list[int]:
    """Who can sign in as a manager; locked until the transaction ends, so that two cannot show each other out."""
    found = select(StaffRow.id).where(
        StaffRow.active, StaffRow.role == Role.MANAGER.value, StaffRow.password_hash.is_not(None)
    )
    return list(session.scalars(found.order_by(StaffRow.id).with_for_update()))


def put_role(session: Session, staff_id: int, role: Role, deed: ledger.Deed, *, at: datetime) -> None:
    """Raises LastManager, UnknownColleague. Who may ask for it, `staff_requests` decides. Whoever may approve from now
    on loses the tokens that were to be had without a second manager."""
    row = active(session, staff_id)
    before = Role(row.role)
    if before is Role.MANAGER and role is not Role.MANAGER:
        _keep_one(session, staff_id)
    if role.may(Role.APPROVER) and not before.may(Role.APPROVER):
        api_tokens.revoke_all(session, staff_id, at=at, actor=deed.actor)
    if is_higher(role, before):
        row.let_in_by = None  # two managers have looked at this person now
    row.role = role.value
    session.flush()
    ledger.write(session, deed, at=at, details={"before": before.value, "after": role.value})


def deactivate(session: Session, staff_id: int, me: Colleague, *, at: datetime) -> None:
    """Shut out at once: sessions end, tokens are revoked, codes are forgotten. Raises LastManager, UnknownColleague."""
    row = active(session, staff_id)
    if row.role == Role.MANAGER.value:
        _keep_one(session, staff_id)
    api_tokens.revoke_all(session, staff_id, at=at, actor=me.actor)
    end_codes(session, staff_id, me.actor, at=at, origin=me.origin)
    sign_in.sign_out_everywhere(session, staff_id)
    row.active = False
    session.flush()
    details = {"before": row.role, "after": None}
    ledger.write(session, me.deed("staff.deactivated", f"staff:{staff_id}"), at=at, details=details)


def end_codes(session: Session, staff_id: int, actor: str, *, at: datetime, origin: str = "") -> bool:
    """False where there were none. Open sessions end: whoever holds the lost telephone may be in one."""
    recovery_codes.forget(session, staff_id)
    sign_in.sign_out_everywhere(session, staff_id)
    deed = ledger.Deed(actor, "staff.codes-reset", f"staff:{staff_id}", origin)
    return one_time_codes.switch_off(session, staff_id, deed, at=at)


def _keep_one(session: Session, leaving: int) -> None:
    if not [number for number in managers(session) if number != leaving]:
        raise LastManager(LastManager.__doc__)
