"""The form in which a liaison's data are typed, as it comes from a browser."""

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import Depends, Request

from liaisons.entry import FIELDS, EntryForm

MOST_FIELDS = 200
LONGEST = 1_000  # characters of a field; more than anything that is taken, so that the answer is short, too


def entry_form(text: Callable[[str], str], areas: Sequence[str]) -> EntryForm:
    """`text` gives what was typed into a field, empty where there is none."""
    typed = {name: text(name).replace("\0", "").strip()[:LONGEST] for name in FIELDS if name != "areas"}
    return EntryForm(**typed, areas=tuple(each[:LONGEST] for each in areas))


async def _typed(request: Request) -> EntryForm:
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)

    def text(name: str) -> str:
        value = form.get(name, "")
        return value if isinstance(value, str) else ""

    return entry_form(text, [each for each in form.getlist("areas") if isinstance(each, str)])


TypedEntry = Annotated[EntryForm, Depends(_typed)]
