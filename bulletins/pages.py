"""The archive's pages: the list, a page for each bulletin, and the feed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from bulletins import archive
from bulletins.kinds import TONES, retraction_of
from bulletins.life import BulletinState
from bulletins.notice_templates import Kind
from bulletins.tables import Bulletin
from foundation.clock import Clock
from foundation.database import Database
from foundation.spoken_pages import AReader, SpokenPages
from subscribers.headline import Headline
from subscribers.page_headers import PUBLIC
from subscribers.town import Town

FEED_ENTRIES = 20
HEADLINES = 3

# What no XML 1.0 document may hold, not even escaped (section 2.2).
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST_NUMBER = 18  # digits, so that it fits the column


@dataclass(frozen=True)
class Row:
    """One bulletin as the pages show it; `kind` is empty for an ordinary one."""

    url: str
    subject: str
    text: str
    category: str
    kind: str
    tone: str
    drill: bool
    withdrawn: bool
    begun: datetime
    iso: str
    id: str  # RFC 4151, the same for ever


@dataclass(frozen=True)
class ArchivePages:
    """Shows what has begun, and nothing that was not approved; times are the town's own."""

    database: Database
    clock: Clock
    pages: SpokenPages
    town: Town
    public_url: str

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        router.add_api_route("/bulletins", self.index, methods=["GET"])
        router.add_api_route("/bulletins.atom", self.feed, methods=["GET"])
        router.add_api_route("/bulletins/{number}", self.one, methods=["GET"])
        return router

    def index(self, reader: AReader, before: str = "") -> Response:
        """`?before=ID` leads to the older ones; what is no number is as if it were not there."""
        start = _number(before)
        with self.database.read() as session:
            found = archive.published(session, before=start, limit=archive.PAGE + 1)
            rows = [self._row(bulletin) for bulletin in found[: archive.PAGE]]
        older = found[archive.PAGE - 1].id if len(found) > archive.PAGE else None
        return self.pages.answer(
            "resident/bulletins.html",
            reader=reader,
            headers=PUBLIC,
            rows=rows,
            older=older,
            paged=start is not None,
        )

    def one(self, reader: AReader, number: str) -> Response:
        wanted = _number(number)
        with self.database.read() as session:
            bulletin = archive.one(session, wanted) if wanted is not None else None
            if bulletin is None:
                return self.pages.answer("resident/not-found.html", reader=reader, status=404, headers=PUBLIC)
            whole = archive.whole(session, bulletin)
        return self.pages.answer("resident/bulletin.html", reader=reader, headers=PUBLIC, **self._leaf(bulletin, whole))

    def _leaf(self, bulletin: Bulletin, whole: Sequence[Bulletin]) -> dict[str, Any]:
        """A bulletin with its chain; what came after it stands above its text."""
        later = [each for each in whole if each.id > bulletin.id]
        retraction = retraction_of(bulletin, whole)
        return {
            "row": self._row(bulletin),
            "whole": [self._row(each) for each in whole],
            "later": [self._row(each) for each in later],
            "retraction": self._row(retraction) if retraction else None,
            "overtaken": archive.is_overtaken(later),
            "public_url": self.public_url,
        }

    def feed(self) -> Response:
        """Atom, RFC 4287."""
        with self.database.read() as session:
            rows = [self._row(bulletin) for bulletin in archive.published(session, limit=FEED_ENTRIES)]
        text = self.pages.in_japanese.text(
            "resident/bulletins.atom",
            rows=rows,
            feed_id=f"tag:{self._authority},2026:bulletins",
            updated=rows[0].iso if rows else self._iso(self.clock.now()),
            public_url=self.public_url,
        )
        return Response(text, media_type="application/atom+xml", headers=PUBLIC)

    def latest(self) -> tuple[Headline, ...]:
        """For the residents' first page."""
        at = self.clock.now()
        with self.database.read() as session:
            return tuple(
                _headline(bulletin, begun, urgent=archive.is_urgent(session, bulletin, at=at))
                for bulletin in archive.published(session, limit=HEADLINES)
                if (begun := bulletin.started_at) is not None
            )

    def _row(self, bulletin: Bulletin) -> Row:
        begun = (bulletin.started_at or bulletin.created_at).astimezone(self.town.zone)
        kind = Kind(bulletin.kind)
        return Row(
            url=f"/bulletins/{bulletin.id}",
            subject=_NOT_IN_XML.sub("", bulletin.subject),
            text=_NOT_IN_XML.sub("", bulletin.text),
            category=bulletin.category,
            kind="" if kind is Kind.ORDINARY else kind.label,
            tone=TONES.get(kind, "info"),
            drill=kind is Kind.DRILL,
            withdrawn=bulletin.state == BulletinState.WITHDRAWN,
            begun=begun,
            iso=self._iso(begun),
            id=f"tag:{self._authority},{begun.date().isoformat()}:bulletins/{bulletin.id}",
        )

    def _iso(self, at: datetime) -> str:
        return at.astimezone(self.town.zone).isoformat(timespec="seconds")

    @property
    def _authority(self) -> str:
        """The town's own name on the net; it stays when the service moves to another host."""
        return self.town.from_address.rpartition("@")[2]


def _headline(bulletin: Bulletin, begun: datetime, *, urgent: bool) -> Headline:
    if bulletin.state == BulletinState.WITHDRAWN:
        return Headline(bulletin.id, bulletin.subject, begun, mark=BulletinState.WITHDRAWN.label)
    if bulletin.kind == Kind.DRILL.value:
        return Headline(bulletin.id, bulletin.subject, begun, urgent, Kind.DRILL.label, TONES[Kind.DRILL])
    return Headline(bulletin.id, bulletin.subject, begun, urgent)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER else None
