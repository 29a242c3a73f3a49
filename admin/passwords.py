"""Passwords of staff: what is accepted, how it is stored (Argon2id), how it is compared."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 10  # characters
LONGEST = 200  # characters; more would only feed the hash

# OWASP's recommendation for Argon2id: 19 MiB and two passes. Several sign-ins at once still fit a small machine.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Compared where there is no account, so that the answer takes as long as where there is one. It is the hash of
# 32 random octets that nobody kept.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$MDSMNHDTZWUJRx7HxZODpA$1UuodNMx5uFZxUCzmB2BdG58O+6FWd7GS8t62TpTnP0"

_COMMON = frozenset(
    """
    0123456789 1111111111 1122334455 1123581321 1234512345 12345678910 1234567890 123456789a 123456789q 1234567891
    1q2w3e4r5t 1qaz2wsx3edc 9876543210 0987654321 aa12345678 abcd123456 abcdefghij administrator baseball123
    changeme123 football123 iloveyou123 letmein1234 p@ssw0rd123 passw0rd123 password01 password10 password11
    password12 password123 password1234 password12345 passwordpassword q1w2e3r4t5 qazwsxedcrfv qwerty1234 qwerty12345
    qwerty123456 qwertyuiop qwertyuiop123 sakurasakura sunshine123 welcome123 welcome1234 zaq12wsxcde
    """.split()  # noqa: SIM905 -- a column of words is easier to read and to extend than a list of literals
)


class PasswordWeak(ValueError):
    """このパスワードは使えません。"""


def make_hash(password: str) -> str:
    """Raises PasswordWeak, whose message says in Japanese what to do instead."""
    text = _folded(password)
    if len(text) < SHORTEST:
        raise PasswordWeak(f"パスワードは{SHORTEST}文字以上にしてください。")
    if len(text) > LONGEST:
        raise PasswordWeak(f"パスワードは{LONGEST}文字までにしてください。")
    if not text.isprintable():
        raise PasswordWeak("パスワードに使えない文字(改行など)が入っています。")
    if text.casefold() in _COMMON or len(set(text)) < 4:
        raise PasswordWeak("このパスワードはよく使われていて、推測されやすいものです。別のものにしてください。")
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
