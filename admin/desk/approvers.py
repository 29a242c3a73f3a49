"""Who is asked for an approval, and who is told of what was sent without one."""

from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from admin.people import staff
from admin.people.roles import Role
from admin.people.staff import Colleague, StaffRow


def asked(session: Session, *, besides: Collection[int | None]) -> Sequence[Colleague]:
    """First the proper approvers, then the deputies by rank. Managers may approve too, but run the service: they are
    asked where there is nobody else. `besides` are those for whom it is their own."""
    able = [one for one in staff.everyone(session, at_least=Role.APPROVER) if one.id not in besides]
    proper = [one for one in able if one.role is Role.APPROVER and one.deputy_rank is None]
    deputies = sorted((one for one in able if one.deputy_rank is not None), key=lambda one: (one.deputy_rank, one.id))
    return [*proper, *deputies] or able


def responsible(session: Session, *, besides: int | None) -> Sequence[Colleague]:
    """Approvers, deputies and managers."""
    return [one for one in staff.everyone(session, at_least=Role.APPROVER) if one.id != besides]


def able(session: Session, staff_id: int) -> Colleague | None:
    """The person of this number, as long as they may approve: None for who left, or whose role was lowered."""
    row = session.get(StaffRow, staff_id)
    one = staff.colleague(row) if row is not None and row.active else None
    return one if one is not None and one.may(Role.APPROVER) else None
