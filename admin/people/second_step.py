"""The second step of signing in: a one-time code, a recovery code, or the set-up of codes where they are a must."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from admin.people import one_time_codes, recovery_codes, staff, tries
from admin.people.sign_in import HalfOpenSitting, Refused, SignedIn, open_session
from admin.people.staff import Colleague, StaffRow
from admin.people.tries import Waits
from foundation.database import Database
from foundation.tokens import Keyring, fingerprint


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whose password was right; with `secret` the codes are still to be set up."""

    me: Colleague
    secret: str | None


@dataclass(frozen=True, slots=True)
class SetUp:
    """Signed in for the first time with a code; the recovery codes are shown now and never again."""

    signed_in: SignedIn
    recovery: list[str]


class SecondStep:
    """Knows half-open sittings only. `origin` is from where, as in the ledger."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    def waiting(self, token: str, *, at: datetime) -> Waiting | None:
        """Reads only; None where the sitting has ended or never was."""
        with self._database.read() as session:
            me = _person(session, token, at=at)
            if me is None:
                return None
            if one_time_codes.is_on(session, me.id):
                return Waiting(me, None)
            secret = one_time_codes.pending_secret(session, self._keyring, me.id)
            return Waiting(me, secret) if secret else None

    def enter(
        self, token: str, code: str, *, at: datetime, origin: str, is_recovery: bool = False
    ) -> SignedIn | Refused | Waits:
        """Wrong codes are counted per person: nobody comes here without the password. Each code counts once."""
        with self._database.write() as session:
            found = self._begun(session, token, at=at, origin=origin)
            if isinstance(found, Refused | Waits):
                return found
            if is_recovery:
                is_right = recovery_codes.spend(session, found, code, at=at)
            else:
                is_right = one_time_codes.accept(session, self._keyring, found.id, code, at=at)
            if not is_right:
                return Refused.RECOVERY if is_recovery else Refused.CODE
            return self._opened(session, token, found, at=at)

    def set_up(self, token: str, code: str, *, at: datetime, origin: str) -> SetUp | Refused | Waits:
        """Where codes are in force already, only those open: a password alone never replaces them."""
        with self._database.write() as session:
            found = self._begun(session, token, at=at, origin=origin)
            if isinstance(found, Refused | Waits):
                return found
            if one_time_codes.is_on(session, found.id):
                return Refused.ENDED
            if not one_time_codes.confirm(session, self._keyring, found, code, at=at):
                return Refused.CODE
            recovery = recovery_codes.make(session, found, at=at)
            return SetUp(self._opened(session, token, found, at=at), recovery)

    def _begun(self, session: Session, token: str, *, at: datetime, origin: str) -> Colleague | Refused | Waits:
        me = _person(session, token, at=at)
        if me is None:
            return Refused.ENDED
        return tries.begin(session, codes_road(self._keyring, me.id), at=at) or replace(me, origin=origin)

    def _opened(self, session: Session, token: str, me: Colleague, *, at: datetime) -> SignedIn:
        tries.succeeded(session, codes_road(self._keyring, me.id))
        session.execute(delete(HalfOpenSitting).where(HalfOpenSitting.fingerprint == fingerprint(token)))
        return open_session(session, me, at=at, with_code=True)


def codes_road(keyring: Keyring, staff_id: int) -> str:
    """By what wrong codes of a person are counted, at the door and inside."""
    return keyring.blind("one-time-code", str(staff_id))


def _person(session: Session, token: str, *, at: datetime) -> Colleague | None:
    found = session.execute(
        select(HalfOpenSitting, StaffRow)
        .join(StaffRow, StaffRow.id == HalfOpenSitting.staff_id)
        .where(HalfOpenSitting.fingerprint == fingerprint(token), HalfOpenSitting.expires_at > at, StaffRow.active)
    ).one_or_none()
    if found is None:
        return None
    sitting, row = found
    is_void = row.password_set_at is not None and sitting.created_at < row.password_set_at
    return None if is_void else staff.colleague(row)
