"""Why a delivery to an address was stopped, as the yearly report names it."""

from subscribers.tables import StopReason

STOPS = {
    StopReason.LEFT: "本人が停止",
    StopReason.UNREACHABLE: "不達で停止",
    StopReason.COMPLAINT: "苦情で停止",
    StopReason.STAFF: "職員が停止",
}
