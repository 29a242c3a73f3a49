"""The interpreter: what a stored bulletin says in another language, asked of its notice."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bulletins.editions import edition
from bulletins.filling import fill_for_preview
from bulletins.notice_shelf import Shelf
from bulletins.other_languages import DrillSigns, Said
from bulletins.tables import Bulletin
from bulletins.tongue import Tongue
from bulletins.wording import Wording, follow_up_mark
from foundation.catalogue import without_readings
from foundation.languages import Language

_TURN = re.compile(r"\d+")


@dataclass(frozen=True)
class NoticeInterpreter:
    """A bulletin that was written with another version of its notice is said in the frame: the translation might say
    something else."""

    shelf: Shelf
    tongues: Mapping[Language, Tongue]

    def speak(self, bulletin: Bulletin, language: Language, *, told: Mapping[str, str]) -> Said:
        """Raises UnknownNotice, TemplateBroken."""
        notice = self.shelf.get(bulletin.notice)
        if notice.version != bulletin.notice_version:
            notice = replace(notice, translations={})
        values, _ = fill_for_preview(notice, json.loads(bulletin.fields))
        written = Wording(bulletin.subject, bulletin.text)
        found = edition(notice, values, self.tongues[language], written, turn=_turn(bulletin.subject), told=told)
        return Said(language, found.subject, found.text, in_japanese=found.in_japanese, is_frame=found.is_frame)

    def drill_signs(self, language: Language) -> DrillSigns:
        tongue = self.tongues[language]
        mark = without_readings(tongue.phrases.drill_mark).strip()
        return DrillSigns(mark, tongue.finished(tongue.phrases.drill_line))


def _turn(subject: str) -> int:
    """Of a follow-up: 1 for the first, which bears no number."""
    mark = follow_up_mark(subject)
    number = _TURN.search(mark)
    return int(number[0]) if number else int(bool(mark))
