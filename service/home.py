"""The assembly: from settings and a clock to every room of the house. Everything else receives."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from admin.desk.approval_desk import ApprovalDesk
from admin.desk.approval_letters import ApprovalLetters
from admin.desk.bulletin_desk import BulletinDesk
from admin.people.personnel import Personnel
from bulletins.approval import Approval
from bulletins.approval_codes import Codes
from bulletins.categories import CategoryTree
from bulletins.checks.draft import Level
from bulletins.drafting import Drafting
from bulletins.interpreter import NoticeInterpreter
from bulletins.live_shelf import LiveShelf
from bulletins.notice_shelf import NoticeShelf, Shelf, load_notices
from bulletins.other_languages import OtherLanguages
from bulletins.publishing import Publisher
from bulletins.schedule import Schedule
from bulletins.solo import SoloDelivery
from bulletins.tongue import Tongue, read_tongues
from foundation.catalogue import Catalogue
from foundation.languages import Language
from foundation.setting_values import SettingInvalid
from foundation.settings import Mode
from foundation.spoken_letters import SpokenLetter
from foundation.templating import read_letter
from liaisons.circles import LiaisonCircles
from liaisons.voice_desk import VoiceDesk
from liaisons.voice_letters import VoiceLetters
from mailer.carrier_groups import CarrierGroups
from mailer.courier import Courier
from mailer.delivery_hours import DeliveryHours
from mailer.holidays import ClosingDays
from mailer.hours_text import HoursInvalid
from mailer.letter import Composer, Letterhead
from mailer.practice_mailbox import PracticeMailbox
from mailer.relay import RelayCourier
from service.check_levels import levels_of
from service.complaints import Complaints
from service.entrance import Entrance
from service.network import Network
from service.post_room import PostRoom
from service.resident_mails import ResidentMails
from service.signing import signer_of
from service.voice_mails import VoiceMails
from subscribers.audience import Residents
from subscribers.moved_letter import Courtesy
from subscribers.places import Places
from subscribers.register_shelf import Shelf as ImportShelf
from subscribers.register_work import ImportWork
from subscribers.registration import Registration
from subscribers.stationery import Stationery
from subscribers.three_days import Rule
from subscribers.unreachable import Watch

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "templates"
USUAL_HOURS = "mon-fri 09:00-17:00"


@dataclass(frozen=True)
class Home(Entrance):
    """One service, assembled; rooms are made when first entered. Raises SettingInvalid where a setting and the
    town file do not fit."""

    @cached_property
    def hours(self) -> DeliveryHours:
        try:
            return DeliveryHours.parse(
                self.settings.hours or self.town.hours or USUAL_HOURS,
                zone=self.town.zone,
                closing_days=ClosingDays(self.town.closing_days),
                grace=self.settings.hours_grace,
            )
        except HoursInvalid as problem:
            raise SettingInvalid("HANSHO_HOURS", "does not serve", str(problem)) from None

    @cached_property
    def composer(self) -> Composer:
        head = Letterhead(
            from_name=self.town.from_name,
            from_address=self.town.from_address,
            mail_domain=self.settings.mail_domain,
            list_id=f"oshirase.{self.settings.mail_domain}",
        )
        return Composer(head, self.keyring, signer=signer_of(self.settings))

    @cached_property
    def mailbox(self) -> Path:
        return self.settings.data / "mailbox"

    def courier(self) -> Courier:
        """A new one a sender: practice opens no connection to anywhere."""
        if self.settings.mode is Mode.PRACTICE:
            return PracticeMailbox(self.mailbox)
        return RelayCourier(self.settings.relays, greeting_name=self.settings.mail_domain)

    @cached_property
    def carriers(self) -> CarrierGroups:
        return CarrierGroups.chosen(self.settings.pacing)

    @cached_property
    def stationery(self) -> Stationery:
        return Stationery.read(TEMPLATES / "letters", self.town, self.settings.public_url)

    @cached_property
    def catalogues(self) -> Mapping[Language, Catalogue]:
        """Raises CatalogueBroken."""
        return {language: Catalogue.read(TEMPLATES / "locale", language) for language in Language}

    @cached_property
    def personnel(self) -> Personnel:
        return Personnel(
            self.database, self.clock, self.keyring, self.stationery, codes_required=self.settings.codes_required
        )

    @cached_property
    def registration(self) -> Registration:
        return Registration(self.stationery, self.keyring, self.circles)

    @cached_property
    def circles(self) -> LiaisonCircles:
        return LiaisonCircles()

    @cached_property
    def places(self) -> Places:
        return Places(self.town)

    @cached_property
    def imports(self) -> ImportShelf:
        return ImportShelf(self.settings.data / "imports")

    @cached_property
    def import_work(self) -> ImportWork:
        return ImportWork(self.database, self.town, self.clock, self.imports, self.courtesy)

    @cached_property
    def courtesy(self) -> Courtesy:
        return Courtesy(self.stationery, self.hours.next_opening)

    @cached_property
    def post_room(self) -> PostRoom:
        return PostRoom(
            database=self.database,
            clock=self.clock,
            recipients=self.recipients,
            residents=ResidentMails(self.registration, self.settings.mail_domain, self.settings.authserv_id),
            complaints=Complaints(self.keyring, self.stationery),
            voices=VoiceMails(self.voices, self.settings.mail_domain, self.settings.authserv_id),
        )

    @cached_property
    def voices(self) -> VoiceDesk:
        at = (self.database, self.clock, self.town, self.keyring)
        letters = VoiceLetters(self.stationery, self.keyring, self.town.zone)
        return VoiceDesk(*at, letters, self.hours.closing_days, self.settings.voice_days)

    @cached_property
    def watch(self) -> Watch:
        rule = Rule(days=self.settings.bounce_days, by=self.settings.bounce_counting)
        return Watch(rule, self.town.zone)

    @property
    def notices(self) -> Path:
        return TEMPLATES / "notices"

    @cached_property
    def shipped_shelf(self) -> NoticeShelf:
        return load_notices(self.notices, self.town, self.tongues)

    @cached_property
    def shelf(self) -> LiveShelf:
        """With what the office released; asks the database, which the shipped one does not."""
        return LiveShelf(self.database, self.town, self.shipped_shelf)

    @cached_property
    def drafting(self) -> Drafting:
        return Drafting(self.town, self.shelf, CategoryTree(self.town), self.schedule, self.check_levels)

    @cached_property
    def check_levels(self) -> Mapping[str, Level]:
        """Raises SettingInvalid for a check that does not exist."""
        return levels_of(self.settings.check_levels)

    @cached_property
    def schedule(self) -> Schedule:
        return Schedule(self.hours, self.settings.hold)

    @cached_property
    def approval_letters(self) -> ApprovalLetters:
        return ApprovalLetters(
            self.stationery,
            read_letter(TEMPLATES / "letters" / "bulletin"),
            Codes(self.keyring),
            self.schedule,
            self.network.audiences,
        )

    @cached_property
    def approval(self) -> Approval:
        return Approval(self.drafting, self.schedule, self.approval_letters, self.others)

    @cached_property
    def tongues(self) -> Mapping[Language, Tongue]:
        """Raises TemplateBroken."""
        return read_tongues(TEMPLATES / "editions", self.town)

    @cached_property
    def others(self) -> OtherLanguages:
        return OtherLanguages(NoticeInterpreter(self.shelf, self.tongues))

    @cached_property
    def solo_notices(self) -> frozenset[str]:
        """Raises SettingInvalid for a notice that the town does not have."""
        for name in self.settings.solo_notices:
            # The office's own are looked up in the database only where the shipped ones do not do.
            if name not in _names(self.shipped_shelf) and name not in _names(self.shelf):
                allowed = "allowed: names of notice templates, which are the folders of templates/notices"
                raise SettingInvalid("HANSHO_SOLO_NOTICES", f"{name!r} is no notice template", allowed)
        return frozenset(self.settings.solo_notices)

    @cached_property
    def solo(self) -> SoloDelivery:
        return SoloDelivery(self.approval, self.solo_notices, self.approval_letters)

    @cached_property
    def residents(self) -> Residents:
        return Residents()

    @cached_property
    def bulletin_desk(self) -> BulletinDesk:
        return BulletinDesk(
            database=self.database,
            clock=self.clock,
            town=self.town,
            drafting=self.drafting,
            approval=self.approval,
            audiences=self.network.audiences,
            hours=self.hours,
        )

    @cached_property
    def approval_desk(self) -> ApprovalDesk:
        return ApprovalDesk(self.bulletin_desk, Codes(self.keyring), self.solo, self.approval_letters)

    @cached_property
    def publisher(self) -> Publisher:
        return Publisher(
            town=self.town,
            public_url=self.settings.public_url,
            template=SpokenLetter.read(TEMPLATES / "letters" / "bulletin"),
            source=self.residents,
            liaisons=self.network.edition,
            lead=self.network.lead,
            hours=self.hours,
        )

    @cached_property
    def network(self) -> Network:
        return Network(
            self.stationery, TEMPLATES, self.hours, lambda: self.keyring, self.watch.rule, self.settings.mail_domain
        )


def _names(shelf: Shelf) -> set[str]:
    return {notice.name for notice in shelf.all()} | {broken.path.parent.name for broken in shelf.broken}
