"""The delivery statement in words: why letters did not arrive, and by which way it was approved."""

import json
from collections.abc import Mapping, Sequence

from admin.residents.bounce_words import bounce_words
from bulletins.missed_letters import Missed
from foundation.ledger import LedgerLine
from mailer.outbox_tables import State

_ENDS = {State.FAILED: "送れず", State.EXPIRED: "期限切れ", State.SENT: "後から不達"}
_DOORS = {"console": "画面で承認", "api": "APIから承認"}


def missed_words(each: Missed) -> str:
    """`送れず：アドレスがない`."""
    if each.bounce_class:
        why = bounce_words(each.bounce_class)
    else:
        why = "順番が来る前に期限が過ぎた" if each.end is State.EXPIRED else "理由の記録なし"
    return f"{_ENDS[each.end]}：{why}"


def way_words(lines: Sequence[LedgerLine]) -> str:
    """How the bulletin came to its last approval; empty where it never was, or where nothing is known of it."""
    approved = next((line for line in reversed(lines) if line.action == "bulletin.approved"), None)
    if approved is None:
        return ""
    details: Mapping[str, object] = json.loads(approved.details)
    words = [_DOORS.get(approved.origin.partition(":")[0], "")]
    if details.get("urgent"):
        words.append("緊急配信として")
    return "、".join(word for word in words if word)
