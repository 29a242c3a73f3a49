"""What residents write: blank mail that asks to be registered, stop mail, answers to a bulletin that nobody reads."""

import re
from dataclasses import dataclass
from email.message import Message

from sqlalchemy import select

from foundation.addresses import Address, AddressInvalid
from foundation.languages import Language
from mailer import outbox
from mailer.answer_caps import Leave, Road, may_answer
from mailer.bounce_report.auto_reply import Refusal, may_be_answered
from mailer.bounce_report.kind import Kind
from mailer.mail_text import header_text
from mailer.outbox import To
from mailer.sender_proof import is_proved
from service.arrival import Arrival
from subscribers import leaving
from subscribers.links import resident_links
from subscribers.registration import Registration, Request
from subscribers.stationery import as_reply
from subscribers.tables import StopReason, Subscriber

PUT_OFF = "put off: too many ask at once"

_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,198}>")


@dataclass(frozen=True)
class ResidentMails:
    """Works in the caller's transaction. With `vouched_by`, the name of our own mail server in Authentication-Results,
    only senders it has proved are answered."""

    registration: Registration
    domain: str
    vouched_by: str | None

    def ask(self, mail: Arrival) -> str:
        """To the entry address. The content does not matter; the envelope sender is who asks."""
        refusal = self._refusal(mail)
        if refusal is not None:
            mail.row.kind = Kind.OTHER.value if mail.row.kind == Kind.BLANK_MAIL else mail.row.kind
            return f"not answered: {refusal}"
        try:
            address = Address.parse(mail.row.envelope_from)
        except AddressInvalid:
            return "not answered: the sender's address cannot exist"
        mail.row.kind = Kind.BLANK_MAIL.value
        own, asked_by = mail.own, message_id(mail.message)
        request = Request(address, place=own.place, circle=own.circle, language=own.language, in_reply_to=asked_by)
        leave = self.registration.invite(mail.session, request, at=mail.at)
        return {Leave.YES: "invited", Leave.LATER: PUT_OFF, Leave.NO: "not answered: enough answers for now"}[leave]

    def stop(self, mail: Arrival) -> str:
        """The token is the authority; a machine's answer to it is not a wish."""
        refusal = self._machine(mail)
        if mail.own.number is None or refusal is not None:
            return f"not stopped: {refusal}"
        subscriber = leaving.stop(mail.session, mail.own.number, StopReason.LEFT, by="resident", at=mail.at)
        if subscriber is None or subscriber.address is None:
            return "not stopped: erased already"
        if self._leave(mail, subscriber.address, Road.MAIL) is Leave.YES:
            # Whoever sent it by mistake finds the way back in the answer.
            stationery, language = self.registration.stationery, Language.of(subscriber.language)
            letter = stationery.letter("stopped", {}, language=language, links=resident_links(stationery.public_url))
            to = To(subscriber.address, subscriber.domain, subscriber.id)
            outbox.reply(mail.session, letter, as_reply(mail.once("stopped"), at=mail.at), to)
        return "stopped"

    def answer_to_us(self, mail: Arrival) -> str:
        """To the announced address: a resident is told once a month that nobody reads what comes there."""
        refusal = self._refusal(mail)
        if refusal is not None or mail.reading.kind not in (Kind.OTHER, Kind.BLANK_MAIL):
            return f"not answered: {refusal or mail.reading.kind}"
        # Strangers are told nothing: their address may be anybody's.
        known = select(Subscriber).where(Subscriber.address == mail.row.envelope_from)
        subscriber = mail.session.scalars(known).first()
        if subscriber is None or subscriber.address is None:
            return "not answered: no resident"
        if self._leave(mail, subscriber.address, Road.ANSWER) is not Leave.YES:
            return "not answered: told already"
        stationery = self.registration.stationery
        links = resident_links(stationery.public_url)
        language, before = Language.of(subscriber.language), message_id(mail.message)
        letter = stationery.letter("unread", {}, language=language, links=links, in_reply_to=before)
        to = To(subscriber.address, subscriber.domain, subscriber.id)
        outbox.reply(mail.session, letter, as_reply(mail.once("unread"), at=mail.at), to)
        return "told that nobody reads this address"

    def _refusal(self, mail: Arrival) -> Refusal | None:
        refusal = self._machine(mail)
        if refusal is None and self.vouched_by is not None:
            proved = is_proved(mail.message, by=self.vouched_by, sender=mail.row.envelope_from)
            return None if proved else Refusal.NOT_PROVED
        return refusal

    def _machine(self, mail: Arrival) -> Refusal | None:
        return may_be_answered(mail.message, envelope_from=mail.row.envelope_from, own_domains=(self.domain,))

    def _leave(self, mail: Arrival, address: str, road: Road) -> Leave:
        return may_answer(mail.session, self.registration.keyring, address, road=road, at=mail.at)


def message_id(message: Message) -> str | None:
    """For In-Reply-To; anything but one plain identifier is left out."""
    found = header_text(message, "Message-ID").strip()
    return found if _MESSAGE_ID.fullmatch(found) else None
