"""A tray that holds letters in a list and writes down, in order, what a line did with them."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable

from mailer.courier import Envelope, NotTried, Outcome


def letter(number: int = 1, recipient: str = "a@docomo.ne.jp", *, octets: bytes | None = None) -> Envelope:
    head = f"From: anzen@mail.example.jp\r\nMessage-ID: <{number}@mail.example.jp>\r\n\r\n".encode()
    text = head + b"text\r\n" if octets is None else octets
    return Envelope(number, "b-token@mail.example.jp", recipient, recipient.rpartition("@")[2], text)


class ListTray:
    """Several lines may share it. It ends when every letter has ended, unless it stays open for more. A letter that was
    not tried comes again when `again` is True. Lines are woken all together, or by `wakes_one` the one that rested
    last."""

    def __init__(
        self,
        letters: Iterable[Envelope] = (),
        *,
        stays: bool = False,
        again: bool = False,
        unwanted: Collection[int] = (),
        wakes_one: bool = False,
    ) -> None:
        self.happened: list[tuple[str, int]] = []
        self.outcomes: dict[int, list[Outcome]] = defaultdict(list)
        self.when_ended: Callable[[Envelope], None] = lambda _: None
        self.unwanted = set(unwanted)
        self._waiting = deque(letters)
        self._out = 0
        self._stays = stays
        self._again = again
        self._wakes_one = wakes_one
        self._resting: list[asyncio.Event] = []
        self._news = asyncio.Event()

    @property
    def ends(self) -> int:
        return sum(map(len, self.outcomes.values()))

    def outcome(self, number: int = 1) -> Outcome:
        """The last one."""
        return self.outcomes[number][-1]

    def put(self, *letters: Envelope) -> None:
        self._waiting.extend(letters)
        self._tell()

    def close(self) -> None:
        """Lines end once they have nothing more."""
        self._stays = False
        self._tell()

    async def has_ended(self, letters: int) -> None:
        """Returns once so many letters have ended."""
        async with asyncio.timeout(20):
            while self.ends < letters:
                await self._news.wait()

    def take(self) -> Envelope | None:
        if not self._waiting:
            return None
        envelope = self._waiting.popleft()
        self._out += 1
        self.happened.append(("take", envelope.number))
        return envelope

    def may_go(self, envelope: Envelope) -> bool:
        self.happened.append(("may_go", envelope.number))
        return envelope.number not in self.unwanted

    def ended(self, envelope: Envelope, outcome: Outcome) -> None:
        self.happened.append(("ended", envelope.number))
        self.outcomes[envelope.number].append(outcome)
        self._out -= 1
        if self._again and isinstance(outcome, NotTried):
            self._waiting.append(envelope)
        self.when_ended(envelope)
        self._tell()

    async def wait(self) -> bool:
        while not self._waiting:
            if not self._out and not self._stays:
                return False
            called = asyncio.Event()
            self._resting.append(called)
            await called.wait()
        return True

    def _tell(self) -> None:
        is_over = not self._waiting and not self._out and not self._stays
        for _ in range(1 if self._wakes_one and not is_over else len(self._resting)):
            if self._resting:
                self._resting.pop().set()
        self._news.set()
        self._news.clear()
