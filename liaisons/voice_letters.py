"""The letters about a voice: that it was received, and what came of it; to whoever left a way by mail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.addresses import Address, AddressInvalid
from foundation.languages import Language
from foundation.tokens import Keyring
from liaisons.voice_life import Step
from liaisons.voice_links import ONE_VOICE, REPLY_MAIL
from liaisons.voice_tables import Voice, VoiceState, VoiceStep
from liaisons.voices import register_address
from mailer import letters_to, outbox
from mailer.answer_caps import Leave, Road, may_answer
from mailer.outbox import To
from mailer.outbox_tables import State
from subscribers.stationery import Stationery, as_reply


class Fate(StrEnum):
    """As far as we know: `handed` is taken over by a mail server, which is not arrived."""

    UNDER_WAY = "under-way"
    HANDED = "handed"
    REFUSED = "refused"


@dataclass(frozen=True)
class VoiceLetters:
    """Works in the caller's transaction. Neither letter repeats what the person wrote: whoever types a stranger's
    address could make us mail them anything."""

    stationery: Stationery
    keyring: Keyring
    zone: tzinfo

    def page_of(self, voice: Voice) -> str:
        """Where the person sees what becomes of it, in their language; whoever holds the address may."""
        return Language.of(voice.language).link(f"/voice/{self.keyring.sign(ONE_VOICE, voice.id)}")

    def addressee(self, session: Session, voice: Voice) -> To | None:
        """None where no way by mail was left. Only a liaison, whose address is a subscriber's, is named by number."""
        registered = register_address(session, voice)
        if registered is not None:
            address, number = registered
            return To(address, address.rpartition("@")[2], number)
        try:
            parsed = Address.parse(voice.mail or "")
        except AddressInvalid:
            return None
        return To(parsed.text, parsed.domain, None)

    def acknowledge(
        self, session: Session, voice: Voice, *, road: Road, at: datetime, in_reply_to: str | None = None
    ) -> bool:
        """At once, once, and within the answer caps. False where nothing is mailed."""
        to, key = self.addressee(session, voice), f"voice-received:{voice.id}"
        if to is None or outbox.is_known(session, key, to.address):
            return False
        if may_answer(session, self.keyring, to.address, road=road, at=at) is not Leave.YES:
            return False
        values = {"due": date.fromisoformat(voice.due_on)}
        self._send(session, voice, to, "voice-received", values, key=key, at=at, in_reply_to=in_reply_to)
        return True

    def answer(self, session: Session, voice: Voice, *, at: datetime) -> bool:
        """What staff wrote, in the frame of the person's language. False where no way by mail was left."""
        to = self.addressee(session, voice)
        if to is None:
            return False
        key = _answer_key(session, voice)
        values = {"answer": voice.answer, "cannot": voice.state == VoiceState.CANNOT.value}
        self._send(session, voice, to, "voice-answered", values, key=key, at=at)
        return True

    def fate(self, session: Session, voice: Voice) -> Fate | None:
        """Of the letter with the answer; None where there was none, or its row was dropped since."""
        to = self.addressee(session, voice)
        row = letters_to.the_one(session, _answer_key(session, voice), to.address) if to is not None else None
        if row is None:
            return None
        if row.state in (State.QUEUED, State.DEFERRED):
            return Fate.UNDER_WAY
        return Fate.HANDED if row.state == State.SENT and row.bounced_as is None else Fate.REFUSED

    def _send(
        self,
        session: Session,
        voice: Voice,
        to: To,
        name: str,
        values: Mapping[str, object],
        *,
        key: str,
        at: datetime,
        in_reply_to: str | None = None,
    ) -> None:
        shared = {
            "number": voice.id,
            "day": voice.received_at.astimezone(self.zone).date(),
            "page": self.stationery.public_url + self.page_of(voice),
            "may_reply": to.ref is not None,
        }
        letter = self.stationery.letter(
            name,
            {**shared, **values},
            language=Language.of(voice.language),
            links=dict(REPLY_MAIL) if to.ref is not None else None,
            in_reply_to=in_reply_to,
        )
        outbox.reply(session, letter, as_reply(key, at=at), to)


def _answer_key(session: Session, voice: Voice) -> str:
    """The same until it is answered anew."""
    answers = VoiceStep.step.in_([Step.ANSWERED.value, Step.CANNOT.value])
    turn = session.scalar(select(func.count()).where(VoiceStep.voice_id == voice.id, answers))
    return f"voice-answered:{voice.id}:{turn}"
