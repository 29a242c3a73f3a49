"""What was told by telephone is published only with the caller's consent."""

from bulletins.calls import Consent
from bulletins.checks.draft import DraftText, Finding, Level

# A dot stands in no name of a notice's field, so the form may call its own field this.
FIELD = "call.consent"

_MESSAGES = {
    Consent.NO: "電話をかけてきた方が、公表に同意していません。同意がないお知らせは配信できません。",
    Consent.ASKING: "公表の同意を確認中です。電話をかけてきた方に確かめて、「はい」を選んでください。",
}


def call_consent(draft: DraftText) -> list[Finding]:
    """For bulletins that are written from a call."""
    message = _MESSAGES.get(draft.consent) if draft.consent else None
    return [Finding("call-consent", Level.BLOCK, message, FIELD)] if message else []
