"""Reads a table of a TOML file strictly: every value has its type, and a key that nobody asked for is an error."""

from collections.abc import Mapping

from foundation.plain_text import forbidden_character


class KeyInvalid(Exception):
    """A key of the file is missing, unknown or has a wrong value."""

    def __init__(self, key: str, reason: str) -> None:
        super().__init__(f"{key}: {reason}")
        self.key = key
        self.reason = reason


class StrictTable:
    """Remembers which keys were read; `finish` raises for the first that was not."""

    def __init__(self, raw: Mapping[str, object], at: str = "") -> None:
        self._raw = raw
        self._at = at
        self._seen: set[str] = set()
        self._children: list[StrictTable] = []

    def key(self, name: str) -> str:
        """The full name of a key, as messages show it: `fields[2].label`, counted from 1."""
        return f"{self._at}.{name}" if self._at else name

    def names(self) -> tuple[str, ...]:
        return tuple(self._raw)

    def text(self, name: str, default: str | None = None, *, several_lines: bool = False) -> str:
        """Without a default the key must be there and not be empty."""
        value = self._take(name, default)
        if not isinstance(value, str):
            raise KeyInvalid(self.key(name), '文字列を "" で囲んで書いてください')
        if default is None and not value.strip():
            raise KeyInvalid(self.key(name), "空にはできません")
        if forbidden_character(value, several_lines=several_lines) is not None:
            raise KeyInvalid(self.key(name), "改行や制御文字は使えません")
        return value

    def texts(self, name: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        value = self._take(name, default)
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            raise KeyInvalid(self.key(name), '文字列の並び ["…", "…"] で書いてください')
        if any(forbidden_character(item) is not None for item in value):
            raise KeyInvalid(self.key(name), "改行や制御文字は使えません")
        return tuple(value)

    def number(self, name: str, default: int | None = None) -> int:
        value = self._take(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise KeyInvalid(self.key(name), "整数で書いてください")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        value = self._take(name, default)
        if not isinstance(value, bool):
            raise KeyInvalid(self.key(name), "true か false で書いてください")
        return value

    def any(self, name: str) -> object:
        return self._take(name, None)

    def has_table(self, name: str) -> bool:
        return isinstance(self._raw.get(name), dict)

    def table(self, name: str, *, required: bool = True) -> "StrictTable":
        value = self._take(name, None if required else {})
        if not isinstance(value, dict):
            raise KeyInvalid(self.key(name), f"[{self.key(name)}] の表として書いてください")
        return self._child(value, self.key(name))

    def tables(self, name: str, *, required: bool = True) -> list["StrictTable"]:
        value = self._take(name, None if required else [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise KeyInvalid(self.key(name), f"[[{self.key(name)}]] の表として書いてください")
        return [self._child(item, f"{self.key(name)}[{i}]") for i, item in enumerate(value, start=1)]

    def finish(self) -> None:
        """Raises KeyInvalid for the first key that was never read, here or in a table below."""
        for name in self._raw:
            if name not in self._seen:
                raise KeyInvalid(self.key(name), "このファイルにない項目名です。つづりを確かめてください")
        for child in self._children:
            child.finish()

    def _child(self, raw: Mapping[str, object], at: str) -> "StrictTable":
        child = StrictTable(raw, at)
        self._children.append(child)
        return child

    def _take(self, name: str, default: object) -> object:
        self._seen.add(name)
        value = self._raw.get(name, default)
        if value is None:
            raise KeyInvalid(self.key(name), "この項目が必要です")
        return value
