"""The ledger in words: nothing that staff may read is left in the program's own tongue."""

import ast
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from admin.records.ledger_words import ROOMS, WORDS, line_words
from foundation.ledger import LedgerLine

ROOT = Path(__file__).parents[2]
PACKAGES = ("foundation", "mailer", "subscribers", "bulletins", "liaisons", "admin", "service")
DEED = re.compile("(?:" + "|".join(ROOMS) + r")\.[a-z][a-z-]{2,}")


def _is_deed(word: str) -> bool:
    """Not the name of a file, nor the beginning of a word that is put together."""
    return bool(DEED.fullmatch(word)) and not word.endswith((".toml", "-"))


def _deeds() -> set[str]:
    found: set[str] = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_deed(node.value):
                    found.add(node.value)
    return found


def test_every_deed_that_the_code_writes_has_its_words() -> None:
    deeds = _deeds()

    assert "bulletin.approved" in deeds
    assert deeds - WORDS.keys() == set()


def test_every_word_belongs_to_a_room_that_can_be_chosen() -> None:
    assert {action.partition(".")[0] for action in WORDS} <= ROOMS.keys()


def of_staff(action: str, details: dict[str, object]) -> LedgerLine:
    return LedgerLine(
        id=1,
        at=datetime(2026, 11, 20, tzinfo=UTC),
        actor="staff:7",
        action=action,
        subject="staff:8",
        details=json.dumps(details),
        origin="api:192.0.2.7",
    )


@pytest.mark.parametrize(
    ("details", "told"),
    [
        ({"role": ["drafter", "approver"]}, "配信担当者 → 配信責任者"),
        ({"role": {"before": None, "after": "viewer"}}, "（なし） → 閲覧者"),
        ({"role": "viewer"}, "閲覧者"),
        ({"role": "left"}, "本人が停止"),
        ({"role": "staff:7"}, "佐藤"),
        ({"role": True}, "はい"),
        ({"role": "2026-11-20T01:42:00+00:00"}, "2026年11月20日(金) 10:42"),
    ],
    ids=str,
)
def test_before_and_after_stand_beside_each_other(details: dict[str, object], told: str) -> None:
    line = of_staff("staff.changed", details)

    seen = line_words(line, {7: "佐藤"}, ZoneInfo("Asia/Tokyo"))

    assert seen.changes == (("役割", told),)
    assert (seen.who, seen.what, seen.subject, seen.origin) == (
        "佐藤",
        "職員の登録を変えた",
        "職員 8番",
        "API 192.0.2.7",
    )


def test_what_stood_there_is_told_before_what_stands_now() -> None:
    details: dict[str, object] = {"after": "drafter", "before": None, "version": 2}
    line = of_staff("staff.invited", details)

    assert [name for name, _ in line_words(line, {}, UTC).changes] == ["前", "版", "後"]
