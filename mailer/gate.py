"""The gate: which of the rows a claim looks at may travel now; the others are put where claims do not see them.

So each row is looked at once and not again at every claim, however many stand before those that may travel.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, DateTime, Select, and_, bindparam, literal, select, update
from sqlalchemy.orm import Session

from foundation import row_sets
from mailer import domain_paces
from mailer.carrier_groups import UNLIMITED, CarrierGroups, Limits
from mailer.domain_pauses import paused_domains
from mailer.outbox_tables import BatchRow, BatchState, Lane, OutboxRow

HORIZON = timedelta(seconds=2)  # a row whose carrier takes it so soon is taken in hand and waits there


@dataclass(frozen=True, slots=True)
class Rest:
    """After the closing: bulk goes only for batches begun, or taken up again, from `opening` to `closing`, and not for
    what waits since yesterday or was resumed in the evening; that waits until `until`."""

    opening: datetime
    closing: datetime
    until: datetime


class Picked(NamedTuple):
    """A due row as far as the gate looks at it; `values` are all its columns."""

    id: int
    batch: str
    domain: str
    paced: bool  # its carrier's slot was given to it before
    values: Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Road:
    """What one batch meets on its way to one domain: a barrier, a wait, a carrier with a pace, or nothing."""

    is_barred: bool = False
    until: datetime | None = None
    paced_by: str | None = None


@row_sets.Prepared
def _closed(**_: object) -> Select[Any]:
    return select(BatchRow.batch).where(BatchRow.state != bindparam("state"))


class Gate:
    """For one claim, in its transaction."""

    def __init__(self, session: Session, groups: CarrierGroups | None, *, at: datetime, rest: Rest | None) -> None:
        self._session = session
        self._groups = groups
        self._at = at
        self._rest = rest
        self._paused = set(paused_domains(session))
        self._closed = {row[0] for row in _closed.fetched(session, {"state": BatchState.OPEN.value})}
        self._held = domain_paces.held(session, at=at)
        self._begun: set[str] = set()
        if rest is not None:
            within = and_(BatchRow.changed_at >= rest.opening, BatchRow.changed_at < rest.closing)
            self._begun = set(session.scalars(select(BatchRow.batch).where(within)))

    def pass_through(self, rows: Iterable[Picked], lane: Lane) -> list[tuple[Picked, datetime | None]]:
        """Those that may be taken in hand, each with the moment its carrier's pace gives it, if it has one."""
        park: list[int] = []
        later: list[tuple[int, datetime, bool]] = []
        paced: dict[str, list[Picked]] = {}
        fine: list[tuple[Picked, datetime | None]] = []
        roads: dict[tuple[str, str], _Road] = {}
        for row in rows:
            way = (row.batch, row.domain)
            road = roads.get(way)
            if road is None:
                road = roads[way] = self._road(row.batch, row.domain, lane)
            if road.is_barred:
                park.append(row.id)
            elif road.until is not None:
                later.append((row.id, road.until, False))
            elif row.paced or road.paced_by is None:
                fine.append((row, None))
            else:
                paced.setdefault(road.paced_by, []).append(row)
        if paced:
            self._give_slots(paced, lane, fine, later)
        self._park(park)
        self._put_off(later)
        return fine

    def _road(self, batch: str, domain: str, lane: Lane) -> _Road:
        is_bulk = lane is Lane.BULK
        if batch in self._closed or (is_bulk and domain in self._paused):
            return _Road(is_barred=True)
        if is_bulk and self._rest is not None and batch not in self._begun:
            return _Road(until=self._rest.until)
        place = (self._groups.of(domain) if self._groups else None) or domain
        if is_bulk and place in self._held:
            return _Road(until=self._held[place])
        return _Road(paced_by=place if self._limits(place).per_minute is not None else None)

    def _limits(self, place: str) -> Limits:
        return self._groups.limits(place) if self._groups else UNLIMITED

    def _give_slots(
        self,
        paced: dict[str, list[Picked]],
        lane: Lane,
        fine: list[tuple[Picked, datetime | None]],
        later: list[tuple[int, datetime, bool]],
    ) -> None:
        wanted = Counter({(place, lane): len(rows) for place, rows in paced.items()})
        slots = domain_paces.take_slots(self._session, wanted, self._limits, at=self._at)
        for place, rows in paced.items():
            for k, row in enumerate(rows):
                moment = slots[(place, lane)].moment(k)
                if moment <= self._at + HORIZON:
                    fine.append((row, moment if moment > self._at else None))
                else:
                    later.append((row.id, moment, True))

    def _park(self, ids: Sequence[int]) -> None:
        if ids:
            which = row_sets.given(self._session, "parked", {"id": BigInteger()}, [(number,) for number in ids])
            row_sets.changed(self._session, update(OutboxRow).where(OutboxRow.id == which.c.id).values(parked=True))

    def _put_off(self, later: Sequence[tuple[int, datetime, bool]]) -> None:
        if not later:
            return
        kinds: row_sets.Kinds = {"id": BigInteger(), "due_at": DateTime(timezone=True), "paced": BigInteger()}
        rows = [(number, row_sets.moment(due), int(paced)) for number, due, paced in later]
        new = row_sets.given(self._session, "later", kinds, rows)
        put_off = update(OutboxRow).where(OutboxRow.id == new.c.id)
        row_sets.changed(self._session, put_off.values(due_at=new.c.due_at, paced=new.c.paced == literal(1)))
