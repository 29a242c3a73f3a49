"""The service's own addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.tokens import Keyring
from liaisons.circles import new_code
from service.recipients import OwnAddress, Purpose, Recipients

KEYRING = Keyring(["a secret for the tests"])
OURS = Recipients(KEYRING, announced="anzen")


@pytest.mark.parametrize(
    ("local", "own"),
    [
        ("touroku", OwnAddress(Purpose.ENTRY)),
        ("Touroku", OwnAddress(Purpose.ENTRY)),
        ("touroku-en", OwnAddress(Purpose.ENTRY, language="en")),
        ("touroku-yasashii", OwnAddress(Purpose.ENTRY, language="yasashii")),
        ("touroku-en-library", OwnAddress(Purpose.ENTRY, place="library", language="en")),
        ("touroku-zh-" + "a" * 40, OwnAddress(Purpose.ENTRY, place="a" * 40, language="zh")),
        ("touroku-ja", OwnAddress(Purpose.ENTRY, language="ja")),
        ("touroku-ja-bank", OwnAddress(Purpose.ENTRY, place="ja-bank")),
        ("touroku-english", OwnAddress(Purpose.ENTRY, place="english")),
        ("touroku-library", OwnAddress(Purpose.ENTRY, place="library")),
        ("touroku-c-4", OwnAddress(Purpose.ENTRY, place="c-4")),
        ("touroku-c-bcdfg23456", OwnAddress(Purpose.ENTRY, circle="bcdfg23456")),
        ("TOUROKU-EN-C-BCDFG23456", OwnAddress(Purpose.ENTRY, circle="bcdfg23456", language="en")),
        ("touroku-c-bcdfg2345", OwnAddress(Purpose.ENTRY, place="c-bcdfg2345")),
        ("touroku-c-bcdfg23450", OwnAddress(Purpose.ENTRY, place="c-bcdfg23450")),
        ("feedback", OwnAddress(Purpose.FEEDBACK)),
        ("postmaster", OwnAddress(Purpose.POSTMASTER)),
        ("ABUSE", OwnAddress(Purpose.POSTMASTER)),
        ("anzen", OwnAddress(Purpose.ANNOUNCED)),
    ],
)
def test_each_address_of_the_contract_is_ours(local: str, own: OwnAddress) -> None:
    assert OURS.read(local) == own


@pytest.mark.parametrize(
    "local",
    [
        *(
            "",
            "touroku-",
            "touroku--x",
            "touroku2",
            "xtouroku",
            "touroku\n",
            "touroku-a\x00",
            "touroku-" + "a" * 41,
            "touroku-en-" + "a" * 41,
        ),
        *("b-", "b-!", "b", "kaijo", "kaijo-", "root", "anzen2", "touroku-あ"),
    ],
)
def test_nothing_else_is(local: str) -> None:
    assert not OURS.is_wanted(local)


def test_every_code_of_a_circle_is_read_as_one() -> None:
    for code in (new_code() for _ in range(50)):
        assert OURS.read(f"touroku-c-{code}") == OwnAddress(Purpose.ENTRY, circle=code)


SIGNED = [("b-", "bounce", Purpose.BOUNCE), ("kaijo-", "stop", Purpose.STOP), ("koe-", "koe", Purpose.VOICE)]


@given(st.integers(0, 2**40), st.sampled_from(SIGNED))
def test_a_token_names_its_number_for_its_own_purpose_only(number: int, kind: tuple[str, str, Purpose]) -> None:
    prefix, signed_for, purpose = kind

    assert OURS.read(prefix + KEYRING.sign(signed_for, number).upper()) == OwnAddress(purpose, number)
    assert OURS.read(prefix + KEYRING.sign("me", number)) is None
    assert OURS.read(prefix + Keyring(["some other secret of ours"]).sign(signed_for, number)) is None


@given(st.text(max_size=60))
def test_no_local_part_breaks_the_reader(local: str) -> None:
    assert OURS.is_wanted(local) in (True, False)


def test_without_an_announced_address_of_our_domain_there_is_none() -> None:
    assert not Recipients(KEYRING, announced=None).is_wanted("anzen")
