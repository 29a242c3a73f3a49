"""Which passwords are taken, and that only the right one opens."""

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from admin.people import passwords

GOOD = "correct horse battery 9"


def test_only_the_right_password_fits() -> None:
    stored = passwords.make_hash(GOOD)

    assert passwords.fits(GOOD, stored)
    assert not passwords.fits(GOOD + " ", stored)
    assert GOOD not in stored


@pytest.mark.parametrize(
    "weak",
    [
        *("", "short", "password123", "PASSWORD123", "aaaaaaaaaaaaaaaa", "1234567890", "x" * 201, "x" * 90),
        *("sakurasakura", "qwertyuiop", "p@ssw0rd2026", "iloveyou1234", "1qaz2wsx3edc", "baseball2025"),
    ],
)
def test_a_weak_password_is_refused_in_plain_words(weak: str) -> None:
    with pytest.raises(passwords.PasswordWeak, match="ください"):
        passwords.make_hash(weak)


@pytest.mark.parametrize(
    "own",
    [
        "hanako blue mountain 7",
        "Ｈａｎａｋｏ blue mountain 7",
        "山のむこうの半鐘さんの家",
        "xk komorebi 19 tiger",
    ],
)
def test_a_password_with_ones_own_name_or_the_town_is_refused_and_told_why(own: str) -> None:
    words = passwords.words_of("半鐘 花子", "hanako.s", "こもれび市", "city.komorebi.lg.jp")

    with pytest.raises(passwords.PasswordWeak, match="名前やアドレス"):
        passwords.make_hash(own, personal=words)
    assert passwords.make_hash(own)


def test_short_words_of_an_address_do_not_forbid_half_the_language() -> None:
    assert passwords.words_of("林", "ka.o-i@x.jp") == ()


@pytest.mark.parametrize("bad", ["correct\nhorse battery", "correct horse\udc80battery", "correct\0horse battery"])
def test_a_password_that_no_form_could_send_again_is_refused(bad: str) -> None:
    with pytest.raises(passwords.PasswordWeak, match="使えない文字"):
        passwords.make_hash(bad)


def test_a_password_typed_in_full_width_is_the_same_password() -> None:
    stored = passwords.make_hash(GOOD)

    assert passwords.fits("ｃｏｒｒｅｃｔ horse battery ９", stored)


def test_nothing_fits_where_there_is_no_account() -> None:
    assert not passwords.fits(GOOD, None)


def test_the_hash_of_nobody_costs_as_much_as_a_real_one() -> None:
    assert passwords.renewed(GOOD, passwords._NOBODY) is None


def test_a_hash_of_older_costs_is_renewed_and_a_current_one_is_not() -> None:
    old = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)

    better = passwords.renewed(GOOD, old)

    assert better is not None
    assert passwords.fits(GOOD, better)
    assert passwords.renewed(GOOD, better) is None


@settings(max_examples=15)
@given(st.text(max_size=300), st.one_of(st.none(), st.text(max_size=40)))
def test_no_input_and_no_damaged_hash_raises(password: str, stored: str | None) -> None:
    assert not passwords.fits(password, stored)
