"""The archive's pages: the list with its filters, a page for each bulletin, and the feeds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from fastapi import APIRouter
from sqlalchemy.orm import Session
from starlette.responses import Response

from bulletins import archive, search_index
from bulletins.archive import Turn
from bulletins.archive_rows import ArchiveRows
from bulletins.kinds import retraction_of
from bulletins.months import by_year
from bulletins.question import Question, feed_address, read_question, topic_of
from bulletins.search_index import words_of
from bulletins.turns import Turns, below
from foundation.clock import Clock
from foundation.database import Database
from foundation.spoken_pages import AReader, Reader, SpokenPages
from subscribers.headline import Headline
from subscribers.page_headers import KEPT, PUBLIC, UNLISTED
from subscribers.town import Town

FEED_ENTRIES = 20
HEADLINES = 3

_LONGEST_NUMBER = 18  # digits, so that it fits the column


@dataclass(frozen=True)
class ArchivePages:
    """Shows what has begun, and nothing that was not approved."""

    database: Database
    clock: Clock
    pages: SpokenPages
    rows: ArchiveRows
    public_url: str
    turns: Turns = field(default_factory=Turns)

    @property
    def town(self) -> Town:
        return self.rows.town

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/bulletins", self.index, methods=["GET"])
        router.add_api_route("/bulletins.atom", self.feed, methods=["GET"])
        router.add_api_route("/bulletins/{number}", self.one, methods=["GET"])
        return router

    def index(self, reader: AReader, month: str = "", topic: str = "", q: str = "", before: str = "") -> Response:
        """`?before=ID` leads to the older ones; what is no number is as if it were not there. With a month or topic
        that does not exist, neither does the page."""
        question = read_question(self.town, month=month, topic=topic, words=q)
        if question is None:
            return self._missing(reader)
        at, start = self.clock.now(), _number(before)
        with self.database.read() as session:
            turns = self._turns(session, question, at=at)
            within = question.month.hold(turns, self.town.zone) if question.month else turns
            found = [turn.number for turn in below(session, within, start)[: archive.PAGE + 1]]
            rows = self.rows.rows(
                session, archive.of_numbers(session, found[: archive.PAGE]), at=at, language=reader.speaks
            )
        return self.pages.answer(
            "resident/bulletins.html",
            reader=reader,
            headers=KEPT,
            rows=rows,
            older=found[archive.PAGE - 1] if len(found) > archive.PAGE else None,
            paged=start is not None,
            question=question,
            years=by_year((turn.begun for turn in turns), self.town.zone),
            count=len(within),
        )

    def one(self, reader: AReader, number: str) -> Response:
        wanted, at = _number(number), self.clock.now()
        with self.database.read() as session:
            bulletin = archive.one(session, wanted) if wanted is not None else None
            if bulletin is None:
                return self._missing(reader)
            whole = archive.whole(session, bulletin)
            spoken = self.rows.rows(session, whole, at=at, language=reader.speaks)
            rows = dict(zip((each.id for each in whole), spoken, strict=True))
        later = archive.after(bulletin, whole)
        retraction = retraction_of(bulletin, whole)
        return self.pages.answer(
            "resident/bulletin.html",
            reader=reader,
            headers=UNLISTED if bulletin.redact else KEPT,
            row=rows[bulletin.id],
            whole=list(rows.values()),
            # What came after it stands above its text.
            later=[rows[each.id] for each in later],
            retraction=rows[retraction.id] if retraction else None,
            overtaken=archive.is_overtaken(later),
            public_url=self.public_url,
        )

    def feed(self, reader: AReader, topic: str = "") -> Response:
        """Atom, RFC 4287: of everything or of one topic."""
        chosen = topic_of(self.town, topic)
        if topic and chosen is None:
            return self._missing(reader)
        at = self.clock.now()
        with self.database.read() as session:
            found = archive.published(session, topic=topic, limit=FEED_ENTRIES)
            rows = self.rows.rows(session, found, at=at)
        text = self.pages.in_japanese.text(
            "resident/bulletins.atom",
            rows=rows,
            topic=chosen,
            address=feed_address(chosen),
            feed_id=f"tag:{self.rows.authority},2026:bulletins{f'/topic/{topic}' if topic else ''}",
            updated=max((row.updated for row in rows), default=self.rows.iso(at)),
            public_url=self.public_url,
        )
        return Response(text, media_type="application/atom+xml", headers=KEPT)

    def latest(self) -> tuple[Headline, ...]:
        """For the residents' first page."""
        at = self.clock.now()
        with self.database.read() as session:
            found = archive.published(session, limit=HEADLINES)
            return self.rows.headlines(session, found, at=at)

    def _turns(self, session: Session, question: Question, *, at: datetime) -> Sequence[Turn]:
        """Of any month."""
        turns = self.turns.of(session, question.topic_key)
        words = words_of(question.words)
        if not words:
            return turns
        found = search_index.found(session, words, at=at, redact_after=self.rows.redaction.after)
        return [turn for turn in turns if turn.number in found]

    def _missing(self, reader: Reader) -> Response:
        return self.pages.answer("resident/not-found.html", reader=reader, status=404, headers=PUBLIC)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER else None
