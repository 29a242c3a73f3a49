"""Signing in to the console: tries are counted, sessions are random tokens of which only a hash is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from admin import passwords, staff
from admin.staff import Colleague, Presence, StaffRow
from foundation import ledger
from foundation.addresses import Address, AddressInvalid
from foundation.database import Base, Database, RowId
from foundation.tokens import Keyring, fingerprint, random_token

IDLE_END = timedelta(minutes=60)
ABSOLUTE_END = timedelta(hours=12)
# A request only writes when the last note is older than this: most requests only read.
NOTE_EVERY = timedelta(minutes=1)
TRIES = 5
TRIES_WINDOW = timedelta(minutes=15)


class StaffSession(Base):
    """One browser of one person."""

    __tablename__ = "staff_sessions"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class SignInFailure(Base):
    """One try that has not succeeded; the address is only held as a keyed hash."""

    __tablename__ = "sign_in_failures"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    address_key: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)


class Refused(StrEnum):
    """Why nobody was let in; the sentence never tells whether the account exists."""

    sentence: str

    def __new__(cls, word: str, sentence: str) -> "Refused":
        reason = str.__new__(cls, word)
        reason._value_ = word
        reason.sentence = sentence
        return reason

    WRONG = "wrong", "メールアドレスかパスワードが違います。入力しなおしてください。"
    TOO_MANY = (
        "too-many",
        "続けて5回まちがえたため、サインインを止めています。15分ほどたってから、もう一度お試しください。",
    )


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The token goes into the cookie and is not kept anywhere else."""

    me: Colleague
    token: str


class SignIn:
    """Lets staff in. It opens its own short transactions, because comparing a password takes long enough
    that nobody else should wait for the database meanwhile."""

    def __init__(
        self, database: Database, keyring: Keyring, *, fits: Callable[[str, str | None], bool] = passwords.fits
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._fits = fits

    def sign_in(self, address: str, password: str, *, at: datetime) -> SignedIn | Refused:
        """Counted per address, known or not. Whoever is signed in already is not touched by others' failures."""
        try:
            wanted = Address.parse(address)
        except AddressInvalid:
            self._fits(password, None)
            return Refused.WRONG
        key = self._keyring.blind("sign-in", wanted.text)
        # The try is written down as a failure before it is judged: many at once cannot slip past the count.
        with self._database.write() as session:
            if not _may_try(session, key, at):
                return Refused.TOO_MANY
            row = session.scalar(select(StaffRow).where(StaffRow.address == wanted.text, StaffRow.active))
            stored = row.password_hash if row else None
        # Compared even where there is nothing to compare with: the answer takes the same time.
        if not self._fits(password, stored) or row is None or stored is None:
            return Refused.WRONG
        better = passwords.renewed(password, stored)
        with self._database.write() as session:
            session.execute(delete(SignInFailure).where(SignInFailure.address_key == key))
            if better:
                session.execute(update(StaffRow).where(StaffRow.id == row.id).values(password_hash=better))
            return open_session(session, staff.colleague(row), at=at)


def open_session(session: Session, me: Colleague, *, at: datetime) -> SignedIn:
    """A new session, beside any that the person has in other browsers; dead ones are cleared away."""
    session.execute(
        delete(StaffSession).where(or_(StaffSession.expires_at <= at, StaffSession.seen_at <= at - IDLE_END))
    )
    token = random_token()
    session.add(
        StaffSession(
            fingerprint=fingerprint(token), staff_id=me.id, created_at=at, seen_at=at, expires_at=at + ABSOLUTE_END
        )
    )
    ledger.write(session, me.deed("staff.signed-in", me.actor), at=at)
    return SignedIn(me, token)


def who(session: Session, cookie: str, *, at: datetime) -> Presence | None:
    """The person behind the cookie while the session lives; reads only."""
    found = session.execute(
        select(StaffSession, StaffRow)
        .join(StaffRow, StaffRow.id == StaffSession.staff_id)
        .where(StaffSession.fingerprint == fingerprint(cookie), StaffRow.active)
    ).one_or_none()
    if found is None:
        return None
    sitting, row = found
    is_over = at >= sitting.expires_at or at >= sitting.seen_at + IDLE_END
    is_void = row.password_set_at is not None and sitting.created_at < row.password_set_at
    if is_over or is_void:
        return None
    return Presence(staff.colleague(row), is_due=at >= sitting.seen_at + NOTE_EVERY)


def seen(session: Session, cookie: str, *, at: datetime) -> None:
    """Starts the idle time anew; never moves it back."""
    here = StaffSession.fingerprint == fingerprint(cookie)
    session.execute(update(StaffSession).where(here, StaffSession.seen_at < at).values(seen_at=at))


def sign_out(session: Session, cookie: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.fingerprint == fingerprint(cookie)))


def clear(session: Session, *, at: datetime) -> None:
    """Removes tries that no longer count; each sign-in does it, so nothing depends on a clock job."""
    session.execute(delete(SignInFailure).where(SignInFailure.at <= at - TRIES_WINDOW))


def _may_try(session: Session, key: str, at: datetime) -> bool:
    clear(session, at=at)
    tries = session.scalar(select(func.count()).where(SignInFailure.address_key == key)) or 0
    if tries >= TRIES:
        return False
    session.add(SignInFailure(address_key=key, at=at))
    return True
