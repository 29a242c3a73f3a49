"""What the town file says about passing bulletins on: the sentences, and whether a liaison may add a line."""

from dataclasses import dataclass
from datetime import timedelta

from foundation.strict_table import KeyInvalid, StrictTable

LONGEST_LEAD = timedelta(hours=24)


@dataclass(frozen=True)
class Forwarding:
    """`decision` stands in each mail to a liaison; `sentences` are what may stand above a notice that is passed on.
    An `own_line` leaves in the city's name, and so is a town's own choice. `lead` is by how much liaisons are ahead
    of all others where a bulletin goes to them first."""

    decision: str = "回覧や掲示などで地域の方へお知らせいただくかどうかは、みなさまのご判断にお任せします。"
    sentences: tuple[str, ...] = (
        "市からのお知らせです。ご確認ください。",
        "身のまわりに、どうぞお気をつけください。",
        "ご家族やご近所でも、声をかけあってください。",
    )
    own_line: bool = False
    lead: timedelta = timedelta(minutes=30)


def read_forwarding(table: StrictTable) -> Forwarding:
    """Raises KeyInvalid."""
    usual = Forwarding()
    if not table.has_table("forwarding"):
        return usual
    own = table.table("forwarding")
    minutes = own.number("lead_minutes", int(usual.lead.total_seconds() // 60))
    if not 0 <= minutes <= LONGEST_LEAD.total_seconds() // 60:
        raise KeyInvalid(own.key("lead_minutes"), "0から1440までの分数を書いてください")
    return Forwarding(
        decision=own.text("decision", usual.decision),
        sentences=own.texts("sentences", usual.sentences),
        own_line=own.flag("own_line", default=usual.own_line),
        lead=timedelta(minutes=minutes),
    )
