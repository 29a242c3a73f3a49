"""Telephone numbers in a text, as links: called by a touch, read out as one, and not broken at the end of a line."""

import re

from markupsafe import Markup, escape

# As the office writes them: 042-000-0110, 03-0000-0000, 0120-000-000; not within a page's address or a longer run.
_NUMBER = re.compile(r"(?<![0-9A-Za-z/.=_+-])0[0-9]{1,4}-[0-9]{1,4}-[0-9]{3,4}(?![0-9A-Za-z-])")
_DIGITS = (10, 11)


def with_calls(text: str) -> Markup:
    """What is no markup yet is escaped."""
    return Markup(_NUMBER.sub(_link, str(escape(text))))  # noqa: S704 -- escaped, and a match is digits and hyphens


def _link(found: re.Match[str]) -> str:
    number = found[0]
    is_whole = sum(sign.isdigit() for sign in number) in _DIGITS
    return f'<a class="nowrap" href="tel:{number}">{number}</a>' if is_whole else number
