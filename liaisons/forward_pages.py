"""The pages behind a liaison's link: the notice, texts to copy, a sheet to print, and the way to one's own circle.

Whoever has the link may look, a stranger to whom the mail was passed on too: so no page says who the liaison is, what
they did before, or where they get mail, and nothing leaves without the code that only they are mailed.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.convertors import Convertor, register_url_convertor
from starlette.responses import Response

from bulletins import mending
from bulletins.archive_rows import ArchiveRows
from bulletins.liaison_edition import ToLiaisons
from bulletins.life import BulletinState
from bulletins.notice_shelf import Shelf, UnknownNotice
from bulletins.schedule import moment_words
from bulletins.tables import Bulletin
from foundation.clock import Clock
from foundation.database import Database
from foundation.spoken_pages import SpokenPages
from liaisons.forward_codes import CodeRefused, ForwardCodes
from liaisons.forward_orders import ForwardDesk, ForwardRefused, has_it, is_active, members, those_had, why_closed
from liaisons.forward_words import LONGEST_LINE, Words, WordsRefused, warnings_about, words_of
from liaisons.materials import Materials
from liaisons.personal_link import LIAISON
from liaisons.sharing import STAMPS, on_paper, texts, type_size
from liaisons.tables import Liaison
from subscribers.page_headers import PERSONAL

Typed = Annotated[str, Form()]
MOST = 20
# One small script of ours helps to copy; everything works without it.
_WITH_COPYING = {
    **PERSONAL,
    "Content-Security-Policy": PERSONAL["Content-Security-Policy"] + "; script-src 'self'",
}


class _RowNumber(Convertor[int]):
    """Of as many digits as every database takes; Starlette's own fails at thousands of them."""

    regex = "[0-9]{1,18}"

    def convert(self, value: str) -> int:
        return int(value)

    def to_string(self, value: int) -> str:
        return str(value)


register_url_convertor("row", _RowNumber())


@dataclass(frozen=True)
class _Behind:
    """What a link leads to."""

    session: Session
    token: str
    liaison: Liaison
    bulletin: Bulletin


@dataclass(frozen=True)
class ForwardPages:
    database: Database
    clock: Clock
    pages: SpokenPages
    rows: ArchiveRows
    desk: ForwardDesk
    codes: ForwardCodes
    shelf: Shelf
    materials: Materials

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        one = "/liaison/{token}/{number:row}"
        router.add_api_route("/liaison/{token}", self.listed, methods=["GET"])
        router.add_api_route("/liaison/{token}/link", self.fresh_link, methods=["POST"])
        router.add_api_route(one, self.show, methods=["GET"])
        router.add_api_route(one + "/sheet", self.sheet, methods=["GET"])
        router.add_api_route(one + "/code", self.ask, methods=["POST"])
        router.add_api_route(one + "/send", self.send, methods=["POST"])
        return router

    def listed(self, token: str) -> Response:
        at = self.clock.now()
        with self.database.read() as session:
            liaison = self._liaison(session, token)
            if liaison is None or not is_active(session, liaison):
                return self._closed(token, liaison)
            begun = (Bulletin.to_liaisons != ToLiaisons.NONE.value, Bulletin.started_at.is_not(None))
            newest = select(Bulletin).where(*begun).order_by(Bulletin.started_at.desc(), Bulletin.id.desc())
            theirs = those_had(session, liaison, session.scalars(newest.limit(MOST)))
            shown = list(zip(theirs, self.rows.rows(session, theirs, at=at), strict=True))
            return self._answer("list", token=token, shown=shown, members=members(session, liaison))

    def fresh_link(self, token: str) -> Response:
        refusal = ""
        with self.database.write() as session:
            liaison = self._liaison(session, token)
            if liaison is None or not is_active(session, liaison):
                return self._closed(token, liaison)
            try:
                self.codes.mail_link(session, liaison, at=self.clock.now())
            except CodeRefused as fault:
                refusal = str(fault)
        return self._answer("link", status=429 if refusal else 200, token=token, refusal=refusal)

    def show(self, token: str, number: int) -> Response:
        with self.database.read() as session:
            return self._behind(session, token, number, self._shown)

    def sheet(self, token: str, number: int, board: str = "") -> Response:
        """`board=1` is for a notice board: larger, and without boxes for stamps."""
        with self.database.read() as session:
            return self._behind(session, token, number, lambda behind: self._sheet(behind, on_board=board == "1"))

    def ask(self, token: str, number: int, sentence: Typed = "", line: Typed = "") -> Response:
        with self.database.write() as session:
            return self._behind(session, token, number, lambda behind: self._asked(behind, sentence, line))

    def send(self, token: str, number: int, key: Typed = "", code: Typed = "") -> Response:
        with self.database.write() as session:
            return self._behind(session, token, number, lambda behind: self._sent(behind, key, code))

    def _behind(self, session: Session, token: str, number: int, then: Callable[[_Behind], Response]) -> Response:
        liaison = self._liaison(session, token)
        if liaison is None or not is_active(session, liaison):
            return self._closed(token, liaison)
        bulletin = session.get(Bulletin, number)
        if bulletin is None or bulletin.started_at is None or not has_it(session, liaison, bulletin):
            return self._answer("no-bulletin", status=404, token=token)
        return then(_Behind(session, token, liaison, bulletin))

    def _shown(
        self,
        behind: _Behind,
        *,
        status: int = 200,
        errors: Mapping[str, str] | None = None,
        refusal: str = "",
        sentence: str = "",
        line: str = "",
    ) -> Response:
        at, town = self.clock.now(), self.desk.town
        row = self.rows.rows(behind.session, [behind.bulletin], at=at)[0]
        stale = self.desk.why_stale(behind.session, behind.bulletin, at=at)
        return self._answer(
            "bulletin",
            status=status,
            headers=_WITH_COPYING,
            token=behind.token,
            number=behind.bulletin.id,
            row=row,
            stale=stale,
            instead=self._instead(behind),
            texts=texts(row, behind.bulletin, town, public_url=self.codes.stationery.public_url),
            why_not=stale or self.desk.why_not(behind.session, behind.liaison, behind.bulletin, at=at),
            members=members(behind.session, behind.liaison),
            fitting=self.materials.fitting(behind.session, json.loads(behind.bulletin.topics)),
            forwarding=town.forwarding,
            longest=LONGEST_LINE,
            errors=errors or {},
            refusal=refusal,
            sentence=sentence,
            line=line,
        )

    def _instead(self, behind: _Behind) -> str:
        """Where what put it right is read; empty where nothing did, did not begin yet, or was withdrawn itself."""
        mended_by = mending.put_right_by(behind.session, behind.bulletin)
        if mended_by is None or mended_by.started_at is None or mended_by.state == BulletinState.WITHDRAWN:
            return ""
        if has_it(behind.session, behind.liaison, mended_by):
            return f"/liaison/{behind.token}/{mended_by.id}"
        return "" if mended_by.to_liaisons == ToLiaisons.ONLY else f"/bulletins/{mended_by.id}"

    def _sheet(self, behind: _Behind, *, on_board: bool) -> Response:
        at = self.clock.now()
        row = self.rows.rows(behind.session, [behind.bulletin], at=at)[0]
        if row.redacted or self.desk.why_stale(behind.session, behind.bulletin, at=at):
            return self._shown(behind)
        text = on_paper(row, behind.bulletin.notice, self.desk.town)
        return self._answer(
            "sheet",
            token=behind.token,
            number=behind.bulletin.id,
            row=row,
            on_board=on_board,
            text=text,
            size=type_size(text, stamps=not on_board),
            stamps=STAMPS,
        )

    def _asked(self, behind: _Behind, sentence: str, line: str) -> Response:
        at, town = self.clock.now(), self.desk.town
        try:
            words = words_of(town, sentence[:10], line)
        except WordsRefused as fault:
            errors = {"line": str(fault)} if line.strip() else {"sentence": str(fault)}
            return self._shown(behind, status=422, errors=errors, sentence=sentence[:10], line=line[:1000])
        why_not = self.desk.why_not(behind.session, behind.liaison, behind.bulletin, at=at)
        if why_not:
            return self._shown(behind, status=409, refusal=why_not)
        try:
            key = self.codes.mail(behind.session, behind.liaison, behind.bulletin, words, at=at)
        except CodeRefused as fault:
            return self._shown(behind, status=429, refusal=str(fault), sentence=sentence[:10], line=line[:1000])
        return self._code(behind, key, words=words, warnings=self._warnings(behind.bulletin, words))

    def _sent(self, behind: _Behind, key: str, code: str) -> Response:
        at = self.clock.now()
        words = self.codes.try_out(behind.session, behind.liaison, behind.bulletin, key, code, at=at)
        if isinstance(words, CodeRefused):
            if words.again:
                return self._code(behind, key[:100], status=422, error=str(words))
            return self._shown(behind, status=409, refusal=str(words))
        try:
            self.desk.place(behind.session, behind.liaison, behind.bulletin, words, at=at)
        except ForwardRefused as refused:
            return self._shown(behind, status=409, refusal=str(refused))
        begins = self.desk.begins_at(behind.bulletin, at=at)
        later = moment_words(begins, self.desk.town.zone) if begins > at else ""
        number = members(behind.session, behind.liaison)
        return self._answer("sent", token=behind.token, number=behind.bulletin.id, members=number, later=later)

    def _code(
        self,
        behind: _Behind,
        key: str,
        *,
        status: int = 200,
        error: str = "",
        words: Words | None = None,
        warnings: Sequence[str] = (),
    ) -> Response:
        return self._answer(
            "code",
            status=status,
            headers=PERSONAL,
            token=behind.token,
            number=behind.bulletin.id,
            subject=behind.bulletin.subject,
            members=members(behind.session, behind.liaison),
            key=key,
            error=error,
            words=words,
            warnings=warnings,
        )

    def _warnings(self, bulletin: Bulletin, words: Words) -> Sequence[str]:
        try:
            notice = self.shelf.get(bulletin.notice)
        except UnknownNotice:
            return ()
        return warnings_about(words, notice, self.desk.town, at=self.clock.now())

    def _liaison(self, session: Session, token: str) -> Liaison | None:
        """Whatever became of them."""
        number = self.codes.keyring.read(LIAISON, token)
        if number is None:
            return None
        return session.scalars(select(Liaison).where(Liaison.subscriber_id == number)).first()

    def _closed(self, token: str, liaison: Liaison | None) -> Response:
        """Whoever was a liaison is told so, though no row says any more who it was."""
        if self.codes.keyring.read(LIAISON, token) is None:
            return self.pages.in_japanese.answer("resident/link-unknown.html", status=404, headers=PERSONAL)
        return self._answer("ended", status=410, why=why_closed(liaison))

    def _answer(
        self, name: str, *, status: int = 200, headers: Mapping[str, str] = PERSONAL, **context: object
    ) -> Response:
        return self.pages.in_japanese.answer(f"liaison/forward-{name}.html", status=status, headers=headers, **context)
