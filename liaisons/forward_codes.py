"""The code before anything is passed on, and a fresh link: mailed to the liaison alone, and not often.

Whoever has the link may ask, a stranger to whom the mail was passed on too; so a code serves only the page that asked
for it, a stranger cannot use up the tries of another page, and the liaison gets few mails.
"""

import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bulletins.tables import Bulletin
from foundation.tokens import Keyring, fingerprint, random_token
from liaisons.forward_tables import ForwardCode
from liaisons.forward_words import Words
from liaisons.personal_link import LIAISON
from liaisons.tables import Liaison
from mailer import outbox, quiet
from mailer.bounce_facts import BounceFactRow
from mailer.outbox import Post, To
from mailer.outbox_tables import IS_REPLY, BatchState, Lane, LetterRow, OutboxRow
from subscribers.stationery import Stationery
from subscribers.tables import Subscriber

DIGITS = 6
TRIES = 5
LIFE = timedelta(minutes=15)
KEPT = timedelta(days=1)
MAILS_KEPT = timedelta(days=7)
CAPS = ((3, timedelta(minutes=30)), (8, KEPT))
_PURPOSE = "forward-code"

NO_SUCH = "この番号は使えません。もう一度、はじめからお試しください。"
TOO_LATE = "番号の期限が切れました。もう一度、はじめからお試しください。"
USED_UP = f"{TRIES}回まちがえたため、この番号は使えなくなりました。もう一度、はじめからお試しください。"
TOO_MANY = "番号のメールを、続けて何度も送りました。しばらくしてから、もう一度お試しください。"


class CodeRefused(Exception):
    """The code does not serve, or none is mailed now; the text says in Japanese what to do. With `again`, another try
    is left."""

    def __init__(self, message: str, *, again: bool = False) -> None:
        super().__init__(message)
        self.again = again


@dataclass(frozen=True)
class ForwardCodes:
    """Works in the caller's transaction."""

    keyring: Keyring
    stationery: Stationery

    def mail(self, session: Session, liaison: Liaison, bulletin: Bulletin, words: Words, *, at: datetime) -> str:
        """Returns the key of the page that may use the code. Raises CodeRefused."""
        to = _mailbox(session, liaison)
        _refuse_too_many(session, liaison, at=at)
        key, code = random_token(), f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        row = ForwardCode(
            page_hash=fingerprint(key),
            liaison_id=liaison.id,
            bulletin_id=bulletin.id,
            hash=self._hash(key, code),
            sentence=words.sentence,
            line=words.line,
            asked_at=at,
            expires_at=at + LIFE,
        )
        session.add(row)
        values = {
            "code": f"{code[: DIGITS // 2]} {code[DIGITS // 2 :]}",
            "subject": bulletin.subject,
            "words": [each for each in (words.sentence, *words.line.split("\n")) if each],
            "minutes": int(LIFE.total_seconds() // 60),
        }
        self._post(session, "forward-code", values, to, at=at, expires_at=at + LIFE)
        return key

    def try_out(
        self, session: Session, liaison: Liaison, bulletin: Bulletin, key: str, typed: str, *, at: datetime
    ) -> Words | CodeRefused:
        """The words that the code lets out. A wrong one is counted, so the transaction has to be committed; the refusal
        is returned, not raised, for that."""
        mine = (ForwardCode.liaison_id == liaison.id, ForwardCode.bulletin_id == bulletin.id)
        this = select(ForwardCode).where(ForwardCode.page_hash == fingerprint(key[:100]), *mine)
        row = session.scalars(this.with_for_update()).first()
        if row is None:
            return CodeRefused(NO_SUCH)
        if at >= row.expires_at:
            return CodeRefused(TOO_LATE)
        if row.wrong >= TRIES:
            return CodeRefused(USED_UP)
        if not compare_digest(row.hash, self._hash(key, _plain(typed))):
            row.wrong += 1
            left = TRIES - row.wrong
            return CodeRefused(f"番号が違います（あと{left}回まで）。", again=True) if left else CodeRefused(USED_UP)
        # Pressed twice, or sent again by a slow telephone, it is the same as once.
        row.used_at = row.used_at or at
        return Words(row.sentence, row.line)

    def mail_link(self, session: Session, liaison: Liaison, *, at: datetime) -> None:
        """A fresh link to the liaison's pages. Raises CodeRefused."""
        to = _mailbox(session, liaison)
        _refuse_too_many(session, liaison, at=at)
        # Counted with the codes; as one it serves nobody.
        session.add(ForwardCode(page_hash=random_token(), liaison_id=liaison.id, hash="", asked_at=at, expires_at=at))
        url = f"{self.stationery.public_url}/liaison/{self.keyring.sign(LIAISON, to.ref or 0)}"
        self._post(session, "liaison-link", {"url": url}, to, at=at, expires_at=at + KEPT)

    def _post(
        self, session: Session, name: str, values: dict[str, object], to: To, *, at: datetime, expires_at: datetime
    ) -> None:
        """Beside all other replies, lest their counts tell that somebody wishes to pass something on."""
        letter = self.stationery.letter(name, values)
        post = Post(quiet.CODES, f"{quiet.CODES}:{random_token()}", Lane.REPLY, at=at, expires_at=expires_at)
        outbox.set_batch(session, quiet.CODES, BatchState.OPEN, at=at)
        outbox.reply(session, letter, post, to)

    def _hash(self, key: str, code: str) -> str:
        return self.keyring.blind(_PURPOSE, f"{key}/{code}")


def forget(session: Session, *, at: datetime) -> None:
    """What no cap asks for any more, and the mails that told the codes, a week after they ended."""
    session.execute(delete(ForwardCode).where(ForwardCode.asked_at <= at - KEPT))
    old = at - MAILS_KEPT
    session.execute(delete(BounceFactRow).where(BounceFactRow.batch == quiet.CODES, BounceFactRow.known_at < old))
    with_fact = select(BounceFactRow.outbox_id).where(BounceFactRow.batch == quiet.CODES)
    ended = (OutboxRow.batch == quiet.CODES, IS_REPLY, OutboxRow.ended_at < old, OutboxRow.id.not_in(with_fact))
    session.execute(delete(OutboxRow).where(*ended))
    session.execute(delete(LetterRow).where(LetterRow.batch == quiet.CODES, LetterRow.created_at < old - MAILS_KEPT))


def _mailbox(session: Session, liaison: Liaison) -> To:
    reached_by = session.get(Subscriber, liaison.subscriber_id or 0)
    if reached_by is None or reached_by.address is None:
        raise CodeRefused("メールを送るアドレスが登録されていません。市の担当課にお問い合わせください。")
    return To(reached_by.address, reached_by.domain, reached_by.id)


def _refuse_too_many(session: Session, liaison: Liaison, *, at: datetime) -> None:
    # Two at once wait for each other, and are counted one by one.
    session.refresh(liaison, with_for_update=True)
    for most, span in CAPS:
        asked = select(func.count()).where(ForwardCode.liaison_id == liaison.id, ForwardCode.asked_at > at - span)
        if (session.scalar(asked) or 0) >= most:
            raise CodeRefused(TOO_MANY)


def _plain(typed: str) -> str:
    """Full-width digits, spaces and hyphens are one's own."""
    return "".join(each for each in unicodedata.normalize("NFKC", typed[:100]) if each.isascii() and each.isdigit())
