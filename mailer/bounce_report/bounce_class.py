"""Why a letter was refused, in nine classes; only three of them speak about the address."""

from enum import StrEnum


class BounceClass(StrEnum):
    """The classes of the contract."""

    GONE = "gone"  # the address or its domain does not exist, has moved, or takes no mail at all
    FULL = "full"
    DISABLED = "disabled"
    FILTERED = "filtered"  # the resident's own settings refuse us
    BLOCKED = "blocked"  # the other side refuses our server, our domain or our authentication
    CONTENT = "content"
    EXPIRED = "expired"  # the other side could not be reached, or put us off until we gave up
    SYSTEM = "system"
    UNKNOWN = "unknown"

    @property
    def counted(self) -> bool:
        """True where a final refusal of this class speaks against the address; `full` once its retries ended."""
        return self in {BounceClass.GONE, BounceClass.DISABLED, BounceClass.FULL}

    @property
    def needs_permanence(self) -> bool:
        """No temporary reply proves this class: 450 user unknown is what greylists and outages say too."""
        return self in {BounceClass.GONE, BounceClass.DISABLED}
