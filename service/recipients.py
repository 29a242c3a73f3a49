"""The service's own addresses: what each local part means."""

import re
from dataclasses import dataclass
from enum import StrEnum

from foundation.languages import Language
from foundation.tokens import Keyring
from liaisons.voice_links import VOICE, VOICE_MAIL_PREFIX
from mailer.letter import BOUNCE_PURPOSE
from subscribers.links import STOP, STOP_MAIL_PREFIX

LANGUAGES = frozenset(language.value for language in Language)

# A place's own name may begin with ja, which no address needs to say before it.
_ENTRY = re.compile(r"touroku(?:-(en|yasashii|zh))?(?:-([a-z0-9][a-z0-9_-]{0,39}))?")
# The shape of liaisons.circles.new_code; other words that begin so are places.
_CIRCLE = re.compile(r"touroku(?:-(ja|en|yasashii|zh))?-c-([bcdfghjkmnpqrstvwxyz2-9]{10})")
_TOKEN = r"([a-z2-7]{1,40})"  # noqa: S105 -- a pattern
_BOUNCE = re.compile("b-" + _TOKEN)
_STOP = re.compile(STOP_MAIL_PREFIX + _TOKEN)
_VOICE = re.compile(VOICE_MAIL_PREFIX + _TOKEN)


class Purpose(StrEnum):
    ENTRY = "entry"
    BOUNCE = "bounce"
    STOP = "stop"
    VOICE = "voice"
    FEEDBACK = "feedback"
    ANNOUNCED = "announced"
    POSTMASTER = "postmaster"


@dataclass(frozen=True)
class OwnAddress:
    """`number` is what a token names; `place`, `circle` and `language` belong to the entry address."""

    purpose: Purpose
    number: int | None = None
    place: str | None = None
    circle: str | None = None
    language: str | None = None


@dataclass(frozen=True)
class Recipients:
    """Reads local parts; `announced` is the local part of the From address where that lies in our domain."""

    keyring: Keyring
    announced: str | None

    def read(self, local: str) -> OwnAddress | None:
        """None for what is not ours, and for tokens that we did not sign."""
        local = local.lower()
        if local == "feedback":
            return OwnAddress(Purpose.FEEDBACK)
        if local in ("postmaster", "abuse"):
            return OwnAddress(Purpose.POSTMASTER)
        if self.announced is not None and local == self.announced:
            return OwnAddress(Purpose.ANNOUNCED)
        if entry := _entry(local):
            return entry
        if bounce := _BOUNCE.fullmatch(local):
            return self._signed(Purpose.BOUNCE, BOUNCE_PURPOSE, bounce[1])
        if stop := _STOP.fullmatch(local):
            return self._signed(Purpose.STOP, STOP, stop[1])
        if voice := _VOICE.fullmatch(local):
            return self._signed(Purpose.VOICE, VOICE, voice[1])
        return None

    def is_wanted(self, local: str) -> bool:
        return self.read(local) is not None

    def _signed(self, purpose: Purpose, token_purpose: str, token: str) -> OwnAddress | None:
        number = self.keyring.read(token_purpose, token)
        return None if number is None else OwnAddress(purpose, number)


def _entry(local: str) -> OwnAddress | None:
    if circle := _CIRCLE.fullmatch(local):
        return OwnAddress(Purpose.ENTRY, circle=circle[2], language=circle[1])
    entry = _ENTRY.fullmatch(local)
    if entry is None:
        return None
    language, word = entry[1], entry[2]
    if word is None:
        return OwnAddress(Purpose.ENTRY, language=language)
    if word in LANGUAGES:
        return OwnAddress(Purpose.ENTRY, language=word)
    return OwnAddress(Purpose.ENTRY, place=word, language=language)
