"""One piece of evidence about a refusal: its words, codes, phase and the hosts that spoke."""

import re
from dataclasses import dataclass

from mailer.bounce_report.permanence import is_permanent
from mailer.bounce_report.phase import Phase

_CODE = re.compile(r"(?<![\d.:#-])([245]\d\d)(?=[ \-:]|\s|$)(?!\.\d)")
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")


@dataclass(frozen=True, slots=True)
class Evidence:
    """`status` is an enhanced status code (RFC 3463); `hosts` are lower-case names, the recipient's domain too."""

    text: str
    code: int | None = None
    status: str | None = None
    phase: Phase | None = None
    hosts: tuple[str, ...] = ()

    @property
    def temporary(self) -> bool:
        """The reply code decides where there is one, else the enhanced status; neither is no proof of either."""
        if self.code is not None:
            return not is_permanent(self.code)
        return (self.status or "").startswith("4")


def reply_code(text: str) -> int | None:
    """The first three digits in the text that look like a refusal's SMTP code."""
    codes = [int(found[1]) for found in _CODE.finditer(text)]
    return next((code for code in codes if code >= 400), None)


def enhanced_status(text: str) -> str | None:
    """The first enhanced status code in the text that speaks of a failure."""
    return next((found[1] for found in _STATUS.finditer(text) if found[1][0] in "45"), None)
