"""The schedule: when an approved bulletin begins, and which start a clerk may ask for."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from foundation.era import clock_words, day_and_weekday
from mailer.delivery_hours import DeliveryHours, NeverOpens

FARTHEST = timedelta(days=180)


class StartUnfit(Exception):
    """The start that was asked for cannot be; the text says in Japanese what it would become."""


@dataclass(frozen=True)
class Schedule:
    """The hold is cut where it would cross the closing; urgent bulletins know neither hours nor hold."""

    hours: DeliveryHours
    hold: timedelta

    def start(
        self, *, at: datetime, wanted: datetime | None = None, urgent: bool = False, no_hold: bool = False
    ) -> datetime:
        """Of a bulletin approved at this moment; a wanted start that has passed is as if there were none. Raises
        NeverOpens."""
        if urgent:
            return at
        if wanted is not None and wanted > at + (timedelta() if no_hold else self.hold):
            return self.hours.next_opening(wanted)
        return self.hours.start_for(at, hold=timedelta() if no_hold else self.hold)

    def refuse_unfit(self, wanted: datetime | None, *, at: datetime) -> None:
        """Raises StartUnfit for a start that has passed, lies too far ahead or outside the hours."""
        if wanted is None:
            return
        if wanted <= at:
            raise StartUnfit("配信を始める日時には、これから来る日時を指定してください。")
        if wanted > at + FARTHEST:
            raise StartUnfit(f"配信を始める日時は、{FARTHEST.days}日先まで指定できます。")
        if not self.hours.is_open(wanted):
            raise StartUnfit(f"{moment_words(wanted, self.hours.zone)}は配信時間の外です。{self._next(wanted)}")

    def _next(self, wanted: datetime) -> str:
        try:
            opening = self.hours.next_opening(wanted)
        except NeverOpens:
            return "そのあとに配信できる日がありません。"
        return f"そのあとで始められるのは {moment_words(opening, self.hours.zone)}からです。"


def moment_words(at: datetime, zone: tzinfo) -> str:
    """`11月24日(火) 午前9時`."""
    local = at.astimezone(zone)
    return f"{day_and_weekday(local.date())} {clock_words(local)}"
