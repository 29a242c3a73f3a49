"""訓練 and 試験: a drill must say so, and nothing else may look like one."""

import re

from bulletins.checks.draft import DraftText, Finding, Level
from bulletins.notice_templates import Kind
from bulletins.wording import DRILL_LINE

# 「訓練のお知らせ」 announces one; 「【訓練】…」 and 「訓練：…」 are one.
_LIKE_A_DRILL = re.compile(r"\s*(?:[【\[(（〈《]\s*訓練|訓練\s*[:：】!！]|これは、?訓練)")


def drill_missing(draft: DraftText) -> list[Finding]:
    if draft.kind is Kind.TEST:
        if "試験" in draft.subject:
            return []
        return [Finding("drill-missing", Level.BLOCK, "試験のお知らせです。件名に「試験」と入れてください。")]
    if draft.kind is not Kind.DRILL:
        return []
    lines = draft.text.split("\n")
    if "訓練" in draft.subject and lines[0] == lines[-1] == DRILL_LINE:
        return []
    message = f"訓練のメールです。件名に「訓練」、本文の最初と最後の行に「{DRILL_LINE}」と入れてください。"
    return [Finding("drill-missing", Level.BLOCK, message)]


def drill_extra(draft: DraftText) -> list[Finding]:
    if draft.kind is Kind.DRILL:
        return []
    if _LIKE_A_DRILL.match(draft.subject) or any(map(_LIKE_A_DRILL.match, draft.text.split("\n"))):
        message = "訓練ではないお知らせに、訓練の表示があります。消すか、「訓練」の定型文で書き直してください。"
        return [Finding("drill-extra", Level.BLOCK, message)]
    return []
