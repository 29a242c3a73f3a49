"""Tokens: what we signed we read, and nothing else."""

import hashlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.tokens import Keyring, fingerprint, random_token

OLD, NEW = "the secret of last year", "the secret of this year"
KEYRING = Keyring([OLD])
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648
numbers = st.integers(0, 2**63 - 1)


@given(numbers)
def test_a_token_reads_back_and_fits_a_local_part(number: int) -> None:
    token = KEYRING.sign("stop", number)

    assert KEYRING.read("stop", token) == number
    assert KEYRING.read("stop", token.upper()) == number
    assert re.fullmatch(r"(?:[a-z2-7]{2}){9,15}", token)


@given(st.integers(0, 2**64 - 1), st.text(st.characters(codec="utf-8"), max_size=20))
def test_a_token_is_a_number_and_a_keyed_hash_whoever_computes_it(number: int, purpose: str) -> None:
    pairs = max(1, -(-number.bit_length() // 10))
    spelled = "".join(LETTERS[number >> 5 * place & 31] for place in reversed(range(2 * pairs)))
    own = hashlib.blake2b(purpose.encode(), key=hashlib.sha256(OLD.encode()).digest()).digest()
    code = hashlib.blake2b(spelled.encode(), key=own, digest_size=16).digest()

    token = spelled + "".join(LETTERS[octet % 32] for octet in code)

    assert KEYRING.sign(purpose, number) == token
    assert KEYRING.signer(purpose)(number) == token.encode()
    assert KEYRING.read(purpose, token) == number


@given(numbers)
def test_a_token_of_one_purpose_is_none_of_another(number: int) -> None:
    assert KEYRING.read("me", KEYRING.sign("stop", number)) is None


@given(numbers, st.integers(0, 28), st.sampled_from(LETTERS))
def test_a_changed_letter_makes_a_token_worthless(number: int, place: int, letter: str) -> None:
    token = KEYRING.sign("stop", number)
    place %= len(token)
    forged = token[:place] + letter + token[place + 1 :]

    assert KEYRING.read("stop", forged) == (number if forged == token else None)


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_what_we_did_not_sign_is_never_read_and_never_raises(text: str) -> None:
    assert KEYRING.read("stop", text) is None


@pytest.mark.parametrize("change", ["{}=", "{}a", "a{}", "{}aaaaaaaa", " {}", "{}\n", "{}" * 3, "", "aa{}", "\u212a{}"])
def test_a_second_spelling_is_not_accepted(change: str) -> None:
    token = KEYRING.sign("stop", 34)

    assert KEYRING.read("stop", change.format(token, token, token)) is None


def test_an_old_secret_still_verifies_and_the_first_one_signs() -> None:
    both = Keyring([NEW, OLD])

    assert both.read("stop", KEYRING.sign("stop", 7)) == 7
    assert both.sign("stop", 7) == Keyring([NEW]).sign("stop", 7)
    assert KEYRING.read("stop", both.sign("stop", 7)) is None


def test_a_keyring_without_a_secret_is_none() -> None:
    with pytest.raises(ValueError, match="secret"):
        Keyring([])


@pytest.mark.parametrize("number", [-1, 2**64])
def test_a_number_that_no_row_has_is_not_signed(number: int) -> None:
    with pytest.raises(ValueError, match="64 bits"):
        KEYRING.sign("stop", number)


def test_a_blinded_value_is_the_same_each_time_and_tells_nothing() -> None:
    blinded = KEYRING.blind("answer", "a@example.jp")

    assert blinded == KEYRING.blind("answer", "a@example.jp")
    assert blinded not in (KEYRING.blind("other", "a@example.jp"), Keyring([NEW]).blind("answer", "a@example.jp"))
    assert "example" not in blinded


def test_random_tokens_differ_and_are_stored_as_fingerprints() -> None:
    tokens = {random_token() for _ in range(100)}

    assert len(tokens) == 100
    assert all(re.fullmatch(r"[a-z2-7]{32}", token) for token in tokens)
    assert not tokens & {fingerprint(token) for token in tokens}
