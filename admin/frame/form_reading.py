"""What a posted form holds: text only, but for the one page of the console that takes a file."""

import re
from collections.abc import AsyncIterator, Sequence
from typing import BinaryIO

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from bulletins.drafting import UnknownBulletin

MOST_FIELDS = 500
UPLOAD = "/admin/subscribers/import"  # the one address at which more than a form may come in
MOST_UPLOADED = 256 << 20  # octets; a million lines are about a hundred million
# Larger than any number of a row that this service will ever give out, small enough for every database.
LARGEST_NUMBER = 2**53
_KEY = re.compile(r"[a-z2-7]{32}")


class Posted:
    """A form that came in; what is missing reads as empty. A NUL, which nobody types and PostgreSQL refuses, is left
    out."""

    def __init__(self, form: FormData) -> None:
        self._form = form

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]]) -> "Posted":
        return cls(FormData(list(pairs)))

    @classmethod
    def nothing(cls) -> "Posted":
        return cls(FormData())

    def text(self, name: str) -> str:
        value = self._form.get(name, "")
        return value.replace("\0", "") if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        return [value.replace("\0", "") for value in self._form.getlist(name) if isinstance(value, str)]

    def has(self, name: str) -> bool:
        return bool(self.text(name))

    def number(self, name: str) -> int | None:
        return number(self.text(name))


async def posted(request: Request) -> Posted:
    """A dependency, so that the endpoint itself can stay a plain function in a thread."""
    return Posted(await request.form(max_files=0, max_fields=MOST_FIELDS))


async def uploaded(request: Request) -> AsyncIterator[BinaryIO | None]:
    """The file that came with the form; none where there is no form for files. It lies on disk from 1 MB on, and is
    gone afterwards. Behind a guard only: this reads all that comes."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        yield None
        return
    async with request.form(max_files=1, max_fields=5) as form:
        file = form.get("file")
        yield file.file if isinstance(file, UploadFile) and file.filename else None


def page_key(text: str) -> str:
    """The random key of a page for writing (`random_token`); empty for anything else."""
    return text if _KEY.fullmatch(text) else ""


def number(text: str) -> int | None:
    """A row's number as an address or a form names it; None for anything else."""
    if not (text.isascii() and text.isdigit()) or len(text) > 16:
        return None
    value = int(text)
    return value if 0 < value <= LARGEST_NUMBER else None


def bulletin_number(text: str) -> int:
    """Raises UnknownBulletin, for what is no number too."""
    known = number(text)
    if known is None:
        raise UnknownBulletin(text)
    return known
