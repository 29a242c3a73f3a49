"""The page of how many subscribers there are, what they want, and what brought them; and the same as CSV."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from fastapi import APIRouter, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from admin.frame.console_page import HEADERS, ConsolePage
from admin.people.roles import Role
from admin.residents.bar_chart import bars
from admin.residents.bounce_chart import week_names
from admin.residents.growth_report import (
    MOST_PLACES,
    MOST_TOLD,
    MonthLine,
    PlaceCount,
    Sent,
    WeekLine,
    first_months,
    mondays,
    month_lines,
    month_words,
    place_counts,
    standing_out,
    week_lines,
)
from admin.residents.wish_report import Wishes, wishes
from bulletins.tables import Bulletin
from foundation.clock import Clock
from foundation.database import Database
from foundation.spreadsheet import Cell, as_csv
from subscribers import growth, headcount, leaving_reasons
from subscribers.leaving_reasons import Why
from subscribers.places import Places
from subscribers.tables import ChoiceKind, SubscriberState

ADDRESS = "/admin/subscribers/numbers"
FAR_BEHIND = 2000  # lines of the ledger; what a busy minute adds is read in the next one
NO_PLACE = "（場所の記録なし）"


class LeavingLine(NamedTuple):
    """How many of those who left gave this answer, this month and in twelve."""

    label: str
    lately: int
    number: int


@dataclass(frozen=True)
class Numbers:
    """All of it, as at one moment; `is_complete` is false before the first count, and while the ledger is far ahead of
    it."""

    at: datetime
    is_complete: bool
    standings: Mapping[str, int]
    months: tuple[MonthLine, ...]
    weeks: tuple[WeekLine, ...]
    places: tuple[PlaceCount, ...]
    topics: Wishes
    areas: Wishes
    sentences: tuple[str, ...]
    paused: int
    leaving: tuple[LeavingLine, ...]
    labels: Mapping[str, str]

    def place_label(self, place: str) -> str:
        return self.labels.get(place, place) or NO_PLACE


class SubscriberNumberPages:
    """Numbers only: nobody is named, and nothing of it is kept out of the table of counts."""

    def __init__(self, database: Database, clock: Clock, *, places: Places, page: ConsolePage) -> None:
        self._database = database
        self._clock = clock
        self._places = places
        self._town = places.town
        self._page = page

    def router(self) -> APIRouter:
        router = APIRouter(include_in_schema=False)
        looks = self._page.needs(Role.VIEWER)
        router.add_api_route(ADDRESS, self.show, methods=["GET"], dependencies=looks)
        router.add_api_route(f"{ADDRESS}/{{table}}.csv", self.save, methods=["GET"], dependencies=looks)
        return router

    def show(self, request: Request) -> Response:
        numbers = self._numbers()
        return self._page.show(
            request,
            "subscriber-numbers",
            here="subscribers",
            numbers=numbers,
            place_label=numbers.place_label,
            most_places=MOST_PLACES,
            most_told=MOST_TOLD,
            bars=bars,
            week_names=week_names([week.monday for week in numbers.weeks]),
        )

    def save(self, request: Request, table: str) -> Response:
        """For a spreadsheet: with a byte order mark, as the usual one wants it."""
        rows = self._tables(self._numbers()).get(table)
        if rows is None:
            return self._page.message(request, 404, "この表はありません", "登録者の数のページから選んでください。")
        name = f"subscribers-{table}-{self._clock.now().astimezone(self._town.zone):%Y%m%d}.csv"
        headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(rows), media_type="text/csv; charset=utf-8", headers=headers)

    def _numbers(self) -> Numbers:
        now, zone = self._clock.now(), self._town.zone
        today = now.astimezone(zone).date()
        firsts, weeks = first_months(today), mondays(today)
        with self._database.read() as session:
            standings = headcount.standings(session)
            is_near = growth.counted_at(session) is not None and growth.behind(session) < FAR_BEHIND
            is_complete = headcount.is_counted(session) and is_near
            upto = growth.up_to(session, at=now)
            by_month = growth.by_month(session, firsts[0])
            by_day = growth.by_day(session, weeks[0])
            sent = self._sent(session, weeks[0])
            paused = headcount.paused(session, at=now)
            said, lately = (leaving_reasons.counts(session, first) for first in (firsts[0], firsts[-1]))
            labels = self._places.labels(session)
            topics, areas = headcount.wishes(session, ChoiceKind.TOPIC), headcount.wishes(session, ChoiceKind.AREA)
        lines = week_lines(by_day, sent, weeks)
        words = [month_words(first, by_month, labels) for first in reversed(firsts[-2:])]
        return Numbers(
            at=upto,
            is_complete=is_complete,
            standings=standings,
            months=month_lines(by_month, firsts, active=standings.get(SubscriberState.ACTIVE, 0)),
            weeks=lines,
            places=place_counts(by_month),
            topics=wishes(topics, [(topic.key, topic.label) for topic in self._town.topics]),
            areas=wishes(areas, [(area.key, area.label) for area in self._town.areas]),
            sentences=tuple(each for each in (*words, standing_out(lines, labels)) if each),
            labels=labels,
            paused=paused,
            leaving=tuple(LeavingLine(why.label, lately[why], said[why]) for why in Why),
        )

    def _sent(self, session: Session, since: date) -> list[Sent]:
        zone = self._town.zone
        begin = datetime.combine(since, time(), tzinfo=zone).astimezone(UTC)
        rows = session.execute(
            select(Bulletin.id, Bulletin.subject, Bulletin.started_at).where(Bulletin.started_at >= begin)
        )
        return [Sent(number, subject, at.astimezone(zone).date()) for number, subject, at in rows if at is not None]

    def _tables(self, numbers: Numbers) -> dict[str, Iterable[Sequence[Cell]]]:
        return {
            "months": [
                ("月", "登録", "名簿の取り込み", "再開", "配信停止", "不達で停止", "増減", "月末の登録者"),
                *(
                    (f"{m.first:%Y-%m}", m.registered, m.imported, m.undone, m.left, m.unreachable, m.net, m.total)
                    for m in numbers.months
                ),
            ],
            "weeks": [
                ("週の始まり", "登録", "配信したお知らせ"),
                *((week.monday.isoformat(), week.registered, len(week.sent)) for week in numbers.weeks),
            ],
            "places": [
                ("配布・配置場所", "12か月の登録"),
                *((numbers.place_label(each.place), each.number) for each in numbers.places),
            ],
            "topics": _wish_rows("配信区分", numbers.topics),
            "areas": _wish_rows("知りたい地域", numbers.areas),
            "leaving": [("配信停止の理由", "今月", "12か月"), *numbers.leaving],
        }


def _wish_rows(name: str, found: Wishes) -> Iterable[Sequence[Cell]]:
    return [
        (name, "届く人", "うち、選んで受け取る人"),
        *((line.label, line.number, line.chosen) for line in found.lines),
    ]
