"""The practice mailbox: the letters that would have gone out, as their recipients would read them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from itertools import islice
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import Response

from admin.console_page import ConsolePage
from admin.form_reading import number
from admin.guard import Guard
from admin.roles import Role
from foundation.pages import Pages
from mailer import mail_text
from mailer.practice_mailbox import newest_letters

PAGE = 20
_KEY = re.compile(r"[0-9]{1,20}", re.ASCII)
_LINK = re.compile(r"https?://[^\s<>\"'　]+", re.ASCII)
_HEAD_OCTETS = 16_384


@dataclass(frozen=True)
class Line:
    """A letter in the list."""

    key: str
    to: str
    subject: str
    at: datetime | None


@dataclass(frozen=True)
class Piece:
    """A piece of a letter's text; with `link` it leads there."""

    text: str
    link: bool = False


class PracticePages:
    """`public_url` is the base of our own links, the only ones that can be clicked; where it is not given, that of
    the page itself."""

    def __init__(self, mailbox: Path, *, pages: Pages, guard: Guard, public_url: str = "") -> None:
        self._mailbox = mailbox
        self._public_url = public_url
        self._page = ConsolePage(pages, guard)

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False, dependencies=self._page.needs(Role.VIEWER))
        router.add_api_route("/admin/practice", self.listed, methods=["GET"])
        router.add_api_route("/admin/practice/{key}", self.letter, methods=["GET"])
        return router

    def listed(self, request: Request) -> Response:
        page = number(request.query_params.get("page", "")) or 1
        exists = self._mailbox.is_dir()
        first = (page - 1) * PAGE
        letters = list(islice(newest_letters(self._mailbox), first, first + PAGE + 1)) if exists else []
        lines = [line for letter in letters[:PAGE] if (line := _line(letter.key, letter.path)) is not None]
        return self._page.show(
            request, "practice", here="practice", lines=lines, exists=exists, page=page, more=len(letters) > PAGE
        )

    def letter(self, request: Request, key: str) -> Response:
        raw = self._raw(key)
        if raw is None:
            return self._page.message(request, 404, "メールが見つかりません", "消されたか、番号が違います。")
        message = mail_text.parse_mail(raw)
        base = self._public_url or str(request.base_url).rstrip("/")
        headers = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        return self._page.show(
            request,
            "practice-letter",
            here="practice",
            subject=mail_text.header_text(message, "Subject"),
            sender=mail_text.header_text(message, "From"),
            to=mail_text.header_text(message, "Delivered-To"),
            at=_date(message),
            pieces=list(pieces(mail_text.body_text(message), base)),
            head=headers[:_HEAD_OCTETS].decode("utf-8", "replace"),
        )

    def _raw(self, key: str) -> bytes | None:
        """The key is digits only, so no path leads out of the mailbox."""
        if _KEY.fullmatch(key) is None:
            return None
        found = [path for part in ("new", "cur") for path in (self._mailbox / part).glob(f"{key}.practice*")]
        return _bytes(found[0]) if found else None


def pieces(text: str, base: str) -> Iterator[Piece]:
    """Splits a text at its links; only those below `base` can be clicked."""
    end = 0
    for found in _LINK.finditer(text):
        if found[0] == base or found[0].startswith(f"{base}/"):
            yield Piece(text[end : found.start()])
            yield Piece(found[0], link=True)
            end = found.end()
    yield Piece(text[end:])


def _line(key: str, path: Path) -> Line | None:
    """None for a letter that was taken away meanwhile."""
    raw = _bytes(path)
    if raw is None:
        return None
    message = mail_text.parse_mail(raw[:_HEAD_OCTETS])
    return Line(
        key=key,
        to=mail_text.header_text(message, "Delivered-To"),
        subject=mail_text.header_text(message, "Subject") or "（件名なし）",
        at=_date(message),
    )


def _date(message: Message) -> datetime | None:
    try:
        at = parsedate_to_datetime(mail_text.header_text(message, "Date"))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
