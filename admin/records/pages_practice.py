"""The practice mailbox: the letters that would have gone out, as their recipients would read them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from admin.frame.console_page import ConsolePage, me_of
from admin.frame.form_reading import Posted, number, posted
from admin.frame.guard import Guard
from admin.people.roles import Role
from admin.people.staff import Colleague
from admin.people.staff_letters import NEW_PASSWORD, WELCOME
from admin.residents.mail_reading import sent_at
from foundation.pages import Pages
from mailer import mail_text
from mailer.practice_mailbox import PracticeLetter, newest_letters

Form = Annotated[Posted, Depends(posted)]

PAGE = 20
# A search opens each letter, so it ends with the newest so many.
MOST_SEARCHED = 5000
_KEY = re.compile(r"[0-9]{1,20}", re.ASCII)
_LINK = re.compile(r"https?://[^\s<>\"'　]+", re.ASCII)
_HEAD_OCTETS = 16_384
_ENTRANCE = re.compile(rf"({WELCOME}|{NEW_PASSWORD})/[a-z2-7]+", re.ASCII)


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
        router.add_api_route("/admin/practice", self.searched, methods=["POST"])
        router.add_api_route("/admin/practice/{key}", self.letter, methods=["GET"])
        return router

    def listed(self, request: Request) -> Response:
        return self._list(request, "", number(request.query_params.get("page", "")) or 1)

    def searched(self, request: Request, form: Form) -> Response:
        """By recipient. It changes nothing, but an address must not stand in an address of ours."""
        return self._list(request, form.text("to").strip()[:254], form.number("page") or 1)

    def _list(self, request: Request, to: str, page: int) -> Response:
        exists = self._mailbox.is_dir()
        letters: Iterable[PracticeLetter] = newest_letters(self._mailbox) if exists else ()
        if to:
            letters = (letter for letter in islice(letters, MOST_SEARCHED) if _is_for(letter.path, to))
        first = (page - 1) * PAGE
        found = list(islice(letters, first, first + PAGE + 1))
        lines = [line for letter in found[:PAGE] if (line := _line(letter.key, letter.path)) is not None]
        return self._page.show(
            request,
            "practice",
            here="practice",
            lines=lines,
            exists=exists,
            to=to,
            most=MOST_SEARCHED,
            page=page,
            more=len(found) > PAGE,
        )

    def letter(self, request: Request, key: str) -> Response:
        raw = self._raw(key)
        if raw is None:
            return self._page.message(request, 404, "メールが見つかりません", "消されたか、番号が違います。")
        message = mail_text.parse_mail(raw)
        base = self._public_url or str(request.base_url).rstrip("/")
        to = mail_text.header_text(message, "Delivered-To")
        text = without_entrances(mail_text.body_text(message), me_of(request), to)
        headers = raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0]
        return self._page.show(
            request,
            "practice-letter",
            here="practice",
            subject=mail_text.header_text(message, "Subject"),
            sender=mail_text.header_text(message, "From"),
            to=to,
            at=sent_at(message),
            pieces=list(pieces(text, base)),
            head=headers[:_HEAD_OCTETS].decode("utf-8", "replace"),
        )

    def _raw(self, key: str) -> bytes | None:
        """The key is digits only, so no path leads out of the mailbox."""
        if _KEY.fullmatch(key) is None:
            return None
        found = [path for part in ("new", "cur") for path in (self._mailbox / part).glob(f"{key}.practice*")]
        return _bytes(found[0]) if found else None


def without_entrances(text: str, me: Colleague, to: str) -> str:
    """Everybody reads this mailbox, and the accounts outlast the practice: a link that sets a colleague's password is
    for that colleague, one that lets a newcomer in for managers to hand on."""

    def shown(link: re.Match[str]) -> str:
        is_mine = to.casefold() == me.address.casefold() if link[1] == NEW_PASSWORD else me.may(Role.MANAGER)
        return link[0] if is_mine else f"{link[1]}/…"

    return _ENTRANCE.sub(shown, text)


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
        at=sent_at(message),
    )


def _is_for(path: Path, to: str) -> bool:
    """Whether the recipient's address holds these characters, in capitals or not."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_OCTETS)
    except OSError:
        return False
    return to.casefold() in mail_text.header_text(mail_text.parse_mail(head), "Delivered-To").casefold()


def _bytes(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
