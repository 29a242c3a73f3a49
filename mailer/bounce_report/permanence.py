"""Permanent or temporary: decided here, once."""


def is_permanent(code: int) -> bool:
    """5xx but for 552, a full mailbox, which empties again (RFC 5321 section 4.5.3.1.9 for recipients, too)."""
    return 500 <= code <= 599 and code != 552
