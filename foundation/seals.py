"""Seals: short texts that are kept encrypted in the database, with keys made from the service's secrets."""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from foundation.tokens import Keyring

_NONCE = 12  # octets, NIST SP 800-38D section 8.2


def seal(keyring: Keyring, purpose: str, text: str, *, about: str) -> str:
    """AES-256-GCM. `about` names the row: a sealed text copied into another row does not open there."""
    nonce = secrets.token_bytes(_NONCE)
    sealed = AESGCM(keyring.keys_for(purpose)[0]).encrypt(nonce, text.encode(), about.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def unseal(keyring: Keyring, purpose: str, sealed: str, *, about: str) -> str | None:
    """None where no secret of the service opens it: dropped from HANSHO_SECRET, or the text was changed."""
    try:
        octets = base64.urlsafe_b64decode(sealed)
    except (binascii.Error, ValueError):
        return None
    for key in keyring.keys_for(purpose):
        try:
            return AESGCM(key).decrypt(octets[:_NONCE], octets[_NONCE:], about.encode()).decode()
        except (InvalidTag, ValueError):
            continue
    return None
