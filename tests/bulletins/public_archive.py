"""Bulletins put on the public's shelf, and a reader before them."""

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from xml.etree import ElementTree as ET

from fastapi import FastAPI

from bulletins import search_index
from bulletins.archive_rows import ArchiveRows
from bulletins.life import PUBLISHED, BulletinState
from bulletins.notice_templates import Kind
from bulletins.other_languages import EditionRow
from bulletins.pages import ArchivePages
from bulletins.redaction import Redaction
from bulletins.standing import standing
from bulletins.tables import Bulletin
from foundation.database import Database
from foundation.languages import Language
from foundation.routes import take_in
from tests.bulletins.samples import komorebi
from tests.support.clock import HandClock
from tests.support.page_reader import PageReader
from tests.support.spoken import pages_in

ATOM = "{http://www.w3.org/2005/Atom}"
URL = "https://anzen.example.jp"
REDACT_AFTER = timedelta(days=7)


class PublicArchive:
    def __init__(self, database: Database, clock: HandClock) -> None:
        self._database = database
        self._clock = clock
        rows = ArchiveRows(komorebi(), Redaction(REDACT_AFTER))
        self.pages = ArchivePages(database, clock, pages_in(komorebi()), rows, URL)
        app = FastAPI()
        take_in(app.router, self.pages.router())
        self.reader = PageReader(app)

    def add(
        self,
        subject: str,
        *,
        text: str = "本文",
        state: BulletinState = BulletinState.SENT,
        kind: Kind = Kind.ORDINARY,
        follows: int | None = None,
        begun: datetime | None = None,
        urgent: bool = False,
        mends: int | None = None,
        topics: Sequence[str] = (),
        to_all: bool = False,
        redact: bool = False,
        english: tuple[str, str] | None = None,
        plain: tuple[str, str] | None = None,
    ) -> int:
        """It expires after an hour."""
        at = self._clock.now()
        bulletin = Bulletin(
            state=state.value,
            notice="plain",
            kind=kind.value,
            category="一般－お知らせ－その他",
            statistic_class="その他",
            topics=json.dumps(topics),
            areas="[]",
            to_all=to_all,
            redact=redact,
            fields="{}",
            subject=subject,
            text=text,
            expires_seconds=3600,
            follows_id=follows,
            created_at=at,
            drafter_id=1,
            drafter_name="担当",
            urgent=urgent,
            started_at=begun or (at if state in PUBLISHED else None),
            mends_id=mends,
        )
        with self._database.write() as session:
            session.add(bulletin)
            session.flush()
            for language, said in ((Language.ENGLISH, english), (Language.PLAIN_JAPANESE, plain)):
                if said is not None:
                    words = {"subject": said[0], "text": said[1], "revision": 1}
                    session.add(EditionRow(bulletin_id=bulletin.id, language=language.value, **words))
            session.flush()
            if bulletin.started_at is not None:
                search_index.shelve(session, bulletin)
            return bulletin.id

    def change(self, number: int, state: BulletinState) -> None:
        with self._database.write() as session:
            session.get_one(Bulletin, number).state = state.value

    def hide_from_all_but_liaisons(self, number: int) -> None:
        with self._database.write() as session:
            session.get_one(Bulletin, number).to_liaisons = "only"

    def standing(self) -> Sequence[Bulletin]:
        with self._database.read() as session:
            return standing(session, at=self._clock.now())

    def page(self, path: str) -> str:
        answer = self.reader.get(path)
        assert answer.status_code == 200
        return answer.text

    def found(self, question: str) -> list[str]:
        """The subjects that a question is answered with."""
        return subjects(self.page(f"/bulletins?{question}"))

    def feed(self, question: str = "") -> ET.Element:
        return ET.fromstring(self.reader.get(f"/bulletins.atom{question}").content)  # noqa: S314 -- our own document


def subjects(page: str) -> list[str]:
    return re.findall(r'href="/bulletins/\d+">([^<]+)<', page)
