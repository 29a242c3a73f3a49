"""What was pasted into a form: read anew with each page, compared with what the form says now, and never kept."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from admin.frame.form_reading import Posted
from bulletins.drafting import Sheet
from bulletins.notice_templates import NoticeTemplate
from bulletins.police_text.fitting import Fitted, fit
from bulletins.police_text.kinds import OTHERWISE, proposed
from bulletins.police_text.reading import read
from subscribers.town import Town

# Much more than any text of the police; what is longer is not read, and that is said.
LONGEST_PASTED = 100_000
READ = "read"


@dataclass(frozen=True)
class Pasting:
    """`fresh` is a text that fills the form now; `seen` are the fields that the clerk touched since."""

    fitted: Fitted
    fresh: bool
    seen: frozenset[str]

    def into(self, sheet: Sheet) -> Sheet:
        if not self.fresh:
            return sheet
        values = {**sheet.fields, **self.fitted.values}
        return replace(sheet, fields=values, category=self.fitted.category or sheet.category)

    def marked(self, sheet: Sheet) -> frozenset[str]:
        """The fields that still hold what was read, to be checked by eye."""
        read = (name for name in self.fitted.read if name not in self.seen)
        return frozenset(name for name in read if _same(sheet.fields.get(name), self.fitted.values[name]))

    @property
    def pieces(self) -> Sequence[tuple[str, bool]]:
        """The text piece by piece, and whether that piece was left unread."""
        found: list[tuple[str, bool]] = []
        at = 0
        for start, end in self.fitted.unread:
            found += [(self.fitted.text[at:start], False), (self.fitted.text[start:end], True)]
            at = end
        return [(piece, left) for piece, left in [*found, (self.fitted.text[at:], False)] if piece]


def pasted_text(form: Posted) -> str:
    """A text that is pasted anew goes before the one that the form was filled from."""
    anew = form.text("pasted_anew") if form.text("action") == READ else ""
    return (anew if anew.strip() else form.text("pasted"))[:LONGEST_PASTED]


def pasting_of(form: Posted, notice: NoticeTemplate, town: Town, *, at: datetime) -> Pasting | None:
    """None where nothing was pasted."""
    text = pasted_text(form)
    if not text.strip():
        return None
    fresh = form.text("action") == READ
    seen = frozenset() if fresh else frozenset(form.texts("seen"))
    return Pasting(fit(read(text, town, at=at), notice, town), fresh, seen)


def notice_for(text: str, notices: Mapping[str, NoticeTemplate], town: Town, *, at: datetime) -> str:
    """The name of the notice that the text seems to be for."""
    name = proposed(read(text, town, at=at), notices)
    return name if name in notices else OTHERWISE


def _same(typed: object, read_value: object) -> bool:
    return _flat(typed) == _flat(read_value)


def _flat(value: object) -> str:
    text = "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value or "")
    return re.sub(r"\s*\n\s*", "\n", text.replace("\r\n", "\n")).strip()
