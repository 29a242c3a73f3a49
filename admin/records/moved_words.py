"""Why the number of registered addresses moved, as the yearly report names it."""

from subscribers.growth import Event

MOVED = {
    Event.REGISTERED: "登録",
    Event.IMPORTED: "名簿の取り込み",
    Event.UNDONE: "再開",
    Event.LEFT: "本人が停止",
    Event.UNREACHABLE: "不達で停止",
    Event.COMPLAINT: "苦情で停止",
    Event.STAFF: "職員が停止",
}
