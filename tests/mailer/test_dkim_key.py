"""Keys for DKIM: which are taken, which are not and why, and what is told to DNS."""

from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
)

from mailer.dkim_key import DkimKey, DkimKeyUnfit

Private = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


@pytest.fixture(scope="module")
def large() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem(private: Private, lock: KeySerializationEncryption | None = None) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock or NoEncryption())


def small() -> rsa.RSAPrivateKey:
    """Of two primes of Mersenne's: 648 bits."""
    p, q, e = 2**521 - 1, 2**127 - 1, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=rsa.rsa_crt_dmp1(d, p),
        dmq1=rsa.rsa_crt_dmq1(d, q),
        iqmp=rsa.rsa_crt_iqmp(p, q),
        public_numbers=rsa.RSAPublicNumbers(e, p * q),
    )
    return numbers.private_key()


def test_an_rsa_key_is_read_and_told_in_strings_that_dns_can_hold(large: rsa.RSAPrivateKey, tmp_path: Path) -> None:
    path = tmp_path / "dkim.pem"
    path.write_bytes(pem(large))

    key = DkimKey.read(path)

    strings = key.record()
    text = "".join(strings)
    public = load_der_public_key(b64decode(text.partition("p=")[2]))
    assert isinstance(public, rsa.RSAPublicKey)
    assert public.public_numbers() == large.public_key().public_numbers()
    assert text.startswith("v=DKIM1; k=rsa; p=")
    assert [len(string) <= 255 for string in strings] == [True, True]
    assert key.algorithm == "rsa-sha256"
    assert key.weakness is None
    assert key.proves_itself()


def test_the_form_that_openssl_wrote_for_years_is_read_too(large: rsa.RSAPrivateKey) -> None:
    old = large.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())

    assert DkimKey.parse(old).record() == DkimKey(large).record()


def test_an_ed25519_key_is_told_as_its_bare_32_octets() -> None:
    private = ed25519.Ed25519PrivateKey.generate()

    key = DkimKey.parse(pem(private))

    (text,) = key.record()
    assert text.startswith("v=DKIM1; k=ed25519; p=")
    assert b64decode(text.partition("p=")[2]) == private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    assert key.algorithm == "ed25519-sha256"
    assert key.weakness is None
    assert key.proves_itself()


def test_a_key_of_1024_bits_serves_with_a_word_about_it() -> None:
    weak = rsa.generate_private_key(65537, 1024)  # noqa: S505 -- the weak one is what this is about

    key = DkimKey.parse(pem(weak))

    assert key.weakness is not None
    assert "1024" in key.weakness


def test_what_cannot_sign_is_refused_with_its_reason(large: rsa.RSAPrivateKey) -> None:
    public = large.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    cases = [
        (pem(small()), "648 bits"),
        (pem(large, BestAvailableEncryption(b"password")), "encrypted"),
        (pem(ec.generate_private_key(ec.SECP256R1())), "neither"),
        (public, "no private key"),
        (b"", "no private key"),
        (b"\xff\x00", "no private key"),
        (pem(large)[:600], "no private key"),
    ]

    for given, reason in cases:
        with pytest.raises(DkimKeyUnfit, match=reason) as refused:
            DkimKey.parse(given)
        assert "BEGIN" not in str(refused.value)


def test_a_key_whose_halves_do_not_fit_does_not_prove_itself(
    large: rsa.RSAPrivateKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(DkimKey, "sign", lambda _key, _digest: bytes(64))

    assert not DkimKey(large).proves_itself()
    assert not DkimKey(ed25519.Ed25519PrivateKey.generate()).proves_itself()


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    for path in (tmp_path / "none.pem", tmp_path):
        with pytest.raises(DkimKeyUnfit, match="cannot be read") as refused:
            DkimKey.read(path)
        assert "\n" not in str(refused.value)
