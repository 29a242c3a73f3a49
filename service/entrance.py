"""What can be known of a service before the whole house is opened: enough to take in a mail."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from foundation.clock import Clock
from foundation.database import Database
from foundation.setting_values import SettingInvalid
from foundation.settings import Settings
from foundation.tokens import Keyring
from service.data_folder import made
from service.kept_secret import kept_secret
from service.recipients import Recipients
from subscribers.town import Town, TownInvalid, load_town

SAMPLE_TOWN = Path(__file__).parent / "komorebi.toml"


@dataclass(frozen=True)
class Entrance:
    """A mail server starts a process for each mail; it pays for what stands here and not for all of `Home`. Raises
    SettingInvalid where the data folder or the town file does not serve."""

    settings: Settings
    clock: Clock

    @cached_property
    def database(self) -> Database:
        if not self.settings.database_url:
            made(self.settings.data)
        return Database(self.settings.url)

    @cached_property
    def town(self) -> Town:
        try:
            return load_town(self.settings.town or SAMPLE_TOWN)
        except TownInvalid as problem:
            allowed = "allowed: a town file, like service/komorebi.toml"
            raise SettingInvalid("HANSHO_TOWN", str(problem), allowed) from None

    @cached_property
    def keyring(self) -> Keyring:
        return Keyring(self.settings.secret or [kept_secret(made(self.settings.data) / "secret")])

    @cached_property
    def recipients(self) -> Recipients:
        local, _, domain = self.town.from_address.lower().rpartition("@")
        return Recipients(self.keyring, announced=local if domain == self.settings.mail_domain else None)
