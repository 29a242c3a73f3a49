"""Tokens: stateless ones are a keyed hash over an opaque number, single-use ones are random and stored hashed."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence

MAC_OCTETS = 10  # 80 bits: short enough for a local part, far too many to guess over SMTP or HTTP.
RANDOM_OCTETS = 20
LONGEST_TOKEN = 29  # a number of eight octets and its code


class Keyring:
    """The service's secrets: the first signs, all verify, so that a secret can be replaced without a gap."""

    def __init__(self, secrets_: Sequence[str]) -> None:
        if not secrets_:
            raise ValueError("a keyring needs at least one secret")
        self._keys = [hashlib.sha256(s.encode()).digest() for s in secrets_]
        self._spelled = _speller()
        self._signers: dict[str, Callable[[int], bytes]] = {}

    def sign(self, purpose: str, number: int) -> str:
        """Lower-case base32 without padding, at most 29 characters; a token of one purpose is none of another."""
        return self.signer(purpose)(number).decode()

    def signer(self, purpose: str) -> Callable[[int], bytes]:
        """What signs for one purpose, many times: the tokens of `sign` as ASCII."""
        signer = self._signers.get(purpose)
        if signer is None:
            signer = self._signers[purpose] = self._new_signer(purpose)
        return signer

    def _new_signer(self, purpose: str) -> Callable[[int], bytes]:
        begun, spelled = _code(self._keys[0], purpose), self._spelled

        def sign(number: int) -> bytes:
            payload = _octets(number)
            code = begun.copy()
            code.update(payload)
            return spelled(payload + code.digest())

        return sign

    def read(self, purpose: str, token: str) -> int | None:
        """The number, or None for anything that we did not sign for this purpose."""
        if len(token) > LONGEST_TOKEN:
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
        for key in self._keys:
            code = _code(key, purpose)
            code.update(payload)
            if hmac.compare_digest(code.digest(), mac):
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


def _code(key: bytes, purpose: str) -> "hashlib.blake2b":
    """Keyed BLAKE2b (RFC 7693) before it has heard the number: each purpose has a key of its own, made from ours."""
    own = hashlib.blake2b(purpose.encode(), key=key, digest_size=hashlib.blake2b.MAX_KEY_SIZE).digest()
    return hashlib.blake2b(key=own, digest_size=MAC_OCTETS)


def _octets(number: int) -> bytes:
    if not 0 <= number < 1 << 64:
        raise ValueError("only numbers of zero and above, of at most 64 bits, are signed")
    return number.to_bytes((number.bit_length() + 7) // 8 or 1)


def _base32(octets: bytes) -> str:
    return base64.b32encode(octets).decode().rstrip("=").lower()


def _speller() -> Callable[[bytes], bytes]:
    """The same base32 for up to 20 octets, three times as fast: instead of a loop over the characters, all of their
    five bits are drawn apart at once, half from half, until each stands in an octet of its own."""
    (low16, high16), (low8, high8), (low4, high4), (low2, high2), (low1, high1) = (
        _halves(characters) for characters in (16, 8, 4, 2, 1)
    )
    alphabet = b"abcdefghijklmnopqrstuvwxyz234567" * 8

    def spelled(octets: bytes) -> bytes:
        bits = 8 * len(octets)
        characters = (bits + 4) // 5
        n = int.from_bytes(octets) << 5 * characters - bits
        n = n & low16 | (n & high16) << 48
        n = n & low8 | (n & high8) << 24
        n = n & low4 | (n & high4) << 12
        n = n & low2 | (n & high2) << 6
        n = n & low1 | (n & high1) << 3
        return n.to_bytes(characters).translate(alphabet)

    return spelled


def _halves(characters: int) -> tuple[int, int]:
    """Masks for the lower and the upper half of each unit of twice so many characters, units being as far apart as
    octets are."""
    bits = 5 * characters
    half = (1 << bits) - 1
    low = sum(half << place for place in range(0, 256, 16 * characters))
    return low, low << bits
