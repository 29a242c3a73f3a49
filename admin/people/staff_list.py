"""All staff as the pages about people show them: who is here, last seen when, and what waits for a second manager."""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from admin.people import one_time_codes, staff, staff_changes, staff_requests
from admin.people.invitations import StaffInvitation
from admin.people.roles import Role
from admin.people.staff import Colleague, StaffRow
from admin.people.staff_requests import Kind, StaffRequest


@dataclass(frozen=True, slots=True)
class StaffLine:
    """One colleague; without a password the person uses the API only."""

    who: Colleague
    last_sign_in_at: datetime | None
    has_codes: bool
    has_password: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request in words. `command` does the same from the machine itself."""

    id: int
    sentence: str
    asked_by: str
    asked_at: datetime
    is_mine: bool
    may_confirm: bool
    command: str


def lines(session: Session) -> list[StaffLine]:
    """Active staff, the highest role first."""
    with_codes = one_time_codes.who_has(session)
    rows = session.scalars(select(StaffRow).where(StaffRow.active).order_by(StaffRow.id)).all()
    found = [_line(row, with_codes) for row in rows]
    ladder = list(Role)
    return sorted(found, key=lambda line: -ladder.index(line.who.role))


def line(session: Session, staff_id: int) -> StaffLine:
    """Raises UnknownColleague."""
    return _line(staff_changes.active(session, staff_id), one_time_codes.who_has(session))


def requests(session: Session, me: Colleague, *, at: datetime, about: int | None = None) -> list[RequestLine]:
    """Those that wait, the oldest first; `about` narrows to one colleague."""
    found: Sequence[StaffRequest] = staff_requests.open_ones(session, at=at)
    return [_request_line(session, one, me) for one in found if about is None or one.staff_id == about]


def others_can_confirm(session: Session, me: Colleague) -> bool:
    """Whether there is another manager at all."""
    return any(number != me.id for number in staff_changes.managers(session))


def _line(row: StaffRow, with_codes: set[int]) -> StaffLine:
    return StaffLine(
        staff.colleague(row),
        row.last_sign_in_at,
        has_codes=row.id in with_codes,
        has_password=row.password_hash is not None,
        since=row.created_at,
    )


def _request_line(session: Session, request: StaffRequest, me: Colleague) -> RequestLine:
    asker = staff.numbered(session, request.asked_by)
    name, address = _about(session, request)
    after = Role(request.role)
    match Kind(request.kind):
        case Kind.ROLE:
            before = Role(request.role_before).label if request.role_before else "なし"
            sentence = f"{name}さんの役割を「{before}」から「{after.label}」に上げる"
            command = ["add", address, "--name", name, "--role", after.value]
        case Kind.INVITATION:
            sentence = f"{name}さん（{address}）を「{after.label}」として招待する"
            command = ["invite", address, "--name", name, "--role", after.value]
        case Kind.CODES:
            sentence = f"{name}さんの認証コードをリセットする"
            command = ["reset-codes", address]
        case Kind.TOKEN:
            sentence = f"{name}さん（{after.label}）にAPIトークンを発行する"
            command = ["token", address]
    return RequestLine(
        id=request.id,
        sentence=sentence,
        asked_by=asker.name if asker else "職員",
        asked_at=request.asked_at,
        is_mine=request.asked_by == me.id,
        may_confirm=staff_requests.may_confirm(request, me),
        command=shlex.join(["hansho", "staff", *command]),
    )


def _about(session: Session, request: StaffRequest) -> tuple[str, str]:
    if request.staff_id is not None:
        who = staff.numbered(session, request.staff_id)
        return (who.name, who.address) if who else ("職員", "")
    invited = session.get(StaffInvitation, request.invitation_id) if request.invitation_id else None
    return (invited.name, invited.address) if invited else ("職員", "")
