"""Settings: right ones are read, a wrong one is one line that names it, secrets are never shown."""

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from foundation.setting_values import Counting, HostPort, SettingInvalid
from foundation.settings import Mode, Settings, load, shown

SECRET = "a secret of sixteen"
LIVE = {
    "HANSHO_MODE": "live",
    "HANSHO_SECRET": SECRET,
    "HANSHO_RELAYS": "smtps://hansho:pass%40word@relay.example.jp?connections=4",
}
WRONG = {
    "HANSHO_MODE": ["test", "practise", "live,practice"],
    "HANSHO_DATABASE_URL": [
        *("mysql://db/x", "postgresql://db/x", "sqlite://", "sqlite:///:memory:", "nonsense", "postgresql+psycopg//x"),
    ],
    "HANSHO_PUBLIC_URL": [
        *("anzen.example.jp", "ftp://x.jp", "http://", "https://x.jp/?a=b", "https://x.jp/#a", "https://あ.jp"),
        *("https://x.jp:99999", "https://u:p@x.jp", "https://x.jp/{me}", "https://x .jp", "https://[::1"),
    ],
    "HANSHO_WEB_LISTEN": ["8000", "127.0.0.1", "127.0.0.1:99999", ":8000", "a b:1", "::1:8000"],
    "HANSHO_ADMIN_LISTEN": ["8001"],
    "HANSHO_TRUSTED_PROXIES": ["*", "proxy.example.jp", "10.0.0.1/8", "10.0.0.256", "none,10.0.0.1"],
    "HANSHO_SMTP_LISTEN": ["smtp"],
    "HANSHO_LMTP_LISTEN": ["lmtp"],
    "HANSHO_IMAP": [
        *(
            "imap.example.jp",
            "imaps://imap.example.jp/INBOX",
            "imaps://user@h/INBOX",
            "imaps://:pw@h/INBOX",
            "imaps://",
        ),
        *("imap://user:pw@imap.example.jp", "imap://user:pw@8.8.8.8", "pop3://user:pw@h", "imaps://user:pw@h?a=b"),
        *("imaps://user:p%0D%0Aw@h", "imaps://user:pw@h/IN%00BOX", "imaps://user:pw@h:0", "imaps://user:pw@h#x"),
        *("imap+starttls://user:pw@h:993", "imaps://user:pw@[::1"),
    ],
    "HANSHO_MAIL_DOMAIN": ["example", "a@example.jp", "-a.jp", "a..jp", "あ.jp", "a." * 100 + "jp"],
    "HANSHO_DKIM_KEY": ["-----BEGIN PRIVATE KEY-----", "a\nb"],
    "HANSHO_DKIM_SELECTOR": ["a b", "-a", "a..b", "_a", "鍵", "a" * 64],
    "HANSHO_AUTHSERV_ID": ["mx", "a@example.jp", "mx.example.jp; none"],
    "HANSHO_DKIM_DOMAIN": ["jp", "a@example.jp"],
    "HANSHO_RELAYS": [
        *("relay.example.jp", "http://relay", "smtp://relay.example.jp", "smtp://8.8.8.8", "smtps://h:0"),
        *("smtps://h:99999", "smtps://h?connections=0", "smtps://h?connections=x", "smtps://h?tls=no", "smtps://h/x"),
        *("smtps://user@h", "smtps://", "smtps://h h", "smtps://[::1", "smtps://h#x"),
    ],
    "HANSHO_HOURS_GRACE": ["-1m", "an hour", "1.5h", "60 minutes", "9999999d"],
    "HANSHO_HOLD": ["soon"],
    "HANSHO_BOUNCE_DAYS": ["0", "-3", "three", "3.0"],
    "HANSHO_BOUNCE_COUNTING": ["days"],
    "HANSHO_SOLO_NOTICES": ["Earth Quake", "a/b"],
    "HANSHO_CHECK_LEVELS": ["call-consent", "call-consent=off", "call-consent:warn", "Call=warn"],
    "HANSHO_ERASE_AFTER": ["4w"],
    "HANSHO_REDACT_AFTER": ["1w", "never"],
    "HANSHO_VOICE_DAYS": ["0", "ten", "-1"],
    "HANSHO_VOICE_CONTACT_KEPT": ["6d", "90", "for ever"],
    "HANSHO_ROWS_KEPT": ["29d", "90", "soon"],
    "HANSHO_ONE_TIME_CODES": ["yes", "off"],
    "HANSHO_SECRET": ["short", f"{SECRET},short"],
}


def test_nothing_set_is_practice_with_everything_in_its_place() -> None:
    settings = load({})

    assert settings.mode is Mode.PRACTICE
    assert settings.web_listen == HostPort("127.0.0.1", 8000)
    assert settings.url == "sqlite:///var/hansho.db"
    assert (settings.hours_grace, settings.hold) == (timedelta(hours=1), timedelta(seconds=60))
    assert (settings.bounce_days, settings.bounce_counting) == (3, Counting.DELIVERY_DAYS)
    assert (settings.relays, settings.secret, settings.admin_listen, settings.town) == ((), (), None, None)


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_a_wrong_value_is_one_line_that_names_the_setting_and_says_what_is_allowed(name: str, value: str) -> None:
    with pytest.raises(SettingInvalid) as problem:
        load({name: value})

    said = str(problem.value)
    assert said.startswith(f"{name}: ")
    assert "allowed" in said
    assert "\n" not in said


def test_every_setting_that_can_be_wrong_is_tried() -> None:
    # Read where their files and words are understood.
    free = {"HANSHO_DATA", "HANSHO_TOWN", "HANSHO_HOURS", "HANSHO_PACING"}

    assert {field.metadata["name"] for field in fields(Settings)} == set(WRONG) | free


def test_a_setting_nobody_knows_stops_the_start() -> None:
    with pytest.raises(SettingInvalid, match="HANSHO_MOOD: no such setting"):
        load({"HANSHO_MOOD": "good", "PATH": "/bin"})


@pytest.mark.parametrize("missing", ["HANSHO_SECRET", "HANSHO_RELAYS"])
def test_live_mode_needs_a_secret_and_a_relay(missing: str) -> None:
    with pytest.raises(SettingInvalid, match=f"{missing}: missing"):
        load({**LIVE, missing: " "})


def test_one_time_codes_are_always_required_in_live_mode_and_offered_in_practice() -> None:
    assert load(LIVE).codes_required
    assert not load({}).codes_required
    assert load({"HANSHO_ONE_TIME_CODES": "required"}).codes_required
    with pytest.raises(SettingInvalid, match=r"HANSHO_ONE_TIME_CODES: .*allowed in live mode: required"):
        load({**LIVE, "HANSHO_ONE_TIME_CODES": "offered"})


def test_signing_takes_a_key_and_a_selector() -> None:
    whole = {"HANSHO_DKIM_KEY": "dkim.pem", "HANSHO_DKIM_SELECTOR": "Bell", "HANSHO_DKIM_DOMAIN": "example.jp"}

    settings = load(whole)

    assert (settings.dkim_key, settings.dkim_selector, settings.dkim_domain) == (Path("dkim.pem"), "bell", "example.jp")
    assert load({**whole, "HANSHO_DKIM_DOMAIN": ""}).dkim_domain is None
    for name in ("HANSHO_DKIM_KEY", "HANSHO_DKIM_SELECTOR"):
        with pytest.raises(SettingInvalid, match=f"{name}: missing"):
            load({**whole, name: ""})


@pytest.mark.parametrize("domain", ["example.com", "ail.example.jp", "a.mail.example.jp"])
def test_nobody_signs_in_the_name_of_another(domain: str) -> None:
    signing = {"HANSHO_DKIM_KEY": "dkim.pem", "HANSHO_DKIM_SELECTOR": "bell"}

    with pytest.raises(SettingInvalid, match=r"HANSHO_DKIM_DOMAIN: .*allowed: mail\.example\.jp"):
        load({**signing, "HANSHO_DKIM_DOMAIN": domain})


def test_secrets_are_never_shown() -> None:
    settings = load(
        {
            **LIVE,
            "HANSHO_DATABASE_URL": "postgresql+psycopg://u:pass-word@db/hansho",
            "HANSHO_IMAP": "imaps://taro:pass%2Fword@imap.example.jp",
        }
    )

    told = f"{shown(settings)} {settings!r} {settings.relays!r} {settings.relays[0]} {settings.imap!r} {settings.imap}"
    assert not [secret for secret in (SECRET, "pass@word", "pass%40word", "pass-word", "pass/word") if secret in told]
    assert shown(settings)["HANSHO_SECRET"] == "(set)"
    assert shown(load({}))["HANSHO_SECRET"] == "(not set)"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HANSHO_SECRET", "hush"),
        ("HANSHO_DKIM_KEY", "-----BEGIN PRIVATE KEY-----\nhush"),
        ("HANSHO_RELAYS", "smtps://user:hush@h?connections=x"),
        ("HANSHO_IMAP", "imap://user:hush@imap.example.jp"),
        ("HANSHO_IMAP", "imaps://user:hush@[::1"),
        ("HANSHO_RELAYS", "smtps://user:hush／@h"),
        ("HANSHO_RELAYS", "smtps://user:hush"),
        ("HANSHO_RELAYS", "smtps://user:hush/word@h"),
        ("HANSHO_DATABASE_URL", "mysql://u:hush@db/x"),
    ],
)
def test_a_secret_that_does_not_serve_is_not_shown_either(name: str, value: str) -> None:
    with pytest.raises(SettingInvalid) as problem:
        load({name: value})

    assert "hush" not in str(problem.value)


def test_values_are_shown_as_a_person_would_write_them(tmp_path: Path) -> None:
    settings = load(
        {
            "HANSHO_DATA": str(tmp_path),
            "HANSHO_SOLO_NOTICES": "earthquake, evacuation",
            "HANSHO_LMTP_LISTEN": "[::1]:24",
            "HANSHO_ERASE_AFTER": "2d",
        }
    )

    told = shown(settings)
    assert told["HANSHO_SOLO_NOTICES"] == "earthquake,evacuation"
    assert told["HANSHO_LMTP_LISTEN"] == "[::1]:24"
    assert told["HANSHO_ERASE_AFTER"] == "172800s"
    assert told["HANSHO_ADMIN_LISTEN"] == ""
    assert settings.url == f"sqlite:///{tmp_path}/hansho.db"
