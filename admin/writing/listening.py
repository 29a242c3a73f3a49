"""The listening form (聞き取り): who calls, when, whether they agree; the fields stand in the order of speech."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from admin.frame.form_reading import Posted
from bulletins.calls import LONGEST_CALLER, Call, Consent
from bulletins.checks.consent import FIELD
from bulletins.drafting import Sheet
from bulletins.notice_shelf import Shelf
from bulletins.notice_templates import NoticeTemplate
from foundation.plain_text import forbidden_character

# The dot keeps them apart from every field of a notice.
CALLER, CALLED_AT, CONSENT = "call.caller", "call.at", FIELD
# What people call about, the most frequent first.
HEARD = ("suspicious-person", "fraud-call", "crime", "missing-person", "plain")
# The office's own words, which nobody says on the telephone.
_OURS = frozenset({"headline", "advice", "attribution", "source", "call", "attention"})
# Told anew each time: nothing is presumed before it is heard.
_TOLD = frozenset({"spot", "victim", "situation", "offender", "deed", "event", "impostor", "attribution"})


def heard_notices(shelf: Shelf) -> tuple[NoticeTemplate, ...]:
    known = {notice.name: notice for notice in shelf.all()}
    return tuple(known[name] for name in HEARD if name in known)


def heard_sheet(notice: NoticeTemplate, *, at: datetime) -> Sheet:
    """An empty form for a call that comes in now."""
    silent = {field.name: "" for field in notice.fields if field.name in _TOLD}
    return Sheet(notice.name, silent, call=Call("", at, Consent.ASKING))


def is_ours(name: str) -> bool:
    """Whether a field is written by the office and not told by the caller."""
    return name in _OURS


def call_in(form: Posted, prefix: str, zone: ZoneInfo, errors: dict[str, str]) -> Call | None:
    """None where the form is no listening form; what it lacks is added to `errors`."""
    if not form.has("listening"):
        return None
    caller = form.text(prefix + CALLER).strip()
    if not caller:
        errors[prefix + CALLER] = "「だれから」を入力してください（例：こもれび警察署 生活安全課 佐藤）。"
    elif len(caller) > LONGEST_CALLER or forbidden_character(caller):
        errors[prefix + CALLER] = f"「だれから」は1行に{LONGEST_CALLER}文字までで入力してください。"
    at = _moment(form.text(prefix + CALLED_AT), zone)
    if at is None:
        errors[prefix + CALLED_AT] = "「電話を受けた日時」は 2026-11-20 15:10 のように入力してください。"
    return Call(caller, at or datetime.fromtimestamp(0, zone), _consent(form.text(prefix + CONSENT)))


def call_values(call: Call, zone: ZoneInfo) -> Mapping[str, str]:
    """As the form's fields take them."""
    at = call.at.astimezone(zone)
    said = "" if call.consent is Consent.ASKING and not call.caller else call.consent.value
    return {
        "caller": call.caller,
        "at": at.replace(tzinfo=None).isoformat(timespec="minutes") if at.year > 1970 else "",
        "consent": said,
    }


def _consent(text: str) -> Consent:
    """What is not said is still to be asked."""
    return next((consent for consent in Consent if consent.value == text), Consent.ASKING)


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip().replace("/", "-"))
    except ValueError:
        return None
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)
