"""What liaisons write in answer to their edition: a voice each, in their own words, once."""

import re
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy.orm import Session

from foundation.addresses import Address, AddressInvalid
from liaisons import voices
from liaisons.tables import Liaison
from liaisons.voice_desk import VoiceDesk
from liaisons.voice_life import VoiceUnfit
from liaisons.voice_tables import Road, Voice
from liaisons.voice_text import cleaned, cut
from liaisons.voices import Heard
from mailer.answer_caps import Road as AnswerRoad
from mailer.bounce_report.auto_reply import may_be_answered
from mailer.bounce_report.kind import Kind
from mailer.letter import MESSAGE_PURPOSE
from mailer.mail_attachments import is_attached
from mailer.mail_text import body_text, header_text
from mailer.outbox_tables import OutboxRow
from mailer.own_words import own_words
from mailer.sender_proof import is_proved
from service.arrival import Arrival, Unreadable
from service.resident_mails import message_id
from subscribers.tables import Subscriber

_BATCH = re.compile(r"bulletin:(\d{1,15})", re.ASCII)
_OURS = re.compile(r"voice-(?:received|answered):(\d{1,15})(?::\d+)?", re.ASCII)
_TOKENS = re.compile(r"<([a-z2-7]{18,30})@")


@dataclass(frozen=True)
class VoiceMails:
    """Works in the caller's transaction. The token says whose voice it is; the sender's address, whom to answer."""

    desk: VoiceDesk
    domain: str
    vouched_by: str | None

    def hear(self, mail: Arrival) -> str:
        """Nothing that a machine wrote becomes a voice, nor does a quotation alone; attachments are not kept."""
        refusal = may_be_answered(mail.message, envelope_from=mail.row.envelope_from, own_domains=(self.domain,))
        if refusal is not None or mail.reading.kind not in (Kind.OTHER, Kind.BLANK_MAIL):
            return f"no voice: {refusal or mail.reading.kind}"
        words = cut(cleaned(own_words(body_text(mail.message, leave_out=is_attached))))
        if not words.strip("\ufffd\n\t "):
            return "no voice: no words of their own"
        liaison = voices.speaker(mail.session, mail.own.number or 0)
        before = self._continued(mail, liaison)
        if before is not None:
            return self._added(mail, before, words)
        number = liaison.id if liaison is not None else None
        if voices.is_flooded(mail.session, Road.MAIL, number, at=mail.at):
            raise Unreadable("koe: too many from one")
        return self._heard(mail, liaison, words)

    def _heard(self, mail: Arrival, liaison: Liaison | None, words: str) -> str:
        sender, differs = self._sender(mail, liaison)
        proved = self._is_proved(mail)
        heard = Heard(
            road=Road.MAIL,
            text=words,
            once_key=self._once(mail),
            due_on=self.desk.due(),
            by="liaison" if liaison is not None else "resident",
            liaison_id=liaison.id if liaison is not None else None,
            # The liaison's own address stands in the register.
            mail=sender if differs or liaison is None else None,
            differs=differs,
            about_id=_answered(mail, self.desk),
        )
        if voices.known(mail.session, heard.once_key) is not None:
            return "no voice: the same mail came before"
        road = AnswerRoad.MAIL if proved else None
        self.desk.hear(mail.session, heard, road=road, in_reply_to=message_id(mail.message))
        return "a voice, from another address" if differs else "a voice"

    def _added(self, mail: Arrival, before: Voice, words: str) -> str:
        try:
            new = self.desk.add(mail.session, before, words, by="liaison", once_key=self._once(mail))
        except VoiceUnfit:
            new = False
        return "added to a voice" if new else "no voice: the same mail came before"

    def _continued(self, mail: Arrival, liaison: Liaison | None) -> Voice | None:
        """The liaison's voice about which we wrote the letter that this mail answers."""
        row = _letter_answered(mail, self.desk)
        found = _OURS.fullmatch(row.once_key) if row is not None else None
        voice = voices.find(mail.session, int(found[1]), to_change=True) if found else None
        is_theirs = voice is not None and liaison is not None and voice.liaison_id == liaison.id
        return voice if is_theirs else None

    def _sender(self, mail: Arrival, liaison: Liaison | None) -> tuple[str | None, bool]:
        """Where the mail comes from, and whether that is another address than the one in the register."""
        try:
            sender = Address.parse(mail.row.envelope_from).text
        except AddressInvalid:
            return None, liaison is not None
        if liaison is None:
            return sender, False
        return sender, sender != _registered(mail.session, liaison) or not self._is_proved(mail)

    def _is_proved(self, mail: Arrival) -> bool:
        return self.vouched_by is None or is_proved(mail.message, by=self.vouched_by, sender=mail.row.envelope_from)

    def _once(self, mail: Arrival) -> str:
        """Keyed: a mail is known again, and nobody finds out by it who wrote what."""
        named = header_text(mail.message, "Message-ID") or sha256(mail.row.raw).hexdigest()
        whose = "\n".join((str(mail.own.number), mail.row.envelope_from, named))
        return "mail:" + self.desk.keyring.blind("voice-mail", whose)


def _registered(session: Session, liaison: Liaison) -> str | None:
    subscriber = session.get(Subscriber, liaison.subscriber_id) if liaison.subscriber_id is not None else None
    return subscriber.address if subscriber is not None else None


def _letter_answered(mail: Arrival, desk: VoiceDesk) -> OutboxRow | None:
    """Our letter, by its Message-ID; none once its row was dropped."""
    named = header_text(mail.message, "In-Reply-To") + header_text(mail.message, "References")
    for token in _TOKENS.findall(named[-2000:]):
        number = desk.keyring.read(MESSAGE_PURPOSE, token)
        row = mail.session.get(OutboxRow, number) if number is not None else None
        if row is not None:
            return row
    return None


def _answered(mail: Arrival, desk: VoiceDesk) -> int | None:
    """The bulletin whose letter is answered."""
    row = _letter_answered(mail, desk)
    found = _BATCH.match(row.batch) if row is not None else None
    return int(found[1]) if found else None
