"""Browsers that have signed in before: a long-lived signed cookie, so that strangers' tries never slow a colleague."""

import secrets

from foundation.tokens import Keyring

COOKIE = "hansho_browser"
LIFE = 366 * 24 * 3600  # seconds, anew with each sign-in
_PURPOSE = "known-browser"
_BETWEEN = "."
_MOST_PEOPLE = 5  # who share one browser
_NONCE_BITS = 32


def recognised(keyring: Keyring, cookie: str, staff_id: int) -> int | None:
    """The number of this browser as this person's, or None for a browser that the person has not used."""
    for token in cookie.split(_BETWEEN)[:_MOST_PEOPLE]:
        number = keyring.read(_PURPOSE, token)
        if number is not None and number >> _NONCE_BITS == staff_id:
            return number
    return None


def remembered(keyring: Keyring, cookie: str, staff_id: int) -> str:
    """The cookie after this person has signed in; it opens nothing, it is only counted by."""
    known = recognised(keyring, cookie, staff_id)
    number = known if known is not None else staff_id << _NONCE_BITS | secrets.randbits(_NONCE_BITS)
    others = [token for token in cookie.split(_BETWEEN) if _is_of_another(keyring, token, staff_id)]
    return _BETWEEN.join([keyring.sign(_PURPOSE, number), *others][:_MOST_PEOPLE])


def _is_of_another(keyring: Keyring, token: str, staff_id: int) -> bool:
    number = keyring.read(_PURPOSE, token)
    return number is not None and number >> _NONCE_BITS != staff_id
