"""The rooms of the network of liaisons, put together: their edition, and what they pass on."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from foundation.spoken_letters import SpokenLetter
from foundation.tokens import Keyring
from liaisons.edition import Edition
from liaisons.forward_codes import ForwardCodes
from liaisons.forward_orders import ForwardDesk
from liaisons.forwarding import Forwarding
from liaisons.silenced import Silence
from mailer.delivery_hours import DeliveryHours
from subscribers.stationery import Stationery
from subscribers.three_days import Rule


@dataclass(frozen=True)
class Network:
    """`letters` is the folder of the letters' templates."""

    stationery: Stationery
    letters: Path
    hours: DeliveryHours
    keyring: Keyring
    rule: Rule

    @cached_property
    def edition(self) -> Edition:
        template = SpokenLetter.in_japanese(self.letters / "liaison-edition")
        return Edition(self.stationery.town, self.stationery.public_url, template)

    @cached_property
    def desk(self) -> ForwardDesk:
        return ForwardDesk(self.stationery.town, self.hours, self.keyring)

    @cached_property
    def forwarding(self) -> Forwarding:
        template = SpokenLetter.read(self.letters / "forwarded")
        return Forwarding(self.stationery.town, self.stationery.public_url, template, self.desk)

    @cached_property
    def silence(self) -> Silence:
        return Silence(self.rule, self.stationery.town.zone)

    @cached_property
    def codes(self) -> ForwardCodes:
        return ForwardCodes(self.keyring, self.stationery)
