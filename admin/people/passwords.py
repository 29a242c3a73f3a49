"""Passwords of staff: what is accepted, how it is stored (Argon2id), how it is compared."""

import re
import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

SHORTEST = 10  # characters
LONGEST = 200  # characters; more would only feed the hash

# OWASP's recommendation for Argon2id: 19 MiB and two passes. Several sign-ins at once still fit a small machine.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Compared where there is no account, so that the answer takes as long as where there is one. It is the hash of
# 32 random octets that nobody kept.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$MDSMNHDTZWUJRx7HxZODpA$1UuodNMx5uFZxUCzmB2BdG58O+6FWd7GS8t62TpTnP0"

# What an attacker with the stolen hashes finds within hours (zxcvbn's class 2) is refused.
_GUESSES = 10**8
_LOOKED_AT = 72  # characters; zxcvbn takes no more, and whatever is guessed there is enough
_SHORTEST_WORD = 4


class PasswordWeak(ValueError):
    """このパスワードは使えません。"""


def words_of(*texts: str) -> tuple[str, ...]:
    """The words of names and addresses that a password of this person should not hold."""
    split = [word for text in texts for word in re.split(r"[\W_]+", _folded(text).casefold())]
    return tuple(dict.fromkeys(word for word in split if len(word) >= (_SHORTEST_WORD if word.isascii() else 2)))


def make_hash(password: str, *, personal: Iterable[str] = ()) -> str:
    """`personal`: words that others know about the person and the office. Raises PasswordWeak, whose message says in
    Japanese what to do instead."""
    text = _folded(password)
    if len(text) < SHORTEST:
        raise PasswordWeak(f"パスワードは{SHORTEST}文字以上にしてください。")
    if len(text) > LONGEST:
        raise PasswordWeak(f"パスワードは{LONGEST}文字までにしてください。")
    if not text.isprintable():
        raise PasswordWeak("パスワードに使えない文字(改行など)が入っています。")
    words = list(personal)
    if any(word in text.casefold() for word in words):
        raise PasswordWeak(
            "ご自分の名前やアドレス、市の名前が入っています。ほかの人が知らない言葉だけで作ってください。"
        )
    if zxcvbn(text[:_LOOKED_AT], user_inputs=words)["guesses"] < _GUESSES:
        raise PasswordWeak(
            "よく使われる言葉や並びで、推測されやすいパスワードです。関係のない言葉を3つか4つ並べてください。"
        )
    return _HASHER.hash(text)


def fits(password: str, stored: str | None) -> bool:
    """Takes the same time whether or not there is a stored hash; without one the answer is always no."""
    text = _folded(password[: LONGEST + 1])
    try:
        return _HASHER.verify(stored or _NOBODY, text) and stored is not None
    except (VerificationError, InvalidHashError, UnicodeError):
        return False


def renewed(password: str, stored: str) -> str | None:
    """A new hash of a password that has just fitted, where the stored one was made with older costs."""
    return _HASHER.hash(_folded(password)) if _HASHER.check_needs_rehash(stored) else None


def _folded(password: str) -> str:
    # One password typed on two keyboards (half and full width) is one password (NIST SP 800-63B section 5.1.1.2).
    return unicodedata.normalize("NFKC", password)
