"""A refusal heard in our own SMTP dialogue, where the phase is known for sure."""

from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_report.evidence import Evidence, enhanced_status
from mailer.bounce_report.permanence import is_permanent
from mailer.bounce_report.phase import Phase
from mailer.bounce_report.rules import Rules, shipped_rules

__all__ = ["Phase", "is_permanent", "read_reply"]


def read_reply(*, code: int, text: str, phase: Phase, domain: str, rules: Rules | None = None) -> BounceClass:
    """`domain` is the recipient's; what came before RCPT speaks about us or the server, never about the address."""
    line = f"{code} {' '.join(text.split())}"
    evidence = Evidence(
        text=line,
        code=code,
        status=enhanced_status(line),
        phase=phase,
        hosts=(domain.lower(),),
    )
    book = rules or shipped_rules()
    rule = book.matching(evidence) or book.matching_status(evidence)
    return rule.result if rule else BounceClass.UNKNOWN
