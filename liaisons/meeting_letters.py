"""Letters about a meeting: asked for by one person, confirmed by another, sent once to each within the delivery hours.

What a letter says was typed by somebody, and many get it: so nobody alone sends it. To call off takes one person: that
letter has no words but ours and those that two people sent before.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import ledger
from foundation.era import clock_words, day_and_weekday
from foundation.ledger import Member
from foundation.tokens import Keyring
from liaisons import meeting_people, meetings
from liaisons.calendar_file import Entry
from liaisons.meeting_people import Addressee
from liaisons.meeting_tables import Meeting, MeetingInvited, MeetingState
from liaisons.meetings import Facts, MeetingNotSo, forget_asking
from liaisons.personal_link import LIAISON
from mailer import outbox
from mailer.delivery_hours import DeliveryHours
from mailer.letter import Letter
from mailer.outbox import Post
from mailer.outbox_tables import BatchRow, BatchState, Lane
from subscribers.stationery import Stationery
from subscribers.town import Town

BATCH = "meeting:"
PURPOSE = "meeting"  # of the token in the address of a calendar entry


class Planner(Member, Protocol):
    """By whom they were let in tells whether a second person is another one."""

    @property
    def let_in_by(self) -> int | None: ...


class NotByYou(MeetingNotSo):
    """案内は、依頼した人とは別の人が確かめて送ります。ほかの配信責任者に頼んでください。"""


class TooLate(MeetingNotSo):
    """次の配信時間が、会の始まりに間に合いません。電話などでお知らせください。"""


@dataclass(frozen=True)
class Sending:
    """Who gets which letter: the invitation goes to whoever had none, the change to whoever had one."""

    new: Sequence[Addressee]
    known: Sequence[Addressee]
    changed: frozenset[str]
    due: datetime | None

    @property
    def number(self) -> int:
        return len(self.new) + (len(self.known) if self.changed else 0)


@dataclass(frozen=True)
class MeetingLetters:
    stationery: Stationery
    keyring: Keyring
    hours: DeliveryHours
    mail_domain: str

    @property
    def town(self) -> Town:
        return self.stationery.town

    def sending(self, session: Session, meeting: Meeting, *, at: datetime) -> Sending:
        """What would leave now; `due` is None where it would come too late."""
        known = meeting_people.invited(session, meeting)
        old = {each.liaison_id for each in known}
        new = [each for each in meeting_people.by_mail(session, meeting, at=at) if each.liaison_id not in old]
        due = self.hours.next_opening(at)
        return Sending(new, known, changed(meeting), due if due < meeting.starts_at else None)

    def ask(self, session: Session, meeting: Meeting, by: Planner, *, at: datetime) -> None:
        """Raises MeetingNotSo."""
        self._check(session, meeting, at=at)
        meeting.asked_at, meeting.asked_by_id, meeting.asked_by_name = at, by.id, by.name
        meeting.asked_let_in_by = by.let_in_by
        session.flush()
        ledger.write(session, by.deed("meeting.letter-asked", meetings.subject(meeting)), at=at)

    def take_back(self, session: Session, meeting: Meeting, by: Planner, *, at: datetime) -> None:
        if meeting.asked_at is not None:
            forget_asking(meeting)
            session.flush()
            ledger.write(session, by.deed("meeting.letter-taken-back", meetings.subject(meeting)), at=at)

    def confirm(self, session: Session, meeting: Meeting, by: Planner, *, revision: int, at: datetime) -> int:
        """How many letters leave. Raises MeetingNotSo, with NotByYou and TooLate, and where `revision`, what the
        confirming person saw, is not what stands."""
        if meeting.asked_at is None or meeting.revision != revision:
            raise MeetingNotSo("案内の依頼が取り下げられたか、内容が変わりました。もう一度確かめてください。")
        if by.id in (meeting.asked_by_id, meeting.asked_let_in_by) or by.let_in_by == meeting.asked_by_id:
            raise NotByYou(NotByYou.__doc__)
        sending = self._check(session, meeting, at=at)
        facts, before = Facts.of(meeting), Facts.told(meeting)
        if before is not None and sending.changed:
            meeting.sequence += 1
            self._stop_earlier(session, meeting, at=at)
            self._post(session, meeting, self.change_letter(meeting), sending.known, facts, at=at)
        self._post(session, meeting, self.invitation(meeting), sending.new, facts, at=at)
        session.add_all(MeetingInvited(meeting_id=meeting.id, liaison_id=each.liaison_id) for each in sending.new)
        meeting.told, meeting.told_at = facts.packed(), at
        asked_by = f"staff:{meeting.asked_by_id}"
        forget_asking(meeting)
        session.flush()
        details = {"letters": sending.number, "asked_by": asked_by}
        ledger.write(session, by.deed("meeting.letter-sent", meetings.subject(meeting)), at=at, details=details)
        return sending.number

    def call_off(self, session: Session, meeting: Meeting, by: Planner, *, at: datetime) -> int:
        """How many letters leave: to everybody who was invited, or to nobody where they would come too late. Raises
        MeetingNotSo."""
        if meeting.state != MeetingState.PLANNED or at >= meeting.starts_at:
            raise MeetingNotSo("始まった会や、終わった会は中止できません。")
        facts = Facts.told(meeting)
        meeting.state = MeetingState.CALLED_OFF.value
        meeting.revision += 1
        forget_asking(meeting)
        letters: Sequence[Addressee] = ()
        if facts is not None:
            meeting.sequence, meeting.told_at = meeting.sequence + 1, at
            self._stop_earlier(session, meeting, at=at)
            in_time = self.hours.next_opening(at) < facts.starts_at
            letters = meeting_people.invited(session, meeting) if in_time else ()
            self._post(session, meeting, self._letter("meeting-called-off", meeting, facts), letters, facts, at=at)
        session.flush()
        details = {"letters": len(letters)}
        ledger.write(session, by.deed("meeting.called-off", meetings.subject(meeting)), at=at, details=details)
        return len(letters)

    def invitation(self, meeting: Meeting) -> Letter:
        return self._letter("meeting-invitation", meeting, Facts.of(meeting))

    def change_letter(self, meeting: Meeting) -> Letter:
        return self._letter("meeting-changed", meeting, Facts.of(meeting), before=Facts.told(meeting))

    def calendar_address(self, meeting: Meeting) -> str:
        return f"{self.stationery.public_url}/liaison/meeting/{self.keyring.sign(PURPOSE, meeting.id)}.ics"

    def entry(self, session: Session, token: str) -> Entry | None:
        """What whoever was invited was last told; None for what nobody was told of."""
        number = self.keyring.read(PURPOSE, token)
        meeting = session.get(Meeting, number) if number is not None else None
        facts = Facts.told(meeting) if meeting is not None else None
        if meeting is None or facts is None or meeting.told_at is None:
            return None
        joint = f"「{facts.joint_with}」に合わせて開きます。" if facts.joint_with else ""
        return Entry(
            uid=f"meeting-{meeting.id}@{self.mail_domain}",
            sequence=meeting.sequence,
            told_at=meeting.told_at,
            starts_at=facts.starts_at,
            ends_at=facts.ends_at,
            summary=f"地域安全の会（{self.town.name}）",
            place=facts.place,
            description="\n".join(filter(None, (joint, facts.agenda))),
            organiser=self.town.section,
            organiser_mail=self.town.contact.mail,
            called_off=meeting.state == MeetingState.CALLED_OFF,
        )

    def _check(self, session: Session, meeting: Meeting, *, at: datetime) -> Sending:
        if meeting.state != MeetingState.PLANNED or at >= meeting.starts_at:
            raise MeetingNotSo("案内を送れるのは、これから開く会だけです。")
        sending = self.sending(session, meeting, at=at)
        if not sending.number:
            raise MeetingNotSo("メールで新しくお知らせする人がいません。")
        if sending.due is None:
            raise TooLate(TooLate.__doc__)
        return sending

    def _letter(self, name: str, meeting: Meeting, facts: Facts, *, before: Facts | None = None) -> Letter:
        zone = self.town.zone
        values = {
            "facts": facts,
            "before": before,
            "when": when_words(facts, zone),
            "when_before": when_words(before, zone) if before else "",
            "changed": differences(before, facts) if before else frozenset(),
            "day": day_and_weekday(facts.starts_at.astimezone(zone).date()),
            "calendar": self.calendar_address(meeting),
        }
        links = {"page": (f"{self.stationery.public_url}/liaison/", LIAISON)}
        return self.stationery.letter(name, values, links=links)

    def _post(
        self,
        session: Session,
        meeting: Meeting,
        letter: Letter,
        people: Sequence[Addressee],
        facts: Facts,
        *,
        at: datetime,
    ) -> None:
        """After the meeting's beginning the letter is of no use."""
        if not people:
            return
        meeting.sendings += 1
        batch = f"{BATCH}{meeting.id}:{meeting.sendings}"
        due = self.hours.next_opening(at)
        post = Post(batch, batch, Lane.BULK, at=at, expires_at=facts.starts_at, due_at=due)
        outbox.enqueue(session, outbox.write_letter(session, letter, batch=batch, at=at), post, [e.to for e in people])

    def _stop_earlier(self, session: Session, meeting: Meeting, *, at: datetime) -> None:
        """What has not left yet says what is not so any more."""
        for number in range(1, meeting.sendings + 1):
            batch = f"{BATCH}{meeting.id}:{number}"
            if outbox.open_rows(session, batch):
                outbox.set_batch(session, batch, BatchState.WITHDRAWN, at=at)


def changed(meeting: Meeting) -> frozenset[str]:
    """What stands otherwise than people were told: `when`, `place`, `agenda`, `joint`."""
    before = Facts.told(meeting)
    return differences(before, Facts.of(meeting)) if before else frozenset()


def differences(before: Facts, now: Facts) -> frozenset[str]:
    found = {"when"} if (before.starts_at, before.ends_at) != (now.starts_at, now.ends_at) else set()
    found |= {name for name in ("place", "agenda") if getattr(before, name) != getattr(now, name)}
    return frozenset(found | ({"joint"} if before.joint_with != now.joint_with else set()))


def when_words(facts: Facts, zone: tzinfo) -> str:
    """`12月10日(木) 午後2時から午後3時30分まで`."""
    starts = facts.starts_at.astimezone(zone)
    until = f"{clock_words(facts.ends_at.astimezone(zone))}まで" if facts.ends_at else ""
    return f"{day_and_weekday(starts.date())} {clock_words(starts)}から{until}"


def end_batches(session: Session, *, at: datetime) -> None:
    """Those whose letters have all ended grow old from now on."""
    open_ones = select(BatchRow.batch).where(BatchRow.batch.like(f"{BATCH}%"), BatchRow.ended_at.is_(None))
    for batch in session.scalars(open_ones).all():
        if not outbox.open_rows(session, batch):
            outbox.end_batch(session, batch, at=at)
