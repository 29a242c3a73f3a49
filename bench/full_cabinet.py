"""What the office keeps of its liaisons: voices of three years with all that was done, meetings, papers, materials."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bench.full_network import OFFICERS
from bench.pieces import pieces
from liaisons.material_tables import MaterialRow, MaterialVersionRow
from liaisons.meeting_tables import Meeting, MeetingArea, MeetingInvited, MeetingState
from liaisons.meetings import Facts
from liaisons.paper_fit import Look
from liaisons.paper_source import Item
from liaisons.paper_tables import PaperRow
from liaisons.tables import Liaison, LiaisonState
from liaisons.voice_life import Step
from liaisons.voice_tables import Road, ToldBy, Voice, VoiceState, VoiceStep
from mailer.outbox_tables import BatchRow
from service.home import Home

VOICES, VOICE_DAYS = 3000, 3 * 365
OPEN_VOICES = 120  # the newest
MEETINGS, AHEAD = 200, 10
PAPERS, MATERIALS, VERSIONS = 60, 40, 5
_SECTIONS = ("道路課", "公園緑地課", "地域安全課", "学校教育課", "環境課", "警察", "高齢福祉課", "防災課")
_STATES = (VoiceState.RECEIVED, VoiceState.ASSIGNED, VoiceState.IN_HAND)
_SAID = "公園の街灯が切れていて、夜は人が通るのが見えません。子どもの帰る道なので、早めに直してほしいです。" * 4
_NOTES = (
    "# 話したこと\n\n- 街灯のこと\n- 通学路の見守り\n- 電話の詐欺\n\n"
    + "近所の方から、最近の様子をうかがいました。\n" * 30
)
_DAY = timedelta(days=1)


def fill(session: Session, home: Home, *, newest: int, at: datetime) -> None:
    """`newest` is a bulletin, and there are some before it."""
    known = list(session.scalars(select(Liaison.id).where(Liaison.state == LiaisonState.ACTIVE).order_by(Liaison.id)))
    areas = [area.key for area in home.town.areas]
    said = [_voice(number, known, areas, newest=newest, at=at) for number in range(1, VOICES + 1)]
    session.execute(insert(Voice), said)
    for piece in pieces([step for voice in said for step in _steps(voice)]):
        session.execute(insert(VoiceStep), piece)
    session.execute(insert(Meeting), [_meeting(number, at=at) for number in range(1, MEETINGS + 1)])
    near = [{"meeting_id": number, "area": areas[number % len(areas)]} for number in range(1, MEETINGS + 1, 2)]
    session.execute(insert(MeetingArea), near)
    sent = range(1, MEETINGS - AHEAD // 2)
    asked = [{"meeting_id": number, "liaison_id": one} for number in sent for one in known[number % 3 :: 3]]
    session.execute(insert(MeetingInvited), asked)
    session.execute(insert(BatchRow), [_batch(number, at=at) for number in sent])
    session.execute(insert(PaperRow), [_paper(number, areas, newest=newest, at=at) for number in range(1, PAPERS + 1)])
    keys = [*home.network.materials.starters, *(f"page-{number}" for number in range(1, MATERIALS + 1))][:MATERIALS]
    session.execute(insert(MaterialRow), [_material(key, at=at) for key in keys])
    session.execute(insert(MaterialVersionRow), [row for key in keys for row in _versions(key, areas, at=at)])


def _voice(number: int, known: list[int], areas: list[str], *, newest: int, at: datetime) -> dict[str, Any]:
    """The newest are open; of the others one in seven could not be done, and one in nine does not know the result."""
    age = VOICES - number
    received = at - VOICE_DAYS * _DAY * age / VOICES
    closed = age >= OPEN_VOICES
    state = (VoiceState.ANSWERED if number % 7 else VoiceState.CANNOT) if closed else _STATES[number % 3]
    by_liaison, met = number % 3 != 0, number % 2 == 0
    road = [*Road][number % 6] if by_liaison else Road.FORM
    assigned = state is not VoiceState.RECEIVED
    officer = 1 + number % OFFICERS
    told = closed and number % 9 != 0
    return {
        "id": number,
        "state": state.value,
        "road": road.value,
        "text": f"{_SAID}（{number}）",
        "received_at": received,
        "writer_id": 1 if met and by_liaison else None,
        "writer_name": "担当" if met and by_liaison else "",
        "liaison_id": known[number % len(known)] if by_liaison else None,
        "area": areas[number % len(areas)] if number % 4 else "",
        "mail": f"voice{number}@example.jp" if not by_liaison and not closed else None,
        "phone": None,
        "differs": False,
        "language": None,
        "about_id": newest - number % 20 if number % 5 == 0 else None,
        "section": _SECTIONS[number % len(_SECTIONS)] if assigned else "",
        "officer_id": officer if assigned else None,
        "officer_name": f"職員{officer - 1}" if assigned else "",
        "due_on": (received + 14 * _DAY).date().isoformat(),
        "answer": "電球を取り替えました。お知らせくださり、ありがとうございました。" * 3 if closed else "",
        "closed_at": received + 9 * _DAY if closed else None,
        "told_by": [*ToldBy][number % 6].value if told else None,
        "told_on": (received + 10 * _DAY).date().isoformat() if told else None,
        "led_to_id": newest - number % 20 if number % 50 == 0 else None,
        "led_to": "街灯の交換" if closed and number % 4 == 0 else "",
        "version": 4,
        "once_key": f"bench:{number}",
        "erased_at": None,
    }


def _steps(voice: dict[str, Any]) -> Iterator[dict[str, Any]]:
    taken = (Step.RECEIVED, Step.ASSIGNED, Step.TAKEN, Step.ANSWERED, Step.TOLD)
    done = {"received": 1, "assigned": 2, "in-hand": 3}.get(voice["state"], len(taken))
    for place, step in enumerate(taken[:done]):
        at = voice["received_at"] + place * _DAY
        by = {"staff_id": 1, "staff_name": "担当"} if place else {"staff_id": None, "staff_name": ""}
        yield {"voice_id": voice["id"], "at": at, "step": step.value, "note": "現地を見ました。", **by}


def _meeting(number: int, *, at: datetime) -> dict[str, Any]:
    """One a week, the last some weeks ahead; one in forty was called off."""
    starts = at + 7 * _DAY * (number - MEETINGS + AHEAD) - _DAY
    ahead, invited = number > MEETINGS - AHEAD, number < MEETINGS - AHEAD // 2
    off = not ahead and number % 40 == 0
    state = MeetingState.PLANNED if ahead else MeetingState.CALLED_OFF if off else MeetingState.HELD
    joint = "町会の定例会" if number % 3 == 0 else ""
    facts = Facts(
        starts, starts + timedelta(hours=2), f"第{number % 20}集会所", joint, "見守りと、最近の出来事について"
    )
    return {
        "id": number,
        "state": state.value,
        "revision": 2,
        **asdict(facts),
        "notes": _NOTES if state is MeetingState.HELD else "",
        "headcount": 5 + number % 40 if state is MeetingState.HELD else None,
        "made_by_id": 1,
        "made_by_name": "担当",
        "created_at": starts - 40 * _DAY,
        "asked_at": at - _DAY if number == MEETINGS - 1 else None,
        "asked_by_id": 1 if number == MEETINGS - 1 else None,
        "asked_by_name": "担当" if number == MEETINGS - 1 else None,
        "told": facts.packed() if invited else None,
        "told_at": starts - 30 * _DAY if invited else None,
        "sequence": 0,
        "sendings": 1 if invited else 0,
    }


def _batch(number: int, *, at: datetime) -> dict[str, Any]:
    """Of the letters about a meeting."""
    name = f"meeting:{number}:1"
    return {"batch": name, "once_key": name, "state": "open", "changed_at": at - 90 * _DAY, "ended_at": at - 89 * _DAY}


def _paper(number: int, areas: list[str], *, newest: int, at: datetime) -> dict[str, Any]:
    one = number % 5 == 0
    last = at.date() - 20 * _DAY * (PAPERS - number)
    told = [newest - (number + place * 3) % 20 for place in range(1 if one else 5)]
    advice = "お金の話が出たら、いちど電話を切る。"
    items = [Item(each, f"お知らせ その{each}", "本町", "市内で、不審な電話がありました。", advice) for each in told]
    return {
        "id": number,
        "look": (Look.ONE if one else Look.ROUND_UP).value,
        "area": areas[number % len(areas)] if number % 2 else "",
        "first_day": date.fromordinal(last.toordinal() - 30).isoformat(),
        "last_day": last.isoformat(),
        "masthead": "ミニ広報紙",
        "issue": f"第{number}号",
        "lead": "最近あったことをお知らせします。",
        "items": json.dumps([asdict(item) for item in items], ensure_ascii=False),
        "contact": "こもれび市地域安全課",
        "code": "bulletin" if one else "bulletins",
        "revision": 3,
        "made_at": at,
        "made_by_id": 1,
        "made_by_name": "担当",
        "changed_at": at,
        "changed_by_name": "担当",
        "once_key": f"bench:{number}",
    }


def _material(key: str, *, at: datetime) -> dict[str, Any]:
    return {"key": key, "version": VERSIONS, "shown": True, "checked_at": at - 9 * _DAY, "checked_by_name": "担当"}


def _versions(key: str, areas: list[str], *, at: datetime) -> Iterator[dict[str, Any]]:
    notes = dict.fromkeys(areas, "この地域では、交番の電話番号が変わりました。")
    for version in range(1, VERSIONS + 1):
        yield {
            "key": key,
            "version": version,
            "title": f"資料 {key}",
            "text": _NOTES * 3,
            "topics": json.dumps(["crime", "suspicious"]),
            "notes": json.dumps(notes, ensure_ascii=False),
            "staff_id": 1,
            "staff_name": "担当",
            "at": at - (20 - version) * _DAY,
        }
