"""Tokens: stateless ones are a keyed hash over an opaque number, single-use ones are random and stored hashed."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

MAC_OCTETS = 10  # 80 bits: short enough for a local part, far too many to guess over SMTP or HTTP.
RANDOM_OCTETS = 20


class Keyring:
    """The service's secrets: the first signs, all verify, so that a secret can be replaced without a gap."""

    def __init__(self, secrets_: Sequence[str]) -> None:
        if not secrets_:
            raise ValueError("a keyring needs at least one secret")
        self._keys = [hashlib.sha256(s.encode()).digest() for s in secrets_]

    def sign(self, purpose: str, number: int) -> str:
        """Lower-case base32 without padding, at most 29 characters; a token of one purpose is none of another."""
        payload = _octets(number)
        return _base32(payload + _mac(self._keys[0], purpose, payload))

    def read(self, purpose: str, token: str) -> int | None:
        """The number, or None for anything that we did not sign for this purpose."""
        if len(token) > 40:
            return None
        try:
            text = token.upper()
            octets = base64.b32decode(text + "=" * (-len(text) % 8))
        except ValueError:
            return None
        payload, mac = octets[:-MAC_OCTETS], octets[-MAC_OCTETS:]
        if not payload or len(mac) != MAC_OCTETS:
            return None
        # A second spelling of one token (stray bits at the end) is not accepted.
        if _base32(octets) != token.lower() or _octets(int.from_bytes(payload)) != payload:
            return None
        if any(hmac.compare_digest(_mac(key, purpose, payload), mac) for key in self._keys):
            return int.from_bytes(payload)
        return None

    def blind(self, purpose: str, text: str) -> str:
        """A keyed fingerprint of a personal value (hex), to count by without holding the value itself."""
        return hmac.new(self._keys[0], f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def random_token() -> str:
    """A new single-use token, 32 characters of lower-case base32."""
    return _base32(secrets.token_bytes(RANDOM_OCTETS))


def fingerprint(token: str) -> str:
    """What is stored of a random token (SHA-256, hex): whoever reads the database cannot use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _mac(key: bytes, purpose: str, payload: bytes) -> bytes:
    return hmac.new(key, purpose.encode() + b"\0" + payload, hashlib.sha256).digest()[:MAC_OCTETS]


def _octets(number: int) -> bytes:
    if number < 0:
        raise ValueError("only numbers of zero and above are signed")
    return number.to_bytes(max(1, (number.bit_length() + 7) // 8))


def _base32(octets: bytes) -> str:
    return base64.b32encode(octets).decode().rstrip("=").lower()
