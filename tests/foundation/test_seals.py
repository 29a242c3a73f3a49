"""Sealed texts open for us alone, in their own row, and as long as their secret stands in the list."""

from foundation.seals import seal, unseal
from foundation.tokens import Keyring

OLD, NEW = "an old secret of the tests", "a new secret of the tests"


def test_a_sealed_text_opens_again_and_does_not_show_itself() -> None:
    keyring = Keyring([OLD])

    sealed = seal(keyring, "codes", "JBSWY3DPEHPK3PXP", about="3")

    assert "JBSWY3DP" not in sealed
    assert unseal(keyring, "codes", sealed, about="3") == "JBSWY3DPEHPK3PXP"
    assert sealed != seal(keyring, "codes", "JBSWY3DPEHPK3PXP", about="3")


def test_it_opens_with_any_secret_of_the_list_and_with_no_other() -> None:
    sealed = seal(Keyring([OLD]), "codes", "text", about="3")

    assert unseal(Keyring([NEW, OLD]), "codes", sealed, about="3") == "text"
    assert unseal(Keyring([NEW]), "codes", sealed, about="3") is None


def test_in_another_row_or_for_another_purpose_it_stays_shut() -> None:
    keyring = Keyring([OLD])
    sealed = seal(keyring, "codes", "text", about="3")

    assert unseal(keyring, "codes", sealed, about="4") is None
    assert unseal(keyring, "links", sealed, about="3") is None


def test_what_was_changed_or_was_never_sealed_is_no_text() -> None:
    keyring = Keyring([OLD])
    sealed = seal(keyring, "codes", "text", about="3")

    for bad in ("", "a", "####", "あ", sealed[:-4], sealed[:-2] + "AA", "A" * 12):
        assert unseal(keyring, "codes", bad, about="3") is None
