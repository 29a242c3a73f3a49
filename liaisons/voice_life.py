"""The life of a voice: who may do what with it when, each step written down with who and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.ledger import Member, deed_of
from foundation.unfit import Unfit
from liaisons.voice_tables import ToldBy, Voice, VoiceState, VoiceStep
from liaisons.voice_text import CUT, LONGEST, LONGEST_LINE, LONGEST_MAIL, LONGEST_NOTE, cleaned, cleaned_line

_S = VoiceState
MOST_ADDED = 50  # times that a person may add to one voice

# From each state to which. The odd ones: a voice may be given to another section at any time; one that asks about a
# case, or that whoever opens it can answer, is answered at once, without anybody to look into it; who was answered may
# come back, and so may staff who find that something can be done after all.
MOVES: Mapping[VoiceState, frozenset[VoiceState]] = {
    _S.RECEIVED: frozenset({_S.ASSIGNED, _S.ANSWERED, _S.CANNOT}),
    _S.ASSIGNED: frozenset({_S.ASSIGNED, _S.IN_HAND, _S.ANSWERED, _S.CANNOT}),
    _S.IN_HAND: frozenset({_S.ASSIGNED, _S.ANSWERED, _S.CANNOT}),
    _S.ANSWERED: frozenset({_S.IN_HAND}),
    _S.CANNOT: frozenset({_S.IN_HAND}),
}


class Step(StrEnum):
    """What the history tells."""

    RECEIVED = "received"
    ADDED = "added"
    ASSIGNED = "assigned"
    TAKEN = "taken"
    ANSWERED = "answered"
    CANNOT = "cannot"
    REOPENED = "reopened"
    DUE = "due"
    TOLD = "told"
    LED_TO = "led-to"


class WrongMove(Exception):
    """この意見・要望は、いまはその操作ができません。"""


class Changed(Exception):
    """ほかの人が先に変えました。"""


class VoiceUnfit(Unfit):
    """What is to be written of a voice."""


@dataclass(frozen=True)
class Turn:
    """A member of staff's hand on one voice: at which moment, and which version of it they saw."""

    by: Member
    at: datetime
    seen: int | None = None


def assign(session: Session, voice: Voice, turn: Turn, *, section: str, officer: tuple[int, str] | None) -> None:
    """Raises VoiceUnfit, WrongMove, Changed."""
    name = cleaned_line(section)
    if not name or len(name) > LONGEST_LINE:
        raise VoiceUnfit({"section": f"担当課を、{LONGEST_LINE}文字までで書いてください。"})
    _move(voice, _S.ASSIGNED, turn)
    voice.section = name
    voice.officer_id, voice.officer_name = officer or (None, "")
    note = name + (f"（{voice.officer_name}）" if officer else "")
    _done(session, voice, turn, Step.ASSIGNED, note=note)


def take(session: Session, voice: Voice, turn: Turn) -> None:
    """Raises WrongMove, Changed."""
    _move(voice, _S.IN_HAND, turn)
    if voice.officer_id is None:
        voice.officer_id, voice.officer_name = turn.by.id, turn.by.name
    _done(session, voice, turn, Step.TAKEN)


def answer(session: Session, voice: Voice, turn: Turn, words: str) -> None:
    """Raises VoiceUnfit, WrongMove, Changed. Telling it to the person is another step."""
    text = _told(words, "answer", "回答", LONGEST)
    _move(voice, _S.ANSWERED, turn)
    voice.answer, voice.closed_at = text, turn.at
    _done(session, voice, turn, Step.ANSWERED, note=text)


def cannot(session: Session, voice: Voice, turn: Turn, why: str) -> None:
    """Raises VoiceUnfit, WrongMove, Changed. The reason is told to the person as an answer is."""
    text = _told(why, "why", "対応できない理由", LONGEST)
    _move(voice, _S.CANNOT, turn)
    voice.answer, voice.closed_at = text, turn.at
    _done(session, voice, turn, Step.CANNOT, note=text)


def reopen(session: Session, voice: Voice, turn: Turn, why: str, *, due_on: date) -> None:
    """With a new day. Raises VoiceUnfit, WrongMove, Changed."""
    note = _told(why, "reopened", "対応を再開する理由", LONGEST_NOTE)
    _move(voice, _S.IN_HAND, turn)
    _open_again(voice, due_on)
    _done(session, voice, turn, Step.REOPENED, note=note)


@dataclass(frozen=True)
class Added:
    """What the person wrote once more; `by` is `resident` or `liaison`. The same mail or form has the same key."""

    words: str
    by: str
    once_key: str
    due_on: date


def add_words(session: Session, voice: Voice, added: Added, *, at: datetime) -> bool:
    """A voice that was answered is in hand again, with a new day. False where these words came before, or so much was
    added that nobody has written it by hand. Raises VoiceUnfit."""
    text = _told(added.words, "text", "ご意見・ご要望", LONGEST_MAIL + len(CUT))
    known = select(VoiceStep.id).where(VoiceStep.once_key == added.once_key)
    by_hand = select(func.count()).where(VoiceStep.voice_id == voice.id, VoiceStep.step == Step.ADDED.value)
    if session.scalar(known) is not None or (session.scalar(by_hand) or 0) >= MOST_ADDED:
        return False
    if not VoiceState(voice.state).is_open:
        voice.state = _S.IN_HAND.value
        _open_again(voice, added.due_on)
    voice.version += 1
    write_step(session, voice, Step.ADDED, None, at=at, note=text, once_key=added.once_key)
    ledger.write(session, deed_of(added.by, "voice.added", f"voice:{voice.id}"), at=at)
    return True


def move_due(session: Session, voice: Voice, turn: Turn, *, day: date, why: str) -> None:
    """Raises VoiceUnfit, WrongMove, Changed."""
    note = _told(why, "due_why", "期限を変える理由", LONGEST_NOTE)
    _still(voice, turn)
    if not VoiceState(voice.state).is_open:
        raise WrongMove
    before, voice.due_on = voice.due_on, day.isoformat()
    _done(session, voice, turn, Step.DUE, note=note, details={"due": [before, voice.due_on]})


def told(session: Session, voice: Voice, turn: Turn, *, way: ToldBy, day: date) -> None:
    """That the person knows the result. Raises WrongMove, Changed."""
    _still(voice, turn)
    if VoiceState(voice.state).is_open:
        raise WrongMove
    voice.told_by, voice.told_on = way.value, day.isoformat()
    _done(session, voice, turn, Step.TOLD, note=way.label, details={"way": way.label})


def led_to(session: Session, voice: Voice, turn: Turn, *, bulletin_id: int | None, words: str) -> None:
    """What came of it: a bulletin, or anything else in words. Raises VoiceUnfit, Changed."""
    line = cleaned_line(words)
    if len(line) > LONGEST_NOTE:
        raise VoiceUnfit({"led_to": f"{LONGEST_NOTE:,}文字までで書いてください。"})
    _still(voice, turn)
    voice.led_to_id, voice.led_to = bulletin_id, line
    note = "、".join(filter(None, (f"お知らせ {bulletin_id}番" if bulletin_id else "", line)))
    _done(session, voice, turn, Step.LED_TO, note=note, details={"bulletin": bulletin_id or 0})


def write_step(
    session: Session,
    voice: Voice,
    step: Step,
    staff: tuple[int, str] | None,
    *,
    at: datetime,
    note: str = "",
    once_key: str | None = None,
) -> None:
    number, name = staff or (None, "")
    session.add(
        VoiceStep(
            voice_id=voice.id,
            at=at,
            staff_id=number,
            staff_name=name,
            step=step.value,
            note=note,
            once_key=once_key,
        )
    )
    session.flush()


def _told(words: str, field: str, name: str, most: int) -> str:
    text = cleaned(words)
    if not text:
        raise VoiceUnfit({field: f"{name}を書いてください。"})
    if len(text) > most:
        raise VoiceUnfit({field: f"{name}は、{most:,}文字までで書いてください（いま{len(text):,}文字）。"})
    return text


def _still(voice: Voice, turn: Turn) -> None:
    if turn.seen is not None and turn.seen != voice.version:
        raise Changed


def _move(voice: Voice, to: VoiceState, turn: Turn) -> None:
    _still(voice, turn)
    if to not in MOVES[VoiceState(voice.state)]:
        raise WrongMove
    voice.state = to.value


def _open_again(voice: Voice, due_on: date) -> None:
    voice.closed_at = voice.told_by = voice.told_on = None
    voice.due_on = due_on.isoformat()


def _done(
    session: Session,
    voice: Voice,
    turn: Turn,
    step: Step,
    *,
    note: str = "",
    details: Mapping[str, object] | None = None,
) -> None:
    """Notes stay with the voice, where they can be erased; the ledger knows that it was done."""
    voice.version += 1
    write_step(session, voice, step, (turn.by.id, turn.by.name), at=turn.at, note=note)
    ledger.write(session, turn.by.deed(f"voice.{step}", f"voice:{voice.id}"), at=turn.at, details=details)
