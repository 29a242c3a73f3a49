"""Settings: one frozen object, read from the environment or `.env`, validated at load, shown without secrets."""

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from foundation.imap_account import ImapAccount, imap_account
from foundation.setting_values import (
    Counting,
    HostPort,
    OneTimeCodes,
    Relay,
    SettingInvalid,
    at_least,
    check_levels,
    choice,
    count,
    database_url,
    duration,
    host_port,
    key_file,
    mail_domain,
    names,
    networks,
    optional,
    public_url,
    relays,
    secrets_list,
    selector,
)


class Mode(StrEnum):
    """`practice` opens no connection to an outside mail server; `live` sends."""

    PRACTICE = "practice"
    LIVE = "live"


def _setting(name: str, default: str, parse: Callable[[str], Any], *, secret: bool = False) -> Any:
    return field(
        repr=not secret, metadata={"name": f"HANSHO_{name}", "default": default, "parse": parse, "secret": secret}
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is in force. Every name is documented in docs/settings.md (a test compares the two)."""

    mode: Mode = _setting("MODE", "practice", choice(Mode))
    data: Path = _setting("DATA", "var", Path)
    database_url: str = _setting("DATABASE_URL", "", database_url, secret=True)
    town: Path | None = _setting("TOWN", "", optional(Path))
    public_url: str = _setting("PUBLIC_URL", "http://127.0.0.1:8000", public_url)
    web_listen: HostPort = _setting("WEB_LISTEN", "127.0.0.1:8000", host_port)
    admin_listen: HostPort | None = _setting("ADMIN_LISTEN", "", optional(host_port))
    trusted_proxies: tuple[str, ...] = _setting("TRUSTED_PROXIES", "127.0.0.1,::1", networks)
    smtp_listen: HostPort = _setting("SMTP_LISTEN", "127.0.0.1:8025", host_port)
    lmtp_listen: HostPort | None = _setting("LMTP_LISTEN", "", optional(host_port))
    imap: ImapAccount | None = _setting("IMAP", "", optional(imap_account), secret=True)
    dkim_key: Path | None = _setting("DKIM_KEY", "", optional(key_file), secret=True)
    dkim_selector: str | None = _setting("DKIM_SELECTOR", "", optional(selector))
    dkim_domain: str | None = _setting("DKIM_DOMAIN", "", optional(mail_domain))  # none: the mail domain
    authserv_id: str | None = _setting("AUTHSERV_ID", "", optional(mail_domain))  # none: answers by caps alone
    mail_domain: str = _setting("MAIL_DOMAIN", "mail.example.jp", mail_domain)
    relays: tuple[Relay, ...] = _setting("RELAYS", "", relays, secret=True)
    pacing: str = _setting("PACING", "", str)  # empty: the shipped carrier groups; else `off` or a file
    hours: str = _setting("HOURS", "", str)  # empty: the town's own
    hours_grace: timedelta = _setting("HOURS_GRACE", "60m", duration)
    hold: timedelta = _setting("HOLD", "60", duration)
    bounce_days: int = _setting("BOUNCE_DAYS", "3", count)
    bounce_counting: Counting = _setting("BOUNCE_COUNTING", "delivery-days", choice(Counting))
    solo_notices: tuple[str, ...] = _setting("SOLO_NOTICES", "", names)
    check_levels: tuple[str, ...] = _setting("CHECK_LEVELS", "", check_levels)
    erase_after: timedelta = _setting("ERASE_AFTER", "28d", duration)
    redact_after: timedelta = _setting("REDACT_AFTER", "7d", duration)
    voice_days: int = _setting("VOICE_DAYS", "10", count)
    voice_contact_kept: timedelta = _setting("VOICE_CONTACT_KEPT", "90d", at_least(7))
    rows_kept: timedelta = _setting("ROWS_KEPT", "90d", at_least(30))
    one_time_codes: OneTimeCodes | None = _setting("ONE_TIME_CODES", "", optional(choice(OneTimeCodes)))
    secret: tuple[str, ...] = _setting("SECRET", "", secrets_list, secret=True)

    @property
    def url(self) -> str:
        """Where the database is: as set, or the one file in the data folder."""
        return self.database_url or f"sqlite:///{self.data / 'hansho.db'}"

    @property
    def codes_required(self) -> bool:
        """Whether approvers and managers must sign in with one-time codes: always in live mode."""
        return self.mode is Mode.LIVE or self.one_time_codes is OneTimeCodes.REQUIRED


def load(environment: Mapping[str, str]) -> Settings:
    """Raises SettingInvalid, one line that names the setting and says what is allowed."""
    known = {f.metadata["name"]: f for f in fields(Settings)}
    for name in environment:
        if name.startswith("HANSHO_") and name not in known:
            raise SettingInvalid(name, "no such setting", "docs/settings.md lists them")
    settings = Settings(**{f.name: _parse(f, environment.get(name)) for name, f in known.items()})
    _signs_or_not(settings)
    if settings.mode is Mode.LIVE:
        _fit_for_live(settings)
    return settings


def shown(settings: Settings) -> dict[str, str]:
    """Names and values for people to read; secrets appear only as set or not set."""
    return {f.metadata["name"]: _shown(f, getattr(settings, f.name)) for f in fields(settings)}


def _parse(setting: Field[Any], given: str | None) -> Any:
    text = (given or "").strip() or setting.metadata["default"]
    try:
        return setting.metadata["parse"](text)
    except ValueError as reason:
        value = "…" if setting.metadata["secret"] else repr(text)
        raise SettingInvalid(setting.metadata["name"], f"{value} does not serve", str(reason)) from None


def _shown(setting: Field[Any], value: Any) -> str:
    if setting.metadata["secret"]:
        return "(set)" if value else "(not set)"
    if isinstance(value, tuple):
        return ",".join(str(v) for v in value)
    if isinstance(value, timedelta):
        return f"{int(value.total_seconds())}s"
    return "" if value is None else str(value)


def _signs_or_not(settings: Settings) -> None:
    wanted = {"KEY": settings.dkim_key, "SELECTOR": settings.dkim_selector, "DOMAIN": settings.dkim_domain}
    for name in ("KEY", "SELECTOR"):
        if any(wanted.values()) and not wanted[name]:
            raise SettingInvalid(f"HANSHO_DKIM_{name}", "missing", "signing takes a key and a selector")
    domain = settings.dkim_domain
    if domain and not f".{settings.mail_domain}".endswith(f".{domain}"):
        allowed = f"allowed: {settings.mail_domain} (HANSHO_MAIL_DOMAIN) or a domain that it lies under"
        raise SettingInvalid("HANSHO_DKIM_DOMAIN", f"{domain!r} does not serve", allowed)


def _fit_for_live(settings: Settings) -> None:
    if not settings.secret:
        raise SettingInvalid("HANSHO_SECRET", "missing", "required in live mode, at least 16 characters")
    if not settings.relays:
        raise SettingInvalid("HANSHO_RELAYS", "missing", "live mode needs at least one smtp+starttls://host:port")
    if settings.one_time_codes is OneTimeCodes.OFFERED:
        raise SettingInvalid("HANSHO_ONE_TIME_CODES", "'offered' does not serve", "allowed in live mode: required")
