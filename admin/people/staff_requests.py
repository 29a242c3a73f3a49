"""What one manager asks for and another confirms: more power for somebody counts only when two have said so.

The command line is exempt, so that an office with one manager is never locked out.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Select, select, true, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from admin.people import invitations, staff_changes
from admin.people.invitations import StaffInvitation
from admin.people.roles import Role
from admin.people.staff import Colleague
from foundation import ledger
from foundation.database import Base, RowId
from subscribers.stationery import Stationery

LIFE = timedelta(days=14)
COLLECT_WITHIN = timedelta(days=3)


class Kind(StrEnum):
    ROLE = "role"
    INVITATION = "invitation"
    CODES = "codes"
    TOKEN = "token"  # noqa: S105 -- a word


class Outcome(StrEnum):
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    COLLECTED = "collected"


class StaffRequest(Base):
    """About a colleague, or about an invitation; `role` is the one asked for, `role_before` the one it was asked at."""

    __tablename__ = "staff_requests"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    kind: Mapped[str]
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"), index=True)
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("staff_invitations.id"), index=True)
    role: Mapped[str]
    role_before: Mapped[str | None]
    asked_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime | None]
    outcome: Mapped[str | None]

    @property
    def subject(self) -> str:
        return f"staff:{self.staff_id}" if self.staff_id else f"invitation:{self.invitation_id}"


class RequestGone(LookupError):
    """この申請は、すでに決まったか、期限が切れています。"""


class NotAnother(PermissionError):
    """ご自分が出した申請や、ご自分についての申請は、確認できません。ほかのシステム管理者が確認します。"""


class Overtaken(ValueError):
    """申請のあとに役割が変わっています。取り下げて、もう一度申請してください。"""


class AlreadyAsked(ValueError):
    """同じ申請が、すでに確認を待っています。"""


def change_role(session: Session, staff_id: int, role: Role, me: Colleague, *, at: datetime) -> StaffRequest | None:
    """Down at once (None), up by a request. Raises LastManager, UnknownColleague, AlreadyAsked."""
    row = staff_changes.active(session, staff_id)
    before = Role(row.role)
    if staff_changes.is_higher(role, before):
        return _ask(session, Kind.ROLE, me, at=at, staff_id=staff_id, role=role, before=before)
    if role is not before:
        staff_changes.put_role(session, staff_id, role, me.deed("staff.role-changed", f"staff:{staff_id}"), at=at)
    return None


def ask_about(session: Session, kind: Kind, staff_id: int, me: Colleague, *, at: datetime) -> StaffRequest:
    """For codes to be reset or a token to be given out. Raises UnknownColleague, AlreadyAsked."""
    role = Role(staff_changes.active(session, staff_id).role)
    return _ask(session, kind, me, at=at, staff_id=staff_id, role=role, before=role)


def ask_invitation(session: Session, row: StaffInvitation, me: Colleague, *, at: datetime) -> StaffRequest:
    return _ask(session, Kind.INVITATION, me, at=at, invitation_id=row.id, role=Role(row.role), before=None)


def open_ones(session: Session, *, at: datetime) -> Sequence[StaffRequest]:
    """Undecided ones, the oldest first."""
    return session.scalars(_open(at).order_by(StaffRequest.id)).all()


def may_confirm(request: StaffRequest, me: Colleague) -> bool:
    return me.may(Role.MANAGER) and me.id not in (request.asked_by, request.staff_id)


def confirm(session: Session, number: int, me: Colleague, stationery: Stationery, *, at: datetime) -> StaffRequest:
    """Puts it into force; a token is then collected by the person it is for.
    Raises RequestGone, NotAnother, Overtaken, UnknownColleague, InvitationGone."""
    request = _undecided(session, number, at=at)
    if not may_confirm(request, me):
        raise NotAnother(NotAnother.__doc__)
    deed = me.deed("staff.request-confirmed", request.subject)
    ledger.write(session, deed, at=at, details=_told(request) | {"asked_by": f"staff:{request.asked_by}"})
    if request.invitation_id is not None:
        invited = invitations.numbered(session, request.invitation_id)
        invitations.send(session, stationery, invited, me.deed("staff.invitation-sent", invited.subject), at=at)
    elif request.staff_id is not None:
        _apply(session, request, request.staff_id, me, at=at)
    return _decide(session, request, Outcome.CONFIRMED, me, at=at)


def decline(session: Session, number: int, me: Colleague, *, at: datetime) -> StaffRequest:
    """By the one who asked it is withdrawn; by any other manager declined. Raises RequestGone."""
    request = _undecided(session, number, at=at)
    outcome = Outcome.WITHDRAWN if me.id == request.asked_by else Outcome.DECLINED
    ledger.write(session, me.deed(f"staff.request-{outcome}", request.subject), at=at, details=_told(request))
    if request.invitation_id is not None:
        invited = invitations.numbered(session, request.invitation_id)
        invitations.cancel(session, invited, me.deed("staff.invitation-cancelled", invited.subject), at=at)
    return _decide(session, request, outcome, me, at=at)


def end_about(
    session: Session, actor: str, *, at: datetime, staff_id: int = 0, invitation_id: int = 0, kind: Kind | None = None
) -> None:
    """Withdraws what is open about somebody who leaves, about an invitation that is cancelled, or what the command
    line has done meanwhile. Who leaves collects no confirmed token either, not even after coming back."""
    if staff_id and kind is None:
        uncollected = (StaffRequest.kind == Kind.TOKEN.value, StaffRequest.outcome == Outcome.CONFIRMED.value)
        gone = update(StaffRequest).where(StaffRequest.staff_id == staff_id, *uncollected)
        session.execute(gone.values(outcome=Outcome.WITHDRAWN.value))
    found = _open(at).where(
        StaffRequest.staff_id == staff_id if staff_id else StaffRequest.invitation_id == invitation_id,
        StaffRequest.kind == kind.value if kind else true(),
    )
    for request in session.scalars(found).all():
        deed = ledger.Deed(actor, "staff.request-withdrawn", request.subject)
        ledger.write(session, deed, at=at, details=_told(request))
        request.outcome, request.decided_at = Outcome.WITHDRAWN.value, at
    session.flush()


def to_collect(session: Session, me: Colleague, *, at: datetime) -> StaffRequest | None:
    """A confirmed token of this person that was not shown yet; locked, so that it is shown once."""
    return session.scalar(_collectable(me, at).with_for_update())


def may_collect(session: Session, me: Colleague, *, at: datetime) -> bool:
    return session.scalar(_collectable(me, at)) is not None


def _collectable(me: Colleague, at: datetime) -> Select[tuple[StaffRequest]]:
    found = select(StaffRequest).where(
        StaffRequest.kind == Kind.TOKEN.value,
        StaffRequest.staff_id == me.id,
        StaffRequest.outcome == Outcome.CONFIRMED.value,
        StaffRequest.decided_at > at - COLLECT_WITHIN,
    )
    return found.order_by(StaffRequest.id).limit(1)


def _apply(session: Session, request: StaffRequest, staff_id: int, me: Colleague, *, at: datetime) -> None:
    row = staff_changes.active(session, staff_id)
    if row.role != request.role_before:
        raise Overtaken(Overtaken.__doc__)
    if request.kind == Kind.ROLE:
        deed = me.deed("staff.role-changed", request.subject)
        staff_changes.put_role(session, staff_id, Role(request.role), deed, at=at)
    elif request.kind == Kind.CODES:
        staff_changes.end_codes(session, staff_id, me.actor, at=at, origin=me.origin)


def _ask(
    session: Session,
    kind: Kind,
    me: Colleague,
    *,
    at: datetime,
    role: Role,
    before: Role | None,
    staff_id: int | None = None,
    invitation_id: int | None = None,
) -> StaffRequest:
    if staff_id is not None and session.scalar(
        _open(at).where(StaffRequest.staff_id == staff_id, StaffRequest.kind == kind.value)
    ):
        raise AlreadyAsked(AlreadyAsked.__doc__)
    request = StaffRequest(
        kind=kind.value,
        staff_id=staff_id,
        invitation_id=invitation_id,
        role=role.value,
        role_before=before.value if before else None,
        asked_by=me.id,
        asked_at=at,
    )
    session.add(request)
    session.flush()
    ledger.write(session, me.deed("staff.requested", request.subject), at=at, details=_told(request))
    return request


def _decide(session: Session, request: StaffRequest, outcome: Outcome, me: Colleague, *, at: datetime) -> StaffRequest:
    request.outcome, request.decided_by, request.decided_at = outcome.value, me.id, at
    session.flush()
    return request


def _undecided(session: Session, number: int, *, at: datetime) -> StaffRequest:
    request = session.scalar(_open(at).where(StaffRequest.id == number).with_for_update())
    if request is None:
        raise RequestGone(RequestGone.__doc__)
    return request


def _open(at: datetime) -> Select[tuple[StaffRequest]]:
    return select(StaffRequest).where(StaffRequest.outcome.is_(None), StaffRequest.asked_at > at - LIFE)


def _told(request: StaffRequest) -> dict[str, object]:
    return {"request": request.id, "kind": request.kind, "before": request.role_before, "after": request.role}
