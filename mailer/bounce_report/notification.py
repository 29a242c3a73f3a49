"""The JSON notices that Amazon SES sends instead of a report, through SNS or straight."""

import json
from dataclasses import dataclass
from typing import Any

from mailer.bounce_report.bounce_class import BounceClass
from mailer.bounce_report.evidence import Evidence, enhanced_status, reply_code
from mailer.bounce_report.failure import Failure
from mailer.bounce_report.rules import Rules

_LONGEST = 200_000


@dataclass(frozen=True, slots=True)
class Notification:
    """`event` is `bounce`, `complaint` or `delivery`; `diagnostic` and `status` are the first recipient's."""

    event: str
    recipients: tuple[str, ...]
    status: str
    diagnostic: str
    permanent: bool

    def failure(self, rules: Rules, named: tuple[str, ...]) -> Failure:
        """A transient one is a last word too: SES sends it after its own tries."""
        words = self.diagnostic.partition(";")[2].strip() or self.diagnostic
        hosts = tuple(address.rpartition("@")[2] for address in named[:1])
        code = reply_code(words) or (None if self.permanent else 450)
        evidence = Evidence(words, code, self.status or enhanced_status(words), hosts=hosts)
        rule = rules.matching(evidence) or rules.matching_status(evidence)
        return Failure(
            recipients=named,
            bounce_class=rule.result if rule else BounceClass.UNKNOWN,
            status=evidence.status,
            words=f"{rule.name if rule else 'no rule'}: {words}",
            delayed=False,
            final=True,
        )


def notification_in(text: str) -> Notification | None:
    """None where the text is no such notice."""
    start = text.find("{")
    if start < 0 or start > 200 or '"notificationType' not in text.replace("\\", "")[:_LONGEST]:
        return None
    # Mailers fold the notice at any column, inside a word as well.
    notice = _object(text[start:_LONGEST].replace("\r", "").replace("\n", ""))
    if "Message" in notice and isinstance(notice["Message"], str):
        notice = _object(notice["Message"])
    event = str(notice.get("notificationType", "")).lower()
    details = notice.get(event)
    if not isinstance(details, dict):
        return None
    return _of_details(event, details)


def _of_details(event: str, details: dict[str, Any]) -> Notification:
    entries = details.get("bouncedRecipients") or details.get("complainedRecipients") or details.get("recipients")
    named = [entry if isinstance(entry, dict) else {"emailAddress": entry} for entry in entries or ()]
    first = named[0] if named else {}
    return Notification(
        event=event,
        recipients=tuple(str(entry.get("emailAddress", "")) for entry in named),
        status=str(first.get("status", "")),
        diagnostic=str(first.get("diagnosticCode", "")),
        permanent=details.get("bounceType") == "Permanent",
    )


def _object(text: str) -> dict[str, Any]:
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
