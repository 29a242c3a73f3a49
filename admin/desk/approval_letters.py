"""The letters about an approval: the request with the code, the proof of a telephone approval, the alarm of a solo one.

They travel by the outbox in the transaction of what they tell. None of them ever stands in its way: a letter that
cannot be written is told to the log, by the number of its person.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import cache

from sqlalchemy.orm import Session

from admin.desk import approvers
from admin.desk.mending_words import addressees, reach_sentence
from admin.frame.japanese_times import moment, start_words
from admin.people.staff import Colleague
from bulletins import other_languages
from bulletins.approval_codes import Codes
from bulletins.checks.draft import Finding
from bulletins.mending import addressed
from bulletins.schedule import Schedule
from bulletins.tables import Bulletin
from bulletins.whole_reach import Audiences
from foundation.languages import Language
from foundation.templating import LetterTemplate, TemplateBroken
from mailer import outbox
from mailer.delivery_hours import NeverOpens
from mailer.outbox import To
from subscribers.stationery import Stationery, as_reply

log = logging.getLogger(__name__)

_LINK = "（登録者ごとのリンク）"
# What may be wrong with a template or a value; an outage of the database is none of these.
_UNWRITABLE = (TemplateBroken, LookupError, TypeError, ValueError)


@dataclass(frozen=True)
class ApprovalLetters:
    """Works in the caller's transaction."""

    stationery: Stationery
    template: LetterTemplate
    codes: Codes
    schedule: Schedule
    audiences: Audiences

    def ask(self, session: Session, bulletin: Bulletin, findings: Sequence[Finding], *, at: datetime) -> None:
        """Each one who may approve gets the exact text and a code of their own."""
        people = approvers.asked(session, besides=(bulletin.submitter_id, bulletin.submitter_let_in_by))

        @cache
        def told() -> dict[str, object]:
            return self._told(session, bulletin, at=at) | {
                "submitter": bulletin.submitter_name,
                "start": self._start(bulletin, at=at),
                "findings": [finding.message for finding in findings],
            }

        def write(one: Colleague) -> None:
            issued = self.codes.issue(session, bulletin, one.id, at=at)
            own = {
                "name": one.name,
                "deputy": one.deputy_rank is not None,
                "code": issued.spoken,
                "expires": moment(issued.expires_at, self._zone),
            }
            letter = self.stationery.letter("approval-asked", told() | own)
            post = as_reply(f"approval-code:{issued.number}", at=at)
            outbox.reply(session, letter, post, to_whom(one))

        to_each(session, people, write)

    def approved_by_telephone(self, session: Session, bulletin: Bulletin, approver: Colleague, *, at: datetime) -> None:
        """To whoever read the code out, so that a misuse is seen at once."""

        def write(one: Colleague) -> None:
            told = self._told(session, bulletin, at=at) | {
                "name": one.name,
                "at": moment(at, self._zone),
                "typist": bulletin.typist_name,
                "reason": bulletin.urgent_reason if bulletin.urgent else "",
                "start": self._begins(bulletin, at=at),
            }
            post = as_reply(f"approved-by-telephone:{bulletin.id}:{at.isoformat()}", at=at)
            outbox.reply(session, self.stationery.letter("approved-by-telephone", told), post, to_whom(one))

        to_each(session, [approver], write)

    def sent_alone(self, session: Session, bulletin: Bulletin, *, at: datetime) -> None:
        """To everybody responsible but the sender."""

        @cache
        def told() -> dict[str, object]:
            return self._told(session, bulletin, at=at) | {
                "at": moment(at, self._zone),
                "sender": bulletin.approver_name,
                "reason": bulletin.urgent_reason,
            }

        def write(one: Colleague) -> None:
            letter = self.stationery.letter("sent-alone", told() | {"name": one.name})
            post = as_reply(f"sent-alone:{bulletin.id}:{at.isoformat()}", at=at)
            outbox.reply(session, letter, post, to_whom(one))

        to_each(session, approvers.responsible(session, besides=bulletin.approver_id), write)

    @property
    def _zone(self) -> tzinfo:
        return self.schedule.hours.zone

    def _told(self, session: Session, bulletin: Bulletin, *, at: datetime) -> dict[str, object]:
        """The mail down to its last line, as residents get it, and whom it reaches."""
        town = self.stationery.town
        tail = self.template.body(town=town, text="", me=_LINK, stop=_LINK).strip()
        whom = addressed(session, bulletin)
        reach = self.audiences.reach(session, bulletin, whom, at=at)
        return {
            "bulletin": bulletin,
            "subject": self.template.subject(town=town, subject=bulletin.subject),
            "text": f"{bulletin.text}\n\n{tail}",
            "editions": [(Language(row.language).own_name, row) for row in other_languages.settled(session, bulletin)],
            "reach": reach_sentence(reach, bulletin, whom, town),
            "addressees": "／".join(addressees(bulletin, whom, town)),
        }

    def _start(self, bulletin: Bulletin, *, at: datetime) -> str:
        try:
            start = self.schedule.start(at=at, wanted=bulletin.wanted_start)
        except NeverOpens:
            return "配信できる日がありません。配信時間と閉庁日の設定を確かめてください。"
        words = start_words(start, self._zone, at=at)
        today = "きょうは配信されません。" if words.other_day else ""
        return f"いま承認すると {words.text} に始まります。{today}\n配信時間は {self.schedule.hours.describe()} です。"

    def _begins(self, bulletin: Bulletin, *, at: datetime) -> str:
        if bulletin.urgent or bulletin.starts_at is None:
            return "配信は、すぐに始まります。"
        return f"配信は {start_words(bulletin.starts_at, self._zone, at=at).text} に始まります。"


def to_whom(one: Colleague) -> To:
    return To(one.address, one.address.rpartition("@")[2], None)


def to_each(session: Session, people: Sequence[Colleague], write: Callable[[Colleague], None]) -> None:
    """One after another, each under a savepoint."""
    for one in people:
        try:
            with session.begin_nested():
                write(one)
        except _UNWRITABLE as problem:
            reason = str(problem) if isinstance(problem, TemplateBroken) else type(problem).__name__
            log.error("a letter about an approval could not be written to staff:%d (%s)", one.id, reason)
