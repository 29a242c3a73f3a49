"""The appetite: how many rows of a lane a sender takes in hand, so that its lines neither stand still nor hold much."""

from collections.abc import Mapping
from itertools import cycle

from mailer.outbox_tables import Lane

LEAST_IN_HAND, MOST_IN_HAND = 100, 4000  # rows of a lane
SECONDS_IN_HAND = 0.6  # that they last: what lies here at the end, no other sender can help with


class Appetite:
    """Learns from each round. Moments are seconds of any clock that is never set."""

    def __init__(self, *, since: float, least: int = LEAST_IN_HAND, most: int = MOST_IN_HAND) -> None:
        self.rows = least
        self.is_hungry = False  # the hand ran dry though more was there
        self._since = since
        self._least, self._most = least, most
        self._turns = cycle(sorted(Lane, reverse=True))

    def room(self, held: Mapping[Lane, int]) -> dict[Lane, int]:
        """As much of each lane as is sent well within the lease; none waits for another one's room."""
        return {lane: self.rows - number for lane, number in held.items() if number <= self.rows * 3 // 4}

    def one(self) -> dict[Lane, int]:
        """A single row, of each lane in turn, the urgent last: while no relay of ours serves, other senders may have
        one that does."""
        return {next(self._turns): 1}

    def learn(self, at: float, *, recorded: int, taken: int, room: int, dry: bool) -> None:
        """So many letters were recorded since the last time, and so many rows taken where there was `room`; `dry` when
        none lay in hand any more."""
        seconds, self._since = max(at - self._since, 0.001), at
        self.is_hungry = dry and 0 < room <= taken
        if not taken:
            return
        lasting = int(recorded / seconds * SECONDS_IN_HAND)
        if self.is_hungry:
            self.rows = min(max(self.rows * 2, lasting), self._most)
        else:
            self.rows = min(self.rows, max(lasting, self.rows // 2, self._least))
