"""Voices in words for staff: what the list and the page of one say, and the history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from liaisons.voice_life import Step
from liaisons.voice_tables import Road, ToldBy, Voice, VoiceState
from subscribers.town import Town

BRIEF = 60  # characters of a voice in a list

STEPS: Mapping[Step, str] = {
    Step.RECEIVED: "受け付けた",
    Step.ADDED: "本人が書き足した",
    Step.ASSIGNED: "担当を決めた",
    Step.TAKEN: "対応を始めた",
    Step.ANSWERED: "回答した",
    Step.CANNOT: "対応できないとした",
    Step.REOPENED: "対応を再開した",
    Step.DUE: "期限を変えた",
    Step.TOLD: "結果を伝えた",
    Step.LED_TO: "つながったことを記録した",
}
TONES: Mapping[VoiceState, str] = {
    VoiceState.RECEIVED: "warn",
    VoiceState.ASSIGNED: "info",
    VoiceState.IN_HAND: "info",
    VoiceState.ANSWERED: "success",
    VoiceState.CANNOT: "quiet",
}
STATES = (
    ("open", "対応がいるもの"),
    *((state.value, state.label) for state in VoiceState),
    ("untold", "まだ伝えていない"),
)
ROADS = tuple((road.value, road.label) for road in Road)
STAFF_ROADS = tuple((road.value, road.label) for road in (Road.VISIT, Road.CALL, Road.MEETING))
WAYS = tuple((way.value, way.label) for way in ToldBy)


@dataclass(frozen=True)
class VoiceLine:
    """One voice as lists and its page show it; `late` where its day is over and nobody answered."""

    voice: Voice
    state: VoiceState
    tone: str
    road: str
    area: str
    who: str
    brief: str
    due_on: date
    late: bool


def line_of(voice: Voice, town: Town, names: Mapping[int, str], *, today: date) -> VoiceLine:
    state, due = VoiceState(voice.state), date.fromisoformat(voice.due_on)
    return VoiceLine(
        voice=voice,
        state=state,
        tone=TONES[state],
        road=Road(voice.road).label,
        area=area_words(voice.area, town),
        who=who_words(voice, names),
        brief=brief(voice.text),
        due_on=due,
        late=state.is_open and due < today,
    )


def area_words(key: str, town: Town) -> str:
    """An area that the town no longer has stands by its key."""
    return next((area.label for area in town.areas if area.key == key), key)


def who_words(voice: Voice, names: Mapping[int, str]) -> str:
    """Of whom it is; a liaison who left has no name any more."""
    if voice.liaison_id is not None:
        return f"連絡員 {names.get(voice.liaison_id) or f'{voice.liaison_id}番'}"
    return "市民" if voice.road == Road.FORM else "名前なし"


def brief(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= BRIEF else f"{line[:BRIEF]}…"


def rows(lines: Sequence[VoiceLine], town: Town) -> list[tuple[str | int, ...]]:
    """For a spreadsheet; ways to answer do not leave the console."""
    head = ("番号", "受付日", "どこから", "だれから", "地域", "状態", "担当課", "担当者", "期限", "内容", "回答・理由")
    table: list[tuple[str | int, ...]] = [(*head, "結果を伝えた日", "伝え方", "つながったお知らせ", "そのほか")]
    for line in lines:
        voice = line.voice
        told = ToldBy(voice.told_by).label if voice.told_by else ""
        first = (
            voice.id,
            voice.received_at.astimezone(town.zone).date().isoformat(),
            line.road,
            line.who,
            line.area,
            line.state.label,
        )
        second = (voice.section, voice.officer_name, voice.due_on, voice.text, voice.answer)
        table.append((*first, *second, voice.told_on or "", told, voice.led_to_id or "", voice.led_to))
    return table
