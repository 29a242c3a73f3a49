"""How well and how fast bounces are read, on the graded mails where they lie beside the project."""

import csv
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from bench.findings import Findings, NotMeasured
from bench.plan import Plan
from bench.table import Row
from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_report.kind import Kind
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


def measure(_plan: Plan) -> Findings:
    """Shares of the graded recipients, and milliseconds a mail. Raises NotMeasured where the mails are not there."""
    if not GRADED.is_dir():
        raise NotMeasured("the graded mails are not here")
    bounces = [each for each in graded() if each.reason not in NO_BOUNCE]
    print(agreement(bounces), file=sys.stderr)
    said = [each for each in bounces if each.called_gone]
    meant = [each for each in bounces if each.hard]
    right = sum(each.hard for each in said)
    recognised = sum(each.reading.kind is Kind.BOUNCE for each in bounces)
    agreed = sum(each.hard == each.called_gone for each in bounces)
    rows = [
        Row("bounces: recognised", (recognised / len(bounces) * 100,), "%"),
        Row("bounces: hard or not agrees", (agreed / len(bounces) * 100,), "%"),
        Row("bounces: hard, precision", (right / len(said) * 100,), "%"),
        Row("bounces: hard, recall", (right / len(meant) * 100,), "%"),
        Row("bounces: reading one mail", tuple(_times()), "ms"),
    ]
    return Findings(rows)


def agreement(bounces: list[Graded]) -> str:
    """Expected classes down, ours across."""
    found = Counter((each.expected, str(each.reading.bounce_class or "–")) for each in bounces)
    columns = [*(each.value for each in BounceClass), "–"]
    lines = [["", *columns]]
    lines += [[name, *(str(found[name, other] or "·") for other in columns)] for name in columns[:-1]]
    return "\n".join("".join(f"{text:>9}" for text in line) for line in lines)


def _times() -> Iterator[float]:
    mails = [path.read_bytes() for path in sorted(GRADED.glob("*/*.eml"))]
    for _ in range(3):
        begun = perf_counter()
        for raw in mails:
            read_mail(raw)
        yield (perf_counter() - begun) / len(mails) * 1000
