"""Who signs, and what is said at the start when From cannot align."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from foundation.clock import SystemClock
from foundation.setting_values import SettingInvalid
from foundation.settings import load
from mailer.letter import Letter, Recipient
from service.commands.serve import _check
from service.home import Home
from service.signing import misalignment, signer_of, worries

AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
LIVE = {
    "HANSHO_MODE": "live",
    "HANSHO_SECRET": "a secret of the tests",
    "HANSHO_RELAYS": "smtps://relay.example.jp",
    "HANSHO_MAIL_DOMAIN": "mail.city.example.jp",
}


def key_in(folder: Path, private: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | None = None) -> dict[str, str]:
    """The settings of a service that signs."""
    private = private or ed25519.Ed25519PrivateKey.generate()
    path = folder / "dkim.pem"
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    return {"HANSHO_DKIM_KEY": str(path), "HANSHO_DKIM_SELECTOR": "bell"}


def test_without_a_key_nothing_is_signed_here() -> None:
    assert signer_of(load({})) is None


def test_we_sign_for_the_mail_domain_or_for_the_one_above_it(tmp_path: Path) -> None:
    signing = {**LIVE, **key_in(tmp_path)}

    for_itself = signer_of(load(signing))
    for_all = signer_of(load({**signing, "HANSHO_DKIM_DOMAIN": "city.example.jp"}))

    assert for_itself is not None
    assert for_all is not None
    assert for_itself.record_name == "bell._domainkey.mail.city.example.jp"
    assert for_all.record_name == "bell._domainkey.city.example.jp"


def test_the_service_signs_what_it_writes_with_the_key_that_is_set(tmp_path: Path) -> None:
    home = Home(load({**LIVE, **key_in(tmp_path)}), SystemClock())

    raw = home.composer.octets(Letter("件名", "本文"), Recipient(1, "a@example.jp", None), at=AT)

    assert b"\r\n d=mail.city.example.jp;\r\n s=bell;" in raw


def test_a_key_that_cannot_be_used_stops_the_start_with_one_line(tmp_path: Path) -> None:
    signing = {**LIVE, **key_in(tmp_path)}
    (tmp_path / "dkim.pem").write_text("not a key")

    with pytest.raises(SettingInvalid) as problem:
        _check(Home(load(signing), SystemClock()))

    said = str(problem.value)
    assert said.startswith("HANSHO_DKIM_KEY: ")
    assert "\n" not in said
    assert "not a key" not in said


@pytest.mark.parametrize("domain", ["mail.city.example.jp", "city.example.jp", "anzen.mail.city.example.jp"])
def test_a_from_that_can_align_is_no_worry(domain: str) -> None:
    assert worries(load(LIVE), f"anzen@{domain}") == []


def test_sisters_align_once_we_sign_for_the_domain_above_both(tmp_path: Path) -> None:
    signing = {**LIVE, **key_in(tmp_path)}

    assert misalignment(load(signing), "anzen@bousai.city.example.jp") is not None
    assert misalignment(load({**signing, "HANSHO_DKIM_DOMAIN": "city.example.jp"}), "a@bousai.city.example.jp") is None


def test_a_from_that_cannot_align_is_one_line_at_the_start_in_live_mode(capsys: pytest.CaptureFixture[str]) -> None:
    _check(Home(load({**LIVE, "HANSHO_MAIL_DOMAIN": "example.com"}), SystemClock()))

    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "From (anzen-anshin@mail.example.jp, in the town file) cannot align with example.com" in said


def test_practice_mode_does_not_worry(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _check(Home(load({"HANSHO_MAIL_DOMAIN": "example.com", "HANSHO_DATA": str(tmp_path)}), SystemClock()))

    assert capsys.readouterr().err == ""


def test_a_weak_key_is_a_word_at_the_start(tmp_path: Path) -> None:
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 -- the weak one is what this is about

    (said,) = worries(load({**LIVE, **key_in(tmp_path, weak)}), "anzen@city.example.jp")

    assert "1024 bits" in said
