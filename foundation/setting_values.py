"""The kinds of value a setting may have, and how each is read from text."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeVar
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

V = TypeVar("V")
E = TypeVar("E", bound=StrEnum)

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_SECRET_LENGTH = 16
_LONGEST_DURATION = timedelta(days=3650)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# The least and the most of each.
_RELAY_OPTIONS = {
    "connections": (1, 999),
    "weight": (0, 100),
    "per_minute": (1, 999_999),
    "per_connection": (1, 999_999),
}
_HOST = re.compile(r"[a-z0-9_.-]+|[0-9a-f:.]+")


class SettingInvalid(ValueError):
    """A setting has a value that does not serve."""

    def __init__(self, name: str, problem: str, allowed: str) -> None:
        super().__init__(f"{name}: {problem}; {allowed}")
        self.name = name


@dataclass(frozen=True)
class HostPort:
    """Where to listen."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Security(StrEnum):
    """How the line to a relay is protected."""

    CLEAR = "smtp"
    STARTTLS = "smtp+starttls"
    TLS = "smtps"


@dataclass(frozen=True)
class Relay:
    """A mail server that takes our letters; `connections` is how many are open at once at most. A relay of weight 0 is
    a spare. The last two count letters; None is without limit."""

    host: str
    port: int
    security: Security
    user: str | None
    password: str | None = field(repr=False)
    connections: int
    weight: int = field(default=1, kw_only=True)
    per_minute: int | None = field(default=None, kw_only=True)
    per_connection: int | None = field(default=None, kw_only=True)

    def __str__(self) -> str:
        return f"{self.security}://{self.host}:{self.port}"


class Counting(StrEnum):
    """How the days of an unreachable address are counted."""

    DELIVERY_DAYS = "delivery-days"
    ELAPSED = "elapsed"


class OneTimeCodes(StrEnum):
    """Whether approvers and managers must have one-time codes, or may."""

    REQUIRED = "required"
    OFFERED = "offered"


def optional(parse: Callable[[str], V]) -> Callable[[str], V | None]:
    return lambda text: parse(text) if text else None


def choice(kind: type[E]) -> Callable[[str], E]:
    def parse(text: str) -> E:
        try:
            return kind(text.lower())
        except ValueError:
            raise ValueError("allowed: " + ", ".join(kind)) from None

    return parse


def count(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,5}", text):
        raise ValueError("allowed: a whole number from 1")
    return int(text)


def duration(text: str) -> timedelta:
    """`90`, `90s`, `60m`, `24h` or `28d`."""
    found = re.fullmatch(r"([0-9]{1,7})\s*([smhd]?)", text.strip().lower())
    if not found:
        raise ValueError("allowed: a number of seconds, or like 60m, 24h, 28d")
    seconds = int(found[1]) * _UNITS[found[2]]
    if seconds > _LONGEST_DURATION.total_seconds():
        raise ValueError("allowed: at most 3650d")
    return timedelta(seconds=seconds)


def at_least(days: int) -> Callable[[str], timedelta]:
    def parse(text: str) -> timedelta:
        found = duration(text)
        if found < timedelta(days=days):
            raise ValueError(f"allowed: at least {days}d")
        return found

    return parse


def host_port(text: str) -> HostPort:
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):([0-9]{1,5})", text)
    if not found or int(found[3]) > 65535:
        raise ValueError("allowed: host:port, like 127.0.0.1:8000 or [::1]:8000")
    return HostPort(found[1] or found[2], int(found[3]))


def mail_domain(text: str) -> str:
    domain = text.lower()
    if not re.fullmatch(rf"{_LABEL}(?:\.{_LABEL})+", domain) or len(domain) > 180:
        raise ValueError("allowed: a domain name like mail.example.jp")
    return domain


def selector(text: str) -> str:
    """The name of a DKIM key (RFC 6376 section 3.1)."""
    name = text.lower()
    if not re.fullmatch(rf"{_LABEL}(?:\.{_LABEL})*", name) or len(name) > 63:
        raise ValueError("allowed: a label of DNS like hansho-2026")
    return name


def key_file(text: str) -> Path:
    """A path. What holds a key itself is refused, lest it be shown or logged as a path would be."""
    if "-----" in text or "\n" in text:
        raise ValueError("allowed: the path of a PEM file, not the key itself")
    return Path(text)


def public_url(text: str) -> str:
    """The base of links, without a slash at its end."""
    if not text.isascii() or re.search(r"[\s<>\"{}]", text):
        raise ValueError("allowed: plain ASCII without spaces")
    parts, _ = split_address(text, "allowed: an address like https://anzen.example.jp")
    if parts.scheme not in ("http", "https") or parts.query or parts.fragment or parts.username is not None:
        raise ValueError("allowed: an address like https://anzen.example.jp")
    return text.rstrip("/")


def names(text: str) -> tuple[str, ...]:
    found = tuple(n.strip() for n in text.split(",") if n.strip())
    if any(not re.fullmatch(r"[a-z0-9-]+", n) for n in found):
        raise ValueError("allowed: names of notice templates, comma-separated")
    return found


def networks(text: str) -> tuple[str, ...]:
    """Addresses and networks; none at all is written `none`."""
    found = tuple(n.strip() for n in text.split(",") if n.strip())
    if found == ("none",):
        return ()
    try:
        for each in found:
            ipaddress.ip_network(each)
    except ValueError:
        raise ValueError("allowed: comma-separated addresses and networks like 10.0.0.5,fd00::/8, or none") from None
    return found


def check_levels(text: str) -> tuple[str, ...]:
    """Each `rule=level`; which rules there are is not known here."""
    found = tuple(pair.strip() for pair in text.split(",") if pair.strip())
    if any(not re.fullmatch(r"[a-z-]+=(?:block|warn)", pair) for pair in found):
        raise ValueError("allowed: names of checks with block or warn, like call-consent=warn, comma-separated")
    return found


def secrets_list(text: str) -> tuple[str, ...]:
    found = tuple(s.strip() for s in text.split(",") if s.strip())
    if any(len(s) < _SECRET_LENGTH for s in found):
        raise ValueError(f"allowed: comma-separated secrets of at least {_SECRET_LENGTH} characters each")
    return found


def database_url(text: str) -> str:
    """Empty is the file in the data folder. A database in memory would be another one in each process."""
    if not text or (re.fullmatch(r"sqlite:///[^?#\s]+", text) and not text.endswith(":memory:")):
        return text
    try:
        if make_url(text).drivername == "postgresql+psycopg":
            return text
    except (ArgumentError, ValueError):
        pass
    raise ValueError("allowed: sqlite:///path or postgresql+psycopg://user:pw@host/name") from None


def relays(text: str) -> tuple[Relay, ...]:
    return tuple(_relay(item.strip()) for item in text.split(",") if item.strip())


def _relay(text: str) -> Relay:
    form = (
        "allowed: smtp+starttls://host:port, smtps://user:pw@host, smtp://host:port, each with ?connections=N or such"
    )
    parts, host = split_address(text, form)
    if parts.scheme not in list(Security) or parts.path not in ("", "/") or parts.fragment:
        raise ValueError(form)
    security, port = Security(parts.scheme), parts.port
    if (parts.username is None) != (parts.password is None):
        raise ValueError("allowed: a relay's user and password come together")
    if security is Security.CLEAR and not may_be_clear(host):
        raise ValueError("allowed: smtp:// in clear goes to loopback and private addresses only")
    default_port = {Security.TLS: 465, Security.STARTTLS: 587, Security.CLEAR: 25}[security]
    return Relay(
        host=host,
        port=port or default_port,
        security=security,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        **_relay_options(parts.query),
    )


def split_address(text: str, form: str) -> tuple[SplitResult, str]:
    """The standard library's own complaints are not passed on: they may quote a password."""
    try:
        parts = urlsplit(text)
        if parts.hostname and _HOST.fullmatch(parts.hostname) and parts.port != 0:
            return parts, parts.hostname
    except ValueError:
        pass
    raise ValueError(form) from None


def _relay_options(query: str) -> dict[str, int]:
    given = parse_qs(query, keep_blank_values=True)
    if set(given) - set(_RELAY_OPTIONS):
        raise ValueError("allowed: the options of a relay are " + ", ".join(_RELAY_OPTIONS))
    found = {"connections": 10}
    for name, texts in given.items():
        least, most = _RELAY_OPTIONS[name]
        [text, *more] = texts
        if more or not re.fullmatch(r"0|[1-9][0-9]{0,6}", text) or not least <= int(text) <= most:
            raise ValueError(f"allowed: {name} once, from {least} to {most}")
        found[name] = int(text)
    return found


def may_be_clear(host: str) -> bool:
    """Only an address written out can be known to be loopback or private; a name could lead anywhere."""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_private


def is_this_machine(host: str) -> bool:
    """Loopback, written as an address or as `localhost`."""
    return host == "localhost" or (may_be_clear(host) and ipaddress.ip_address(host).is_loopback)
