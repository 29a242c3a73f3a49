"""Tokens: stateless ones are a keyed hash over an opaque number, single-use ones are random and stored hashed."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from functools import partial

CODE_LETTERS = 16  # 80 bits: short enough for a local part, far too many to guess over SMTP or HTTP.
RANDOM_OCTETS = 20
SHORTEST_TOKEN, LONGEST_TOKEN = 18, 30  # a number of 10 and of 64 bits, with its code

_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648 in lower case
_PAIRS = [(first + second).encode() for first in _BASE32 for second in _BASE32]
_FIVE_BITS = _BASE32.encode() * 8  # of each octet, as a letter
_DIGITS = str.maketrans(_BASE32, "0123456789abcdefghijklmnopqrstuv")  # as int() reads them


class Keyring:
    """The service's secrets: the first signs, all verify, so that a secret can be replaced without a gap."""

    def __init__(self, secrets_: Sequence[str]) -> None:
        if not secrets_:
            raise ValueError("a keyring needs at least one secret")
        self._keys = [hashlib.sha256(s.encode()).digest() for s in secrets_]
        self._signers: dict[str, Callable[[int], bytes]] = {}

    def sign(self, purpose: str, number: int) -> str:
        """Letters of lower-case base32, 18 to 30 of them: the number, then its code. A token of one purpose is none of
        another."""
        return self.signer(purpose)(number).decode()

    def signer(self, purpose: str) -> Callable[[int], bytes]:
        """What signs for one purpose, many times: the tokens of `sign` as ASCII."""
        signer = self._signers.get(purpose)
        if signer is None:
            signer = self._signers[purpose] = partial(_signed, _begun(self._keys[0], purpose))
        return signer

    def read(self, purpose: str, token: str) -> int | None:
        """The number, or None for anything that we did not sign for this purpose."""
        if not (SHORTEST_TOKEN <= len(token) <= LONGEST_TOKEN and token.isascii()):
            return None
        given = token.lower()
        try:
            number = int(given[:-CODE_LETTERS].translate(_DIGITS), 32)
            # Another spelling of the same number has another code, so it is not accepted.
            signed = [_signed(_begun(key, purpose), number).decode() for key in self._keys]
        except ValueError:
            return None
        return number if any(hmac.compare_digest(given, each) for each in signed) else None

    def keys_for(self, purpose: str) -> list[bytes]:
        """Keys of 32 octets for one purpose and no other, the signing secret's first."""
        return [
            hashlib.blake2b(purpose.encode(), key=key, digest_size=32, person=b"key").digest() for key in self._keys
        ]

    def blind(self, purpose: str, text: str) -> str:
        """A keyed fingerprint of a personal value (hex), to count by without holding the value itself."""
        return hmac.new(self._keys[0], f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def random_token() -> str:
    """A new single-use token, 32 characters of lower-case base32."""
    return _base32(secrets.token_bytes(RANDOM_OCTETS))


def fingerprint(token: str) -> str:
    """What is stored of a random token (SHA-256, hex): whoever reads the database cannot use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def _begun(key: bytes, purpose: str) -> "hashlib.blake2b":
    """Keyed BLAKE2b (RFC 7693) before it has heard the number: each purpose has a key of its own, made from ours."""
    own = hashlib.blake2b(purpose.encode(), key=key, digest_size=hashlib.blake2b.MAX_KEY_SIZE).digest()
    return hashlib.blake2b(key=own, digest_size=CODE_LETTERS)


def _signed(begun: "hashlib.blake2b", number: int) -> bytes:
    """Five bits of each octet of the code are kept: to spell them takes no arithmetic."""
    if not 0 <= number < 1 << 64:
        raise ValueError("only numbers of zero and above, of at most 64 bits, are signed")
    text = _PAIRS[number & 1023]
    while number := number >> 10:
        text = _PAIRS[number & 1023] + text
    code = begun.copy()
    code.update(text)
    return text + code.digest().translate(_FIVE_BITS)


def _base32(octets: bytes) -> str:
    return base64.b32encode(octets).decode().rstrip("=").lower()
