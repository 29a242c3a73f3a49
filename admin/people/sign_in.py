"""Signing in to the console by password; sessions are random tokens of which only a hash is kept."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, and_, delete, false, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from admin.people import known_browsers, one_time_codes, passwords, staff, tries
from admin.people.roles import Role
from admin.people.staff import Colleague, Presence, StaffRow
from admin.people.tries import Waits
from foundation import ledger
from foundation.addresses import Address, AddressInvalid
from foundation.database import Base, Database
from foundation.tokens import Keyring, fingerprint, random_token

IDLE_END = timedelta(minutes=60)
ABSOLUTE_END = timedelta(hours=12)
# A request only writes when the last note is older than this: most requests only read.
NOTE_EVERY = timedelta(minutes=1)
HALF_OPEN_LIFE = timedelta(minutes=10)
SET_UP_LIFE = timedelta(minutes=30)  # somebody may have to put a program onto the telephone first


class StaffSession(Base):
    """One browser of one person."""

    __tablename__ = "staff_sessions"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    with_code: Mapped[bool] = mapped_column(server_default=false())
    origin: Mapped[str] = mapped_column(server_default="")


class HalfOpenSitting(Base):
    """A browser whose password was right and whose one-time code is still to come. No page of the console knows it."""

    __tablename__ = "half_open_sittings"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class Refused(StrEnum):
    """Why nobody was let in; the sentence never tells whether the account exists."""

    sentence: str

    def __new__(cls, word: str, sentence: str) -> "Refused":
        reason = str.__new__(cls, word)
        reason._value_ = word
        reason.sentence = sentence
        return reason

    WRONG = "wrong", "メールアドレスかパスワードが違います。入力しなおしてください。"
    CODE = "code", "認証コードが違うか、もう使われています。次のコードに変わるのを待って、入力しなおしてください。"
    RECOVERY = "recovery", "予備コードが違うか、もう使われています。まだ使っていない予備コードを入力してください。"
    ENDED = "ended", "時間がたったため、はじめからサインインしなおしてください。"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The token goes into the cookie and is not kept anywhere else."""

    me: Colleague
    token: str


@dataclass(frozen=True, slots=True)
class HalfOpen:
    """The password was right; the token leads to the second step and nowhere else."""

    token: str
    sets_up: bool


@dataclass(frozen=True, slots=True)
class Road:
    """From where somebody tries: `origin` as in the ledger, `browser` the cookie of known browsers."""

    origin: str = ""
    browser: str = ""


class SignIn:
    """Lets staff in. It opens its own short transactions, because comparing a password takes long enough
    that nobody else should wait for the database meanwhile."""

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        *,
        fits: Callable[[str, str | None], bool] = passwords.fits,
        codes_required: bool = False,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._fits = fits
        self._codes_required = codes_required

    def sign_in(
        self, address: str, password: str, *, at: datetime, road: Road = Road()
    ) -> SignedIn | HalfOpen | Refused | Waits:
        """Counted per road to an address, known or not. Whoever is signed in already, or has signed in from this
        browser before, is not touched by others' failures."""
        try:
            wanted = Address.parse(address)
        except AddressInvalid:
            self._fits(password, None)
            return Refused.WRONG
        with self._database.write() as session:
            row = session.scalar(select(StaffRow).where(StaffRow.address == wanted.text, StaffRow.active))
            road_key, stranger_at = self._keys(wanted, row, road)
            waits = tries.begin(session, road_key, at=at, stranger_at=stranger_at)
            if waits is not None:
                return waits
            stored = row.password_hash if row else None
        # Compared even where there is nothing to compare with: the answer takes the same time.
        if not self._fits(password, stored) or row is None or stored is None:
            return Refused.WRONG
        better = passwords.renewed(password, stored)
        with self._database.write() as session:
            tries.succeeded(session, road_key)
            if better:
                session.execute(update(StaffRow).where(StaffRow.id == row.id).values(password_hash=better))
            me = replace(staff.colleague(row), origin=road.origin)
            if one_time_codes.is_on(session, me.id):
                return _half_open(session, me, sets_up=False, at=at)
            if needs_codes(me, required=self._codes_required):
                one_time_codes.begin(session, self._keyring, me.id)
                return _half_open(session, me, sets_up=True, at=at)
            return open_session(session, me, at=at)

    def _keys(self, address: Address, row: StaffRow | None, road: Road) -> tuple[str, str]:
        """Of the road, and of the account where the browser is a stranger's."""
        known = known_browsers.recognised(self._keyring, road.browser, row.id) if row else None
        if known is not None:
            return self._keyring.blind("sign-in-browser", str(known)), ""
        network = network_of(road.origin)
        road_key = self._keyring.blind("sign-in-road", f"{address.text} {network}")
        return road_key, self._keyring.blind("sign-in", address.text)


def needs_codes(me: Colleague, *, required: bool) -> bool:
    """Whether this person may enter only with one-time codes."""
    return required and me.may(Role.APPROVER)


def network_of(origin: str) -> str:
    """One IPv6 network counts as one place: its hosts choose their addresses as they like (RFC 8981)."""
    host = origin.partition(":")[2]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(ipaddress.ip_network((address, 64), strict=False)) if address.version == 6 else host


def _half_open(session: Session, me: Colleague, *, sets_up: bool, at: datetime) -> HalfOpen:
    """Only one browser sets up codes for a person: another one would be shown the same new secret."""
    is_over = HalfOpenSitting.expires_at <= at
    session.execute(
        delete(HalfOpenSitting).where(or_(is_over, HalfOpenSitting.staff_id == me.id) if sets_up else is_over)
    )
    token = random_token()
    life = SET_UP_LIFE if sets_up else HALF_OPEN_LIFE
    begun = _not_before_password(session, me, at)
    session.add(HalfOpenSitting(fingerprint=fingerprint(token), staff_id=me.id, created_at=begun, expires_at=at + life))
    return HalfOpen(token, sets_up)


def _not_before_password(session: Session, me: Colleague, at: datetime) -> datetime:
    """When a sitting begins. A clock that was set back, or another host's, must not make it older than the password
    by which it was opened: it would be void at once."""
    password_set_at = session.scalar(select(StaffRow.password_set_at).where(StaffRow.id == me.id))
    return max(at, password_set_at) if password_set_at else at


def open_session(session: Session, me: Colleague, *, at: datetime, with_code: bool = False) -> SignedIn:
    """A new session, beside any that the person has in other browsers; dead ones are cleared away."""
    session.execute(
        delete(StaffSession).where(or_(StaffSession.expires_at <= at, StaffSession.seen_at <= at - IDLE_END))
    )
    token = random_token()
    session.add(
        StaffSession(
            fingerprint=fingerprint(token),
            staff_id=me.id,
            created_at=_not_before_password(session, me, at),
            seen_at=at,
            expires_at=at + ABSOLUTE_END,
            with_code=with_code,
            origin=me.origin,
        )
    )
    session.execute(update(StaffRow).where(StaffRow.id == me.id).values(last_sign_in_at=at))
    ledger.write(session, me.deed("staff.signed-in", me.actor), at=at, details={"with_code": with_code})
    return SignedIn(me, token)


def who(session: Session, cookie: str, *, at: datetime, codes_required: bool = False) -> Presence | None:
    """The person behind the cookie while the session lives; reads only. A session opened by the password alone ends
    where codes have become a must since: by a higher role, or by the setting."""
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
    lacks_code = not sitting.with_code and needs_codes(staff.colleague(row), required=codes_required)
    if is_over or is_void or lacks_code:
        return None
    return Presence(staff.colleague(row), is_due=at >= sitting.seen_at + NOTE_EVERY)


def seen(session: Session, cookie: str, *, at: datetime) -> None:
    """Starts the idle time anew; never moves it back."""
    here = StaffSession.fingerprint == fingerprint(cookie)
    session.execute(update(StaffSession).where(here, StaffSession.seen_at < at).values(seen_at=at))


def proved(session: Session, cookie: str) -> None:
    """The person in this browser has just shown a one-time code."""
    session.execute(update(StaffSession).where(StaffSession.fingerprint == fingerprint(cookie)).values(with_code=True))


def sign_out(session: Session, cookie: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.fingerprint == fingerprint(cookie)))


def sign_out_others(session: Session, me: Colleague, cookie: str, *, at: datetime) -> int:
    """How many other browsers of this person were signed in until now."""
    others = and_(StaffSession.staff_id == me.id, StaffSession.fingerprint != fingerprint(cookie))
    ended = session.scalars(delete(StaffSession).where(others).returning(StaffSession.fingerprint)).all()
    session.execute(delete(HalfOpenSitting).where(HalfOpenSitting.staff_id == me.id))
    if ended:
        deed = me.deed("staff.signed-out-elsewhere", me.actor)
        ledger.write(session, deed, at=at, details={"sessions": len(ended)})
    return len(ended)


def sign_out_everywhere(session: Session, staff_id: int) -> None:
    """Of whoever leaves or starts anew."""
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))
    session.execute(delete(HalfOpenSitting).where(HalfOpenSitting.staff_id == staff_id))
