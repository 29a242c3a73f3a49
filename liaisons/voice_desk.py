"""The desk for voices: the rooms that every road of a voice needs, and the office's calendar."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.database import Database
from foundation.tokens import Keyring
from liaisons import voice_life, voices
from liaisons.voice_due import due_day
from liaisons.voice_letters import VoiceLetters
from liaisons.voice_life import Added
from liaisons.voice_tables import Voice
from liaisons.voices import Heard
from mailer.answer_caps import Road as AnswerRoad
from mailer.holidays import ClosingDays
from subscribers.town import Town


@dataclass(frozen=True)
class VoiceDesk:
    """`days` is in how many of the office's open days a voice is to be answered."""

    database: Database
    clock: Clock
    town: Town
    keyring: Keyring
    letters: VoiceLetters
    closing: ClosingDays
    days: int

    def today(self) -> date:
        return self.clock.now().astimezone(self.town.zone).date()

    def due(self) -> date:
        """Of what comes in now."""
        return due_day(self.today(), self.days, self.closing)

    def area(self, key: str) -> str:
        """The key, where the town has such an area."""
        return key if any(area.key == key for area in self.town.areas) else ""

    def hear(
        self,
        session: Session,
        heard: Heard,
        *,
        road: AnswerRoad | None = AnswerRoad.WEB,
        in_reply_to: str | None = None,
    ) -> tuple[Voice, bool]:
        """The voice, and whether that it was received is mailed; without a road it is not, whoever wrote it."""
        at = self.clock.now()
        voice = voices.hear(session, heard, at=at)
        if road is None:
            return voice, False
        return voice, self.letters.acknowledge(session, voice, road=road, at=at, in_reply_to=in_reply_to)

    def add(self, session: Session, voice: Voice, words: str, *, by: str, once_key: str) -> bool:
        """See `voice_life.add_words`."""
        added = Added(words, by, once_key, self.due())
        return voice_life.add_words(session, voice, added, at=self.clock.now())
