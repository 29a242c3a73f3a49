"""The graded bounce mails, where they lie beside the project: what their publisher reads in them, and what we do."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_report.reading import Reading, read_mail

GRADED = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "bounces"

# The publisher's words for a reason, as our classes; the words that are no bounce are left out.
CLASS_OF = {
    "gone": "userunknown hostunknown hasmoved",
    "full": "mailboxfull",
    "disabled": "suspend",
    "filtered": "filtered",
    "blocked": "rejected blocked requireptr badreputation toomanyconn speeding norelaying authfailure policyviolation "
    "securityerror failedstarttls",
    "content": "spamdetected virusdetected contenterror mesgtoobig exceedlimit notcompliantrfc",
    "expired": "expired networkerror",
    "system": "systemerror systemfull mailererror syntaxerror",
    "unknown": "onhold undefined notaccept",
}
NO_BOUNCE = frozenset({"feedback", "vacation", "delivered"})


@dataclass(frozen=True, slots=True)
class Graded:
    """One expected recipient and what we read of its mail."""

    file: str
    reason: str
    recipient: str
    hard: bool
    reading: Reading

    @property
    def expected(self) -> str:
        """Our class for the publisher's reason."""
        if self.hard:
            return "gone"
        return next((ours for ours, theirs in CLASS_OF.items() if self.reason in theirs.split()), "unknown")

    @property
    def called_gone(self) -> bool:
        """Whether we say that the address does not exist."""
        return self.reading.bounce_class is BounceClass.GONE


def graded(folder: Path = GRADED) -> Iterator[Graded]:
    """One a row of expected.tsv, recipients of one mail one after the other."""
    mails: dict[str, bytes] = {}
    with (folder / "expected.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            name = row["file"]
            if name not in mails:
                mails[name] = (folder / name).read_bytes()
            address = row["recipient"].lower()
            yield Graded(name, row["reason"], address, row["hardbounce"] == "1", read_mail(mails[name], about=address))


def mails(group: str = "*", folder: Path = GRADED) -> dict[str, bytes]:
    """The octets of a group of them by `group/file`, or of all; those of `damaged` and `not-bounces` are not graded."""
    return {f"{path.parent.name}/{path.name}": path.read_bytes() for path in sorted(folder.glob(f"{group}/*.eml"))}
