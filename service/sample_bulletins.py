"""The sample town's bulletins: what they say, written from the notices' own examples, with fresh dates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bulletins.approval import Decision
from bulletins.categories import CategoryTree
from bulletins.drafting import Sheet
from bulletins.liaison_edition import ToLiaisons
from bulletins.notice_shelf import Shelf
from foundation.era import clock_words, day_and_weekday
from mailer.bounce_report.bounce_class import BounceClass
from mailer.courier import Refused
from service.sample_residents import BUSY_ONCE, FAILED_FOR_GOOD, FILTERS_MAIL, FULL_NOW_AND_THEN, UNDER_WATCH
from subscribers.town import Town

_GONE = Refused("550 5.1.1 no such user here", BounceClass.GONE, counted=True)
_FILTERED = Refused("550 5.7.1 refused by the recipient's filter", BounceClass.FILTERED, counted=False)
_FULL = Refused("552 5.2.2 mailbox full", BounceClass.FULL, counted=True)
_BLOCKED = Refused("550 5.7.1 too many messages from this server", BounceClass.BLOCKED, counted=False)


@dataclass(frozen=True)
class Scene:
    """Where and when a bulletin is written."""

    town: Town
    shelf: Shelf
    at: datetime

    def sheet(self, notice: str, *, areas: tuple[str, ...] = (), **values: object) -> Sheet:
        """The notice's example, with some values of our own."""
        return Sheet(notice, {**self.shelf.get(notice).example, **values}, areas=areas)

    def near(self, notice: str, *, areas: tuple[str, ...] = (), **values: object) -> Sheet:
        """One that liaisons get too."""
        return replace(self.sheet(notice, areas=areas, **values), liaisons=ToLiaisons.WITH)

    def moment(self, by: timedelta) -> str:
        """So much before or after the writing, as a clerk types it, to ten minutes."""
        local = (self.at + by).astimezone(self.town.zone)
        return local.replace(minute=local.minute // 10 * 10).strftime("%Y-%m-%d %H:%M")

    def day(self, days: int, clock: str = "") -> str:
        local = (self.at + timedelta(days=days)).astimezone(self.town.zone)
        return f"{local:%Y-%m-%d} {clock}".strip()

    def quarter(self, number: int) -> str:
        """A 丁目 of the town, without the town's name."""
        there = self.town.towns[number % len(self.town.towns)]
        return f"{there.name}{min(3, there.chome)}丁目" if there.chome else there.name

    def area(self, number: int) -> tuple[str, ...]:
        there = self.town.towns[number % len(self.town.towns)]
        return (there.area,) if there.area else ()


Write = Callable[[Scene], Sheet]


@dataclass(frozen=True)
class Past:
    """A bulletin that went out; `refusals` are what single addresses answered."""

    days_ago: int
    write: Write
    decision: Decision = field(default_factory=Decision)
    refusals: Mapping[str, Refused] = field(default_factory=dict)


def _event(scene: Scene) -> Sheet:
    return scene.sheet("event", held_at=scene.day(16, "14:00"))


def _burglary(scene: Scene) -> Sheet:
    quarter = scene.quarter(8)
    return scene.near(
        "crime",
        areas=scene.area(8),
        happened_at=scene.moment(-timedelta(hours=20)),
        place=f"{scene.town.name}{quarter}",
        headline=f"空き巣にご注意ください（{quarter}付近）",
    )


def _rain(scene: Scene) -> Sheet:
    local = (scene.at - timedelta(minutes=20)).astimezone(scene.town.zone)
    when = f"{day_and_weekday(local.date())} {clock_words(local)}"
    return scene.sheet(
        "weather",
        text=f"{when}、{scene.town.name}にレベル３大雨警報が発表されました。低い土地の浸水に警戒してください。",
    )


def _fraud(scene: Scene) -> Sheet:
    return scene.near("fraud-call", area=f"{scene.town.name}内")


def _stranger(scene: Scene) -> Sheet:
    return scene.near(
        "suspicious-person",
        happened_at=scene.moment(-timedelta(hours=18)),
        place=f"{scene.town.name}{scene.quarter(2)}",
    )


def _influenza(scene: Scene) -> Sheet:
    return scene.sheet("infection")


def _bicycle(scene: Scene) -> Sheet:
    quarter = scene.quarter(5)
    sheet = scene.near(
        "crime",
        areas=scene.area(5),
        happened_at=scene.moment(-timedelta(hours=15)),
        place=f"{scene.town.name}{quarter}",
        spot="駐輪場",
        event="自転車が盗まれました",
        details=["鍵のかかっていない自転車が狙われました"],
        advice=["短い時間でも、鍵を2つかける。", "路上に止めず、駐輪場を使う。"],
        headline=f"自転車の盗難にご注意ください（{quarter}付近）",
    )
    # A town may name its kinds of crime otherwise.
    kinds = scene.shelf.get("crime").category_choices(CategoryTree(scene.town))
    return replace(sheet, category=next((kind for kind in kinds if "自転車" in kind), None))


def waiting_for_approval(scene: Scene) -> Sheet:
    return scene.sheet("programme", starts=scene.day(10), ends=scene.day(70))


def being_written(scene: Scene) -> Sheet:
    return scene.sheet("drill", scheduled_at=scene.day(14, "09:00"))


_BUSY = dict.fromkeys(BUSY_ONCE, _BLOCKED)
_IN_A_HURRY = Decision(urgent=True, reason="大雨警報が発表され、夕方までに雨が強まる見込みのため")

# The oldest first. Full mailboxes and a carrier in a bad mood come and go; only what says "gone" stays.
PAST = (
    Past(112, _event),
    Past(76, _burglary, refusals={FILTERS_MAIL: _FILTERED}),
    Past(47, _influenza, refusals={FILTERS_MAIL: _FILTERED, FULL_NOW_AND_THEN: _FULL}),
    Past(37, _rain, _IN_A_HURRY, {FAILED_FOR_GOOD: _GONE, FULL_NOW_AND_THEN: _FULL, **_BUSY}),
    Past(26, _bicycle, refusals={FAILED_FOR_GOOD: _GONE, FILTERS_MAIL: _FILTERED}),
    Past(12, _fraud, refusals={UNDER_WATCH: _GONE, FAILED_FOR_GOOD: _GONE, FILTERS_MAIL: _FILTERED}),
    Past(5, _stranger, refusals={UNDER_WATCH: _GONE}),
)
