"""The key that DKIM signs with: read once from a PEM file, and the DNS record that tells its public half."""

from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

LEAST_BITS = 1024  # RFC 8301 section 3.2: verifiers must not take less,
USUAL_BITS = 2048  # and signers should use at least these
LONGEST_STRING = 255  # octets of one string in a TXT record, RFC 1035 section 3.3
_SAMPLE = bytes(32)


class DkimKeyUnfit(Exception):
    """No letter can be signed with what was given."""


@dataclass(frozen=True)
class DkimKey:
    """An RSA key (RFC 6376) or an Ed25519 key (RFC 8463)."""

    private: RSAPrivateKey | Ed25519PrivateKey

    @classmethod
    def read(cls, path: Path) -> "DkimKey":
        """Raises DkimKeyUnfit, with the reason in words."""
        try:
            return cls.parse(path.read_bytes())
        except OSError as problem:
            raise DkimKeyUnfit(f"cannot be read ({problem.strerror or type(problem).__name__})") from None

    @classmethod
    def parse(cls, pem: bytes) -> "DkimKey":
        """Raises DkimKeyUnfit, with the reason in words and nothing of the key."""
        try:
            private = load_pem_private_key(pem, password=None)
        except TypeError:
            raise DkimKeyUnfit("is encrypted; nobody is there to type a password at the start") from None
        except (ValueError, UnsupportedAlgorithm):
            raise DkimKeyUnfit("holds no private key in PEM") from None
        if not isinstance(private, RSAPrivateKey | Ed25519PrivateKey):
            raise DkimKeyUnfit("is neither an RSA nor an Ed25519 key")
        if isinstance(private, RSAPrivateKey) and private.key_size < LEAST_BITS:
            raise DkimKeyUnfit(f"is an RSA key of {private.key_size} bits; receivers take {LEAST_BITS} and more")
        return cls(private)

    @property
    def algorithm(self) -> str:
        """As `a=` has it."""
        return f"{self._kind}-sha256"

    @property
    def weakness(self) -> str | None:
        """What a person should hear of a key that serves for now."""
        if isinstance(self.private, RSAPrivateKey) and self.private.key_size < USUAL_BITS:
            return f"an RSA key of {self.private.key_size} bits is weak: make one of {USUAL_BITS} (RFC 8301)"
        return None

    def sign(self, digest: bytes) -> bytes:
        """The signature over a SHA-256 digest; the same for the same digest."""
        if isinstance(self.private, RSAPrivateKey):
            return self.private.sign(digest, PKCS1v15(), Prehashed(SHA256()))
        return self.private.sign(digest)

    def proves_itself(self) -> bool:
        """Whether the public half, as the record tells it, accepts what the private half signs."""
        signature = self.sign(_SAMPLE)
        try:
            if isinstance(self.private, RSAPrivateKey):
                self.private.public_key().verify(signature, _SAMPLE, PKCS1v15(), Prehashed(SHA256()))
            else:
                self.private.public_key().verify(signature, _SAMPLE)
        except InvalidSignature:
            return False
        return True

    def record(self) -> tuple[str, ...]:
        """The TXT record for `SELECTOR._domainkey.DOMAIN`, in strings that DNS can hold."""
        if isinstance(self.private, RSAPrivateKey):
            public = self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        else:
            public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        text = f"v=DKIM1; k={self._kind}; p={b64encode(public).decode()}"
        return tuple(text[place : place + LONGEST_STRING] for place in range(0, len(text), LONGEST_STRING))

    @property
    def _kind(self) -> str:
        return "rsa" if isinstance(self.private, RSAPrivateKey) else "ed25519"
