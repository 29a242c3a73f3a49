"""Who signs our letters: what the settings say about DKIM, and the town file about From, put together."""

from foundation.setting_values import SettingInvalid
from foundation.settings import Mode, Settings
from mailer.alignment import may_align
from mailer.dkim_key import DkimKey, DkimKeyUnfit
from mailer.dkim_signature import DkimSigner


def signer_of(settings: Settings) -> DkimSigner | None:
    """None where the relay signs, if anybody. Raises SettingInvalid when the key cannot be used."""
    if settings.dkim_key is None or settings.dkim_selector is None:
        return None
    try:
        key = DkimKey.read(settings.dkim_key)
    except DkimKeyUnfit as problem:
        allowed = "allowed: a PEM file with an RSA key of 1024 bits and more or an Ed25519 key, without a password"
        raise SettingInvalid("HANSHO_DKIM_KEY", f"the key {problem}", allowed) from None
    return DkimSigner(key, settings.dkim_domain or settings.mail_domain, settings.dkim_selector)


def worries(settings: Settings, from_address: str) -> list[str]:
    """What is said at the start in live mode, once, and does not stop it. Raises SettingInvalid."""
    if settings.mode is not Mode.LIVE:
        return []
    signer = signer_of(settings)
    said = [misalignment(settings, from_address), signer.key.weakness if signer else None]
    return [line for line in said if line is not None]


def misalignment(settings: Settings, from_address: str) -> str | None:
    """What a person should hear when From can align neither with the return path (SPF) nor with our signature (DKIM):
    receivers that follow DMARC may refuse or hide such mail."""
    shown = from_address.rpartition("@")[2]
    domains = dict.fromkeys([settings.mail_domain, settings.dkim_domain or settings.mail_domain])
    if any(may_align(shown, domain) for domain in domains):
        return None
    return (
        f"From ({from_address}, in the town file) cannot align with {' or '.join(domains)}: neither lies under the "
        "other, so receivers may refuse the mail (DMARC, RFC 7489); where both are yours under one domain, sign for "
        "that one with HANSHO_DKIM_DOMAIN"
    )
