"""What the pages about people have in hand."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from admin.people import passwords
from foundation.clock import Clock
from foundation.database import Database
from foundation.tokens import Keyring
from subscribers.stationery import Stationery

# Parts of a city's domain that say nothing about the city.
_GENERAL = frozenset({"city", "town", "vill", "pref", "mail", "example"})


@dataclass(frozen=True)
class Personnel:
    """`codes_required`: approvers and managers enter only with one-time codes."""

    database: Database
    clock: Clock
    keyring: Keyring
    stationery: Stationery
    codes_required: bool

    def words_about(self, name: str, address: str) -> Iterable[str]:
        """What a password of this person should not hold."""
        town = self.stationery.town
        own_domain = " ".join(re.split(r"[.]", town.from_address.partition("@")[2]))
        words = passwords.words_of(name, address.partition("@")[0], town.name, town.service_name, own_domain)
        return tuple(word for word in words if word not in _GENERAL)
