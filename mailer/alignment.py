"""Alignment (RFC 7489 section 3.1): whether From agrees with the domain that mail is checked by."""


def may_align(one: str, other: str) -> bool:
    """Whether one domain is the other or lies under it.

    The relaxed mode asks for one organisational domain, which takes the public suffix list to know. Without it two
    sisters under one city's domain look like strangers, so a no is to be looked at by a person.
    """
    one, other = one.lower(), other.lower()
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")
