"""Certificates for the tests: an authority of their own, and what a relay shows by it."""

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FAR_OFF = datetime(2120, 1, 1, tzinfo=UTC)


class Authority:
    """Signs with a key that lives as long as the test; files lie in `folder` because `ssl` wants them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("the authority of the tests")
        usage = x509.BasicConstraints(ca=True, path_length=0)
        self._certificate = _draft(self._name, self._name, self._key, FAR_OFF).add_extension(usage, critical=True)
        self._pem = _pem(self._certificate.sign(self._key, hashes.SHA256()))

    def trusting(self) -> ssl.SSLContext:
        """What a client has who trusts this authority and no other."""
        return ssl.create_default_context(cadata=self._pem.decode())

    def relay(
        self, *, host: str = "127.0.0.1", until: datetime = FAR_OFF, is_self_signed: bool = False
    ) -> ssl.SSLContext:
        """What a relay shows that is called so."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self.files(host, until=until, is_self_signed=is_self_signed))
        return context

    def files(self, host: str, *, until: datetime = FAR_OFF, is_self_signed: bool = False) -> tuple[Path, Path]:
        """The certificate and its key, for a server that reads them itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name(host)
        issuer, signer = (name, key) if is_self_signed else (self._name, self._key)
        draft = _draft(name, issuer, key, until).add_extension(
            x509.SubjectAlternativeName([_spoken(host)]), critical=False
        )
        stem = self._folder / f"{x509.random_serial_number():x}"
        chain, secret = stem.with_suffix(".crt"), stem.with_suffix(".key")
        chain.write_bytes(_pem(draft.sign(signer, hashes.SHA256())))
        secret.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return chain, secret


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _spoken(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _draft(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(LONG_AGO - timedelta(days=1))
        .not_valid_after(until)
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
