"""What the rooms about people refuse, as a banner on the page."""

from admin.frame.refusals import Refusal
from admin.people.invitations import AlreadyHere, AlreadyInvited, InvitationGone
from admin.people.staff_changes import LastManager, UnknownColleague
from admin.people.staff_requests import AlreadyAsked, NotAnother, Overtaken, RequestGone

REFUSING = (
    AlreadyAsked,
    AlreadyHere,
    AlreadyInvited,
    InvitationGone,
    LastManager,
    NotAnother,
    Overtaken,
    RequestGone,
    UnknownColleague,
)


def refusal_of(error: Exception) -> Refusal:
    """Of one of REFUSING: each says in its own sentence what to do."""
    match error:
        case NotAnother():
            return Refusal(403, "もう一人の確認が必要です", (str(error),))
        case UnknownColleague() | InvitationGone() | RequestGone():
            return Refusal(404, "見つかりません", (str(error),))
        case LastManager():
            return Refusal(409, "最後のシステム管理者です", (str(error),))
    return Refusal(409, "この操作はできません", (str(error),))
