"""Whether what a button asks for is so already: it was pressed twice, or in two windows, or by a colleague too.

Whoever pressed it is told then what they would have been told by themselves, and not that something went wrong.
"""

from admin.frame.form_reading import Posted
from admin.people.staff import Colleague
from bulletins.approval_marks import Road
from bulletins.life import APPROVED, BulletinState
from bulletins.tables import Bulletin

_COMES_TO = {
    "halt": BulletinState.HALTED,
    "resume": BulletinState.SENDING,
    "withdraw": BulletinState.WITHDRAWN,
    "submit": BulletinState.SUBMITTED,
    "return": BulletinState.RETURNED,
    "pull-back": BulletinState.RETURNED,
}


def is_so_already(word: str, bulletin: Bulletin, form: Posted, me: Colleague, *, reason: str = "") -> bool:
    """`word` is what the button's address ends in. What somebody decided is theirs alone, and only with the same words:
    another one's yes or no is told as such."""
    if word in _COMES_TO and bulletin.state != _COMES_TO[word]:
        return False
    match word:
        case "halt" | "resume" | "withdraw":
            return True
        case "submit":
            return bulletin.submitter_id == me.id
        case "return" | "pull-back":
            return bool(reason) and bulletin.return_reason == reason
        case "approve":
            return bulletin.approver_id == me.id and _is_approved_so(bulletin, form, Road.CONSOLE)
        case "telephone":
            theirs = bulletin.typist_id == me.id and bulletin.approver_id == form.number("approver")
            return theirs and _is_approved_so(bulletin, form, Road.TELEPHONE)
        case "countersign":
            return bulletin.countersigner_id == me.id
    return False


def _is_approved_so(bulletin: Bulletin, form: Posted, road: Road) -> bool:
    same = bulletin.approved_by_road == road and bulletin.approved_version == form.number("version")
    return same and bulletin.state in APPROVED and bulletin.urgent == form.has("urgent")
