"""Erasure: the way to answer goes a while after a voice is closed; what was said and done stays without it."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.ledger import Deed
from liaisons.voice_tables import Voice, VoiceStep
from mailer import inbound
from mailer.reply_recall import recall
from subscribers.tables import ERASED, Subscriber

STRUCK = "〔消去〕"
_DIGITS = {str(digit): f"[{digit}{chr(0xFF10 + digit)}]" for digit in range(10)}
_BETWEEN = r"[-‐‑–—―－ー()（）\s]{0,3}"


def erase_contacts(session: Session, *, at: datetime, after: timedelta, limit: int = 200) -> int:
    """Of at most `limit` voices that were closed at least `after` ago; returns of how many."""
    done = session.scalars(
        select(Voice)
        .where(
            Voice.closed_at <= at - after,
            Voice.erased_at.is_(None),
            or_(Voice.mail.is_not(None), Voice.phone.is_not(None)),
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for voice in done:
        _erase_ways(session, voice)
        voice.erased_at = at
        ledger.write(session, Deed("rule:erasure", "voice.erased", f"voice:{voice.id}"), at=at)
    return len(done)


def strike_liaison(session: Session, liaison_id: int, words: Iterable[str]) -> None:
    """For a liaison who left: their name, addresses and numbers go from what they told the office, and from what was
    written beside it; an address that they wrote from beside the registered one goes everywhere."""
    voices = session.scalars(select(Voice).where(Voice.liaison_id == liaison_id)).all()
    strike(session, voices, words)
    for voice in voices:
        _erase_ways(session, voice)


def strike(session: Session, voices: Iterable[Voice], words: Iterable[str]) -> None:
    """Takes words out of everything that is written of these voices."""
    patterns = [_pattern(word) for word in words if len(word.strip()) > 1]
    for voice in voices:
        for pattern in patterns:
            for name in ("text", "answer", "led_to", "section"):
                setattr(voice, name, pattern.sub(STRUCK, getattr(voice, name)))
        for step in session.scalars(select(VoiceStep).where(VoiceStep.voice_id == voice.id)):
            for pattern in patterns:
                step.note = pattern.sub(STRUCK, step.note)


def _erase_ways(session: Session, voice: Voice) -> None:
    """How the person is reached, wherever it stands; what was not handed over yet is not sent."""
    mail, phone = voice.mail, voice.phone
    voice.mail = voice.phone = None
    strike(session, [voice], filter(None, (mail, phone)))
    session.flush()
    if mail is not None and not _is_needed(session, mail):
        recall(session, mail, f"{ERASED}voice-{voice.id}")
        inbound.forget_sender(session, mail)
        inbound.forget_mentions(session, [mail])


def _is_needed(session: Session, mail: str) -> bool:
    """Whether a subscriber, or another voice, still has this address."""
    elsewhere = or_(exists().where(Subscriber.address == mail), exists().where(Voice.mail == mail))
    return bool(session.scalar(select(elsewhere)))


def _pattern(word: str) -> re.Pattern[str]:
    """A telephone number is found however it is spaced, and in full-width digits; a name with any space, or none,
    between its parts."""
    digits = [character for character in word if character.isdecimal()]
    if digits and not re.search(r"[^\d\s+＋()（）‐‑–—―－ー-]", word):
        plain = [_DIGITS[str(int(digit))] for digit in digits]
        return re.compile(_BETWEEN.join(plain))
    return re.compile(r"\s*".join(map(re.escape, word.split())), re.IGNORECASE)
