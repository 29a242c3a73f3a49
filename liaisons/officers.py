"""Who of the staff does something in the network, as the rooms need to know them."""

from typing import Protocol

from foundation.ledger import Deed

BY_THEMSELVES = "liaison"  # how the ledger names a liaison who acts on their own page


class Officer(Protocol):
    @property
    def id(self) -> int: ...

    @property
    def name(self) -> str: ...

    def deed(self, action: str, subject: str) -> Deed: ...
