"""The hand: the rows a sender holds, by lane and carrier, and which of them goes next."""

import heapq
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from mailer.claims import Claimed
from mailer.outbox_tables import Lane

USUAL_ORDER = (Lane.URGENT, Lane.REPLY, Lane.BULK)
RESERVED_ORDER = (Lane.REPLY, Lane.URGENT)  # a line kept free of bulk, and of a million urgent letters too


class Place(IntEnum):
    WAITING = 0
    ON_A_LINE = 1
    ENDED = 2  # and not recorded yet


@dataclass(slots=True, eq=False)
class Held:
    """A row in hand; `lease_until` is by the clock of the leases, `slot` its place in the flight log."""

    row: Claimed
    lease_until: datetime
    group: str | None
    place: Place = Place.WAITING
    unwanted: bool = False
    slot: int | None = None


class Hand:
    """Used by the loop's own thread only.

    `group_of` names the carrier of a domain, and `connections` how many of its letters may be on lines at once.
    """

    def __init__(
        self, group_of: Callable[[str], str | None], connections: Callable[[str], int | None] = lambda _: None
    ) -> None:
        self._group_of = group_of
        self._connections = connections
        self._held: dict[int, Held] = {}
        self._plain: dict[Lane, deque[Held]] = {lane: deque() for lane in Lane}
        self._grouped: dict[Lane, dict[str, deque[Held]]] = {lane: {} for lane in Lane}
        self._later: list[tuple[datetime, int, Held]] = []
        self._on_lines: Counter[str] = Counter()
        self._by_lane: Counter[Lane] = Counter()
        self.on_lines = 0  # letters that lines have taken and that have not ended

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, number: int) -> bool:
        return number in self._held

    def __getitem__(self, number: int) -> Held:
        return self._held[number]

    def __iter__(self) -> Iterator[Held]:
        return iter(self._held.values())

    def count(self, lane: Lane) -> int:
        """How many rows of the lane are in hand, those not recorded yet included."""
        return self._by_lane[lane]

    def waiting(self, lane: Lane) -> int:
        """How many rows of the lane could be looked at for a line; a few of them may have been dropped."""
        return len(self._plain[lane]) + sum(len(queue) for queue in self._grouped[lane].values())

    def add(self, rows: Iterable[Claimed], *, lease_until: datetime) -> None:
        for row in rows:
            if (known := self._held.get(row.id)) is not None:
                # Its lease ran out in our own hand and it came back under a new attempt: it is not queued twice.
                known.row, known.lease_until = row, lease_until
                continue
            held = Held(row, lease_until, self._group_of(row.domain))
            self._held[row.id] = held
            self._by_lane[row.lane] += 1
            if row.not_before is None:
                self._queue(held)
            else:
                heapq.heappush(self._later, (row.not_before, row.id, held))

    def next(self, order: Sequence[Lane], *, at: datetime) -> Held | None:
        """The next row that may be offered on a line, in the order of the lanes."""
        if self._later:
            self.ripen(at)
        for lane in order:
            held = self._head_of(lane) if self._plain[lane] or self._grouped[lane] else None
            if held is not None:
                held.place = Place.ON_A_LINE
                self.on_lines += 1
                if held.group is not None:
                    self._on_lines[held.group] += 1
                return held
        return None

    def ripen(self, at: datetime) -> bool:
        """Rows whose moment has come are queued; whether there were any."""
        found = False
        while self._later and self._later[0][0] <= at:
            held = heapq.heappop(self._later)[2]
            if held.place is Place.WAITING:
                self._queue(held)
                found = True
        return found

    def back(self, held: Held) -> None:
        """Nothing was offered: it goes first again."""
        self._leave_line(held)
        held.place = Place.WAITING
        self._queue(held, first=True)

    def end(self, held: Held) -> None:
        """Something came of it, to be recorded."""
        self._leave_line(held)
        held.place = Place.ENDED

    def drop(self, number: int) -> Held | None:
        """No longer wanted: what waits comes out of the queue, what is on a line is marked and given by None."""
        held = self._held.get(number)
        if held is None or held.place is Place.ENDED:
            return None
        if held.place is Place.ON_A_LINE:
            held.unwanted = True
            return None
        held.place = Place.ENDED
        return held

    def forget(self, number: int) -> None:
        """It is recorded."""
        held = self._held.pop(number, None)
        if held is not None:
            self._by_lane[held.row.lane] -= 1

    def _queue(self, held: Held, *, first: bool = False) -> None:
        lane = held.row.lane
        queue = self._plain[lane] if held.group is None else self._grouped[lane].setdefault(held.group, deque())
        if first:
            queue.appendleft(held)
        else:
            queue.append(held)

    def _head_of(self, lane: Lane) -> Held | None:
        """The oldest of the heads of all queues whose carrier has a connection to spare."""
        best = _waiting(self._plain[lane])
        for group, queue in self._grouped[lane].items():
            most = self._connections(group)
            if most is not None and self._on_lines[group] >= most:
                continue
            head = _waiting(queue)
            if head is not None and (best is None or head[0].row.id < best[0].row.id):
                best = head
        return None if best is None else best.popleft()

    def _leave_line(self, held: Held) -> None:
        if held.place is Place.ON_A_LINE:
            self.on_lines -= 1
            if held.group is not None:
                self._on_lines[held.group] -= 1


def _waiting(queue: deque[Held]) -> deque[Held] | None:
    """The queue itself when something waits at its head; what was dropped meanwhile is taken out."""
    while queue and queue[0].place is not Place.WAITING:
        queue.popleft()
    return queue or None
