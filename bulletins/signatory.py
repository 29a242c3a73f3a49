"""Who acts on a bulletin, as far as a bulletin must know: number, name, and what their role lets them do."""

from dataclasses import dataclass

from foundation.ledger import Deed


@dataclass(frozen=True)
class Signatory:
    """`deputy` marks an approver who stands in for the proper ones (代決)."""

    id: int
    name: str
    drafts: bool
    approves: bool
    origin: str = ""
    let_in_by: int | None = None
    deputy: bool = False

    @property
    def actor(self) -> str:
        """As the ledger names them."""
        return f"staff:{self.id}"

    def deed(self, action: str, subject: str) -> Deed:
        """For the ledger, with from where it was done."""
        return Deed(self.actor, action, subject, self.origin)


class NotAllowed(Exception):
    """The role, or the rule that two people are needed, forbids it; the text says so in Japanese."""


def must_draft(who: Signatory) -> None:
    """Raises NotAllowed."""
    if not who.drafts:
        raise NotAllowed("お知らせを書く権限がありません。")


def must_approve(who: Signatory) -> None:
    """Raises NotAllowed."""
    if not who.approves:
        raise NotAllowed("お知らせを承認する権限がありません。")
