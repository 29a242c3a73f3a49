"""The rooms of the network of liaisons, put together: asking them, their edition, what they pass on, meetings."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bulletins.liaison_edition import Lead
from bulletins.whole_reach import Audiences
from foundation.spoken_letters import SpokenLetter
from foundation.tokens import Keyring
from liaisons.asking import Asking
from liaisons.consent import load_wording
from liaisons.edition import Edition
from liaisons.forward_codes import ForwardCodes
from liaisons.forward_orders import ForwardDesk
from liaisons.forwarding import Forwarding
from liaisons.materials import Materials
from liaisons.meeting_letters import MeetingLetters
from liaisons.silenced import Silence
from liaisons.starter_materials import starter_set
from mailer.delivery_hours import DeliveryHours
from subscribers.audience import Residents
from subscribers.stationery import Stationery
from subscribers.three_days import Rule


@dataclass(frozen=True)
class Network:
    """`templates` is the folder of all templates. The keys are asked for by those who use them: whoever only looks the
    house over makes none."""

    stationery: Stationery
    templates: Path
    hours: DeliveryHours
    keyring: Callable[[], Keyring]
    rule: Rule
    mail_domain: str

    @cached_property
    def edition(self) -> Edition:
        template = SpokenLetter.in_japanese(self.templates / "letters" / "liaison-edition")
        return Edition(self.stationery.town, self.stationery.public_url, template)

    @cached_property
    def audiences(self) -> Audiences:
        return Audiences(Residents(), self.edition)

    @cached_property
    def lead(self) -> Lead:
        return Lead(self.stationery.town.forwarding.lead, self.hours)

    @cached_property
    def desk(self) -> ForwardDesk:
        return ForwardDesk(self.stationery.town, self.hours, self.keyring())

    @cached_property
    def forwarding(self) -> Forwarding:
        template = SpokenLetter.read(self.templates / "letters" / "forwarded")
        return Forwarding(self.stationery.town, self.stationery.public_url, template, self.desk)

    @cached_property
    def silence(self) -> Silence:
        return Silence(self.rule, self.stationery.town.zone)

    @cached_property
    def codes(self) -> ForwardCodes:
        return ForwardCodes(self.keyring(), self.stationery)

    @cached_property
    def asking(self) -> Asking:
        """Raises WordingInvalid."""
        town = self.stationery.town
        return Asking(self.stationery, load_wording(town), town.zone)

    @cached_property
    def materials(self) -> Materials:
        town = self.stationery.town
        return Materials(town, starter_set(self.templates / "materials", town))

    @cached_property
    def meeting_letters(self) -> MeetingLetters:
        return MeetingLetters(self.stationery, self.keyring(), self.hours, self.mail_domain)
