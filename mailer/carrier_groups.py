"""Which recipient domains are one receiving system and how fast we may write to it; carriers.toml holds the facts."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from foundation.plain_text import one_line
from foundation.setting_values import SettingInvalid
from foundation.strict_table import KeyInvalid, StrictTable

SHIPPED = Path(__file__).with_name("carriers.toml")
SETTING = "HANSHO_PACING"
OFF = "off"

# A group's name has no dot and a domain has one, so both can be keys of one table.
_NAME = re.compile(r"[a-z][a-z0-9-]{0,31}")
_DOMAIN = re.compile(r"\.?[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})+")
_MOST_CONNECTIONS = 999
_MOST_A_MINUTE = 1_000_000
_MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Of all senders together; None is no limit. `connections` are letters under way at once."""

    connections: int | None = None
    per_minute: int | None = None


UNLIMITED = Limits()


@dataclass(frozen=True, slots=True)
class _Group:
    name: str
    domains: tuple[str, ...]
    limits: Limits


class CarrierGroups:
    """Answers for every letter, so `of` remembers what it found."""

    def __init__(self, groups: Iterable[_Group]) -> None:
        self._limits: dict[str, Limits] = {}
        self._owners: dict[str, str] = {}
        for group in groups:  # A later group of the same name replaces the limits and adds to the domains.
            self._limits[group.name] = group.limits
            self._owners.update(dict.fromkeys(group.domains, group.name))
        self._known: dict[str, str | None] = {}

    @classmethod
    def load(cls, path: Path | None = None) -> "CarrierGroups":
        """The shipped groups, with those of an own file put over them. Raises SettingInvalid, one line that names the
        file and the key."""
        shipped = _read(SHIPPED)
        own = _read(path) if path else []
        groups = cls([*shipped, *own])
        for number, group in enumerate(own, start=1):
            if not groups.domains(group.name):
                raise _invalid(path or SHIPPED, f"group[{number}].domains", "新しいグループにはドメインが必要です")
        return groups

    @classmethod
    def chosen(cls, setting: str) -> "CarrierGroups":
        """As HANSHO_PACING says: empty for the shipped groups, `off` for none, else an own file."""
        if setting.lower() == OFF:
            return cls(())
        return cls.load(Path(setting) if setting else None)

    def of(self, domain: str) -> str | None:
        """The group's name; None for a domain outside of all groups. Never raises."""
        try:
            return self._known[domain]
        except KeyError:
            return self._remember(domain)

    def limits(self, group: str) -> Limits:
        return self._limits.get(group, UNLIMITED)

    def names(self) -> tuple[str, ...]:
        return tuple(self._limits)

    def domains(self, group: str) -> tuple[str, ...]:
        """As they stand in the file: a leading dot is everything below."""
        return tuple(domain for domain, owner in self._owners.items() if owner == group)

    def _remember(self, domain: str) -> str | None:
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        found = self._known[domain] = self._look_up(domain.lower())
        return found

    def _look_up(self, domain: str) -> str | None:
        """The domain itself, then the longest ending."""
        if domain in self._owners:
            return self._owners[domain]
        rest = domain
        while rest:
            _, _, rest = rest.partition(".")
            if f".{rest}" in self._owners:
                return self._owners[f".{rest}"]
        return None


def _read(path: Path) -> list[_Group]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise _invalid(path, "-", f"読み込めません（{problem}）") from problem
    except tomllib.TOMLDecodeError as problem:
        raise _invalid(path, "-", f"TOML の書き方に誤りがあります（{problem}）") from problem
    try:
        return _groups(raw)
    except KeyInvalid as problem:
        raise _invalid(path, problem.key, problem.reason) from problem


def _groups(raw: Mapping[str, object]) -> list[_Group]:
    top = StrictTable(raw)
    tables = top.tables("group", required=False)
    groups = [_group(table) for table in tables]
    top.finish()
    names: set[str] = set()
    domains: set[str] = set()
    for table, group in zip(tables, groups, strict=True):
        if group.name in names:
            raise KeyInvalid(table.key("name"), f"「{group.name}」が二度出てきます")
        names.add(group.name)
        for domain in group.domains:
            if domain in domains:
                raise KeyInvalid(table.key("domains"), f"「{domain}」が二度出てきます")
            domains.add(domain)
    return groups


def _group(table: StrictTable) -> _Group:
    name = table.text("name")
    if not _NAME.fullmatch(name):
        raise KeyInvalid(table.key("name"), "英小文字で始まる英小文字・数字・ハイフンで書いてください")
    domains = table.texts("domains", ())
    for domain in domains:
        if not _DOMAIN.fullmatch(domain):
            raise KeyInvalid(
                table.key("domains"), f"「{domain}」は example.ne.jp か .example.ne.jp の形で書いてください"
            )
    for why in ("source", "pacing_source"):  # for people
        table.text(why, "")
    limits = Limits(_limit(table, "connections", _MOST_CONNECTIONS), _limit(table, "per_minute", _MOST_A_MINUTE))
    return _Group(name, domains, limits)


def _limit(table: StrictTable, name: str, most: int) -> int | None:
    if name not in table.names():
        return None
    value = table.number(name)
    if not 1 <= value <= most:
        raise KeyInvalid(
            table.key(name), f"1 から {most} までの整数で書いてください。制限しないときは行を消してください"
        )
    return value


def _invalid(path: Path, key: str, reason: str) -> SettingInvalid:
    return SettingInvalid(SETTING, one_line(f"{path}: {key}"), one_line(reason))
