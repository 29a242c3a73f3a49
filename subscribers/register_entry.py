"""One address of an older system's list, as we would keep it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from foundation.addresses import Address, AddressInvalid
from subscribers.choices import Choices, ChoiceUnknown
from subscribers.register_columns import Column, Meaning, folded
from subscribers.register_values import (
    LineInvalid,
    Words,
    read_count,
    read_flag,
    read_language,
    read_moment,
    read_reason,
    read_state,
)
from subscribers.tables import StopReason, SubscriberState
from subscribers.town import Town

_PLACE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,16}")
_FORMULA = re.compile(r"'(?=[=+\-@])")


@dataclass(frozen=True, slots=True)
class Entry:
    """One address as the file has it. `noted` is what the older system knew of its errors, for staff to read: those
    were counted by rules of its own, and stop nobody here."""

    address: Address
    choices: Choices
    language: str | None
    place: str | None
    state: SubscriberState
    reason: StopReason | None
    since: datetime
    noted: str | None = None


class EntryReader:
    """Knows what each column means, and the words of the list; `at` is the moment of the import."""

    def __init__(
        self,
        meanings: Sequence[Meaning],
        town: Town,
        *,
        topics: Mapping[str, str],
        areas: Mapping[str, str],
        states: Mapping[str, str],
        at: datetime,
    ) -> None:
        """Raises ValueError where the words name a topic, an area or a state that is none."""
        self._town = town
        self._at = at
        self._topics = Words.of("配信区分", {each.key: each.label for each in town.topics}, topics)
        # A town stands for the area that it lies in: whoever wanted the one does not miss it.
        towns = {name: each.key for each in town.areas for name in each.towns}
        self._areas = Words.of("地域", {each.key: each.label for each in town.areas}, areas, towns)
        self._states = _states(states)
        self._places = {folded(word): each.key for each in town.places for word in (each.key, each.label)}
        # The place of a column that the list does not have is behind the last one, where nothing stands.
        places = {each.column: at for at, each in enumerate(meanings) if each.column}
        self._width = len(meanings)
        self._columns = {column.value: places.get(column, self._width) for column in Column}
        self._stops = [at for at, each in enumerate(meanings) if each.column is Column.STOPPED]
        self._topic_signs = [(at, each.topic) for at, each in enumerate(meanings) if each.topic]
        self._area_signs = [(at, each.area) for at, each in enumerate(meanings) if each.area]
        self._chosen: dict[tuple[str, str, tuple[str, ...]], Choices] = {}

    def read(self, cells: Sequence[str]) -> Entry:
        """Missing cells read as empty. Raises LineInvalid."""
        row = [cell.strip() for cell in cells]
        row += [""] * (self._width + 1 - len(row))
        try:
            address = Address.parse(_FORMULA.sub("", row[self._columns["address"]], count=1))
        except AddressInvalid as fault:
            raise LineInvalid(str(fault)) from fault
        reason = self._reason(row)
        return Entry(
            address=address,
            choices=self._choices(row),
            language=self._language(row[self._columns["language"]]),
            place=self._place(row[self._columns["place"]]),
            state=SubscriberState.STOPPED if reason else SubscriberState.ACTIVE,
            reason=reason,
            since=self._since(row[self._columns["registered_at"]]),
            noted=self._noted(row[self._columns["errors"]], row[self._columns["last_error_at"]]),
        )

    def _reason(self, row: Sequence[str]) -> StopReason | None:
        """Whichever column says that an address is stopped, it is."""
        reason = read_state(row[self._columns["state"]], self._states)
        if reason is None and not any(read_flag(row[at], self._town.zone) for at in self._stops):
            return None
        told = row[self._columns["reason"]]
        if told and reason in (None, StopReason.LEFT):
            return read_reason(told)
        return reason or StopReason.LEFT

    def _choices(self, row: Sequence[str]) -> Choices:
        topics, areas = row[self._columns["topics"]], row[self._columns["areas"]]
        columns = (*self._topic_signs, *self._area_signs)
        signs = [(at, key) for at, key in columns if read_flag(row[at], self._town.zone)]
        asked = topics, areas, tuple(key for _, key in signs)
        found = self._chosen.get(asked)
        if found is None:
            if len(self._chosen) > 10_000:
                self._chosen.clear()
            found = self._chosen[asked] = self._read_choices(topics, areas, {at for at, _ in signs})
        return found

    def _read_choices(self, topics: str, areas: str, signs: set[int]) -> Choices:
        chosen = self._all_of(self._topics, topics, self._topic_signs, signs)
        where = self._all_of(self._areas, areas, self._area_signs, signs)
        try:
            return Choices.of(self._town, chosen, where)
        except ChoiceUnknown as unknown:
            raise LineInvalid(f"この市にない配信区分または地域です：{unknown}") from unknown

    def _all_of(self, words: Words, text: str, columns: Sequence[tuple[int, str]], signs: set[int]) -> tuple[str, ...]:
        """A list of words, or a column for each of them. In the latter, no sign at all is no wish for everything."""
        found = tuple(key for at, key in columns if at in signs)
        if columns and not found and not text:
            raise LineInvalid(f"{words.name}が一つも選ばれていません。")
        if not text:
            return found
        named = words.read(text)
        return tuple(dict.fromkeys((*named, *found))) if named else ()

    def _language(self, cell: str) -> str | None:
        text = read_language(cell)
        if text and not _LANGUAGE.fullmatch(text):
            raise LineInvalid("language（言語）の書き方が正しくありません。")
        return text or None

    def _place(self, text: str) -> str | None:
        if not text:
            return None
        place = self._places.get(folded(text), text.lower())
        if not _PLACE.fullmatch(place):
            raise LineInvalid("place（登録の場所）の書き方が正しくありません。")
        return place

    def _since(self, text: str) -> datetime:
        since = read_moment(text, self._town.zone) if text else self._at
        if since > self._at:
            raise LineInvalid("登録日時が未来になっています。")
        return since

    def _noted(self, count: str, last: str) -> str | None:
        errors = read_count(count) if count else 0
        parts = [f"エラー{errors}回"] if errors else []
        if last:
            day = read_moment(last, self._town.zone).astimezone(self._town.zone)
            parts.append(f"最後は{day.year}年{day.month}月{day.day}日")
        return f"以前のシステムの記録：{'、'.join(parts)}" if parts else None


def _states(given: Mapping[str, str]) -> Mapping[str, str]:
    for word in given.values():
        try:
            read_state(word, {})
        except LineInvalid as fault:
            raise ValueError(str(fault)) from fault
    return {folded(word): folded(meant) for word, meant in given.items()}
