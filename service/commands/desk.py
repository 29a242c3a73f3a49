"""What a command has in hand: the assembled service, made only when a command needs it."""

from dataclasses import dataclass
from functools import cached_property

from foundation.clock import Clock
from foundation.database import Database
from foundation.settings import Settings
from foundation.tokens import Keyring
from service.home import Home
from subscribers.town import Town
from subscribers.unreachable import Watch


@dataclass(frozen=True)
class Desk:
    settings: Settings
    clock: Clock

    @cached_property
    def home(self) -> Home:
        return Home(self.settings, self.clock)

    @property
    def database(self) -> Database:
        return self.home.database

    @property
    def keyring(self) -> Keyring:
        return self.home.keyring

    @property
    def town(self) -> Town:
        return self.home.town

    @property
    def watch(self) -> Watch:
        return self.home.watch
